import { byId, el, icon } from './dom.js';

const shownAtLeastMs = 7_000;
/** What slow readers need. */
const perCharacterMs = 90;

/** Tells the user of something that went wrong. @param {string} text */
export function toast(text) {
  const dismiss = () => item.remove();
  const item = el('div', { class: 'toast', 'data-testid': 'toast' },
    el('span', {}, text),
    el('button', { type: 'button', class: 'icon-button', 'aria-label': 'Dismiss', onclick: dismiss }, icon('close')));
  byId('toasts').append(item);
  setTimeout(dismiss, Math.max(shownAtLeastMs, text.length * perCharacterMs));
}

const readable = {
  disconnected: 'The connection was lost. Please try again.',
  timeout: 'The server did not answer in time. Please try again.',
  rate_limited: 'That was a little fast. Please wait a moment.',
  unavailable: 'The server is busy moving this room. Please try again.',
  not_member: 'You are not a member of this room.',
  no_such_room: 'There is no such room.',
  forbidden: 'You are not allowed to do that.',
  banned: 'You are banned from this room.',
  muted: 'You are muted in this room.',
  archived: 'This room is archived.',
  blocked: 'One of you has blocked the other.',
  last_owner: 'A room keeps its last owner: somebody else must be made one first.',
  internal: 'Something went wrong on the server.',
};

/** @param {{code: string, message: string}} error @returns {string} a sentence for a person */
export function explain({ code, message }) {
  if (readable[code]) return readable[code];
  const text = message || code;
  return text[0].toLocaleUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
}
