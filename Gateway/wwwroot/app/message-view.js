import { avatar } from './avatar.js';
import { dayName, fullTime, isSameDay, timeOfDay } from './dates.js';
import { el, icon } from './dom.js';
import { withLinks } from './links.js';
import { explain } from './toasts.js';

/** Messages of one sender closer together than this stand under one head. */
const groupedWithinMs = 5 * 60_000;

const isGrouped = (message, previous) => previous !== undefined && previous.from === message.from
  && message.at - previous.at < groupedWithinMs && isSameDay(message.at, previous.at);

/** @param {{from: string, name?: string, at: string}} event */
const dated = (event) => event && { ...event, at: new Date(event.at) };

/**
 * One stored message with what stands before it: the day, the mark of the first unread.
 * @param {import('../chat-client/client.js').ChatEvent} event
 * @param {import('../chat-client/client.js').ChatEvent | undefined} before the message above it
 * @param {{me: string, firstUnread: number | null, openDirect: (user: string) => void}} context
 */
export function messageEntry(event, before, { me, firstUnread, openDirect }) {
  const message = dated(event);
  const previous = dated(before);
  const isFirstUnread = event.seq === firstUnread;
  const isNewDay = !previous || !isSameDay(message.at, previous.at);
  return el('div', { class: 'entry' },
    isNewDay && el('p', { class: 'divider' }, el('span', {}, dayName(message.at))),
    isFirstUnread && el('p', { class: 'divider unread-divider' }, el('span', {}, 'New')),
    article(message, {
      grouped: !isFirstUnread && isGrouped(message, previous),
      state: 'sent',
      own: message.from === me,
      openDirect,
    }));
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

const stateIcons = { sending: ['clock', 'Sending'], sent: ['check', 'Sent'], failed: ['warn', 'Not sent'] };

function article(message, { grouped, state, own, openDirect }) {
  const name = message.name ?? message.from;
  const time = el('time', { datetime: message.at.toISOString(), title: fullTime(message.at) }, timeOfDay(message.at));
  const author = openDirect && !own
    ? el('button', { type: 'button', class: 'author', title: `Message ${name}`, onclick: () => openDirect(message.from) }, name)
    : el('span', { class: 'author' }, name);
  const [stateIcon, stateName] = stateIcons[state];
  return el('article', {
    class: `message ${grouped ? 'grouped' : ''} ${own ? 'own' : ''}`,
    'data-testid': 'message', 'data-seq': message.seq, 'data-state': state, 'data-from': message.from,
  },
    grouped ? el('span', { class: 'gutter' }, time) : avatar(message.from, name),
    el('div', { class: 'body' },
      grouped ? el('span', { class: 'visually-hidden' }, `${name}: `) : el('header', {}, author, time),
      el('p', { class: 'text', 'data-testid': 'message-text', dir: 'auto' }, ...withLinks(message.text))),
    own && el('span', { class: 'state', title: stateName }, icon(stateIcon), el('span', { class: 'visually-hidden' }, stateName)));
}
