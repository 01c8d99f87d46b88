import { avatar } from './avatar.js';
import { dayName, fullTime, isSameDay, timeOfDay } from './dates.js';
import { el, icon } from './dom.js';
import { withLinks } from './links.js';
import { fullNameOf, handleOf, shownName } from './names.js';
import { explain } from './toasts.js';

/** Messages of one sender closer together than this stand under one head. */
const groupedWithinMs = 5 * 60_000;

const isGrouped = (message, previous) => previous !== undefined && !happenings[previous.type] && previous.from === message.from
  && message.at - previous.at < groupedWithinMs && isSameDay(message.at, previous.at);

/** @param {{from: string, name?: string, at: string}} event */
const dated = (event) => event && { ...event, at: new Date(event.at) };

/** What happens in a room without being a message, by type of event: its icon, and what is said of it after the name. */
const happenings = {
  topic: { icon: 'hash', says: ({ topic }) => (topic ? ['set the topic to “', bdi(topic), '”'] : ['removed the topic']) },
  archived: { icon: 'archive', says: ({ reason }) => ['archived this room', ...because(reason)] },
  restored: { icon: 'archive', says: ({ reason }) => ['restored this room', ...because(reason)] },
};

/** What people wrote must not turn the sentence around it. */
const bdi = (text) => el('bdi', {}, text);
const because = (reason) => (reason ? [': ', bdi(reason)] : []);

/** Whether there is a way to show an event. Kinds that came later than this page are passed over. @param {{type: string}} event */
export const isShown = ({ type }) => type === 'message' || Object.hasOwn(happenings, type);

/**
 * One stored event with what stands before it: the day, the mark of the first unread.
 * @param {import('../chat-client/client.js').ChatEvent} event
 * @param {import('../chat-client/client.js').ChatEvent | undefined} before the one above it
 * @param {{me: string, firstUnread: number | null, openDirect: (user: string) => void}} context
 */
export function eventEntry(event, before, { me, firstUnread, openDirect }) {
  const message = dated(event);
  const previous = dated(before);
  // What is not shown may have been the very first.
  const isFirstUnread = event.seq === firstUnread || (before?.seq < firstUnread && firstUnread < event.seq);
  const isNewDay = !previous || !isSameDay(message.at, previous.at);
  return el('div', { class: 'entry' },
    isNewDay && el('p', { class: 'divider' }, el('span', {}, dayName(message.at))),
    isFirstUnread && el('p', { class: 'divider unread-divider' }, el('span', {}, 'New')),
    event.type === 'message' ? article(message, {
      grouped: !isFirstUnread && isGrouped(message, previous),
      state: 'sent',
      own: message.from === me,
      openDirect,
    }) : happening(message));
}

/**
 * A message on its way, or failed.
 * @param {import('./conversation.js').Pending} pending
 * @param {{from: string, name?: string, at: Date} | undefined} previous
 * @param {{me: string, name?: string, retry: (key: string) => void, discard: (key: string) => void}} actions
 */
export function pendingEntry(pending, previous, { me, name, retry, discard }) {
  const message = { ...pending, from: me, name };
  const { key, state, error } = pending;
  return el('div', { class: 'entry' },
    article(message, { grouped: isGrouped(message, previous), state, own: true }),
    state === 'failed' && el('p', { class: 'failure' },
      icon('warn'), el('span', {}, `Not sent. ${explain(error)}`),
      el('button', { type: 'button', class: 'link', 'data-testid': 'retry', onclick: () => retry(key) }, 'Retry'),
      el('button', { type: 'button', class: 'link', 'data-testid': 'discard', onclick: () => discard(key) }, 'Delete')));
}

function happening(event) {
  const { icon: drawn, says } = happenings[event.type];
  return el('p', { class: 'happening', 'data-testid': 'happening', 'data-seq': event.seq, 'data-type': event.type },
    icon(drawn),
    el('span', {}, el('bdi', { dir: 'ltr' }, fullNameOf(event.from, shownName(event.from, event.name))), ' ', ...says(event)),
    el('time', { datetime: event.at.toISOString(), title: fullTime(event.at) }, timeOfDay(event.at)));
}

const stateIcons = { sending: ['clock', 'Sending'], sent: ['check', 'Sent'], failed: ['warn', 'Not sent'] };

function article(message, { grouped, state, own, openDirect }) {
  const name = shownName(message.from, message.name);
  const time = el('time', { datetime: message.at.toISOString(), title: fullTime(message.at) }, timeOfDay(message.at));
  const author = openDirect && !own
    ? el('button', { type: 'button', class: 'author', title: `Message ${fullNameOf(message.from, name)}`, onclick: () => openDirect(message.from) }, name)
    : el('span', { class: 'author' }, name);
  const handle = handleOf(message.from, name);
  const [stateIcon, stateName] = stateIcons[state];
  return el('article', {
    class: `message ${grouped ? 'grouped' : ''} ${own ? 'own' : ''}`,
    'data-testid': 'message', 'data-seq': message.seq, 'data-state': state, 'data-from': message.from,
  },
    grouped ? el('span', { class: 'gutter' }, time) : avatar(message.from, name),
    el('div', { class: 'body' },
      grouped ? el('span', { class: 'visually-hidden' }, `${fullNameOf(message.from, name)}: `) : el('header', {}, author, handle && el('span', { class: 'handle' }, bdi(handle)), time),
      el('p', { class: 'text', 'data-testid': 'message-text', dir: 'auto' }, ...withLinks(message.text))),
    own && el('span', { class: 'state', title: stateName }, icon(stateIcon), el('span', { class: 'visually-hidden' }, stateName)));
}
