import { el } from './dom.js';

/** Display names by user id, learned from messages and member lists. @type {Map<string, string>} */
const known = new Map();

/** @type {Set<(user: string) => void>} */
const listeners = new Set();

// The server takes no such names; it may have stored some before it refused them.
const turning = /[\u202a-\u202e\u2066-\u2069]/gu;
const visible = /[^\s\p{Cc}\p{Cf}\p{M}\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{1d159}]/u;

/** The blocks of scripts that are written from right to left, and the marks of that direction. */
const rightToLeft = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** As what somebody is shown under a name: their id, if there is none to see. @param {string} user @param {string | undefined} name */
export function shownName(user, name) {
  const shown = (name ?? '').replace(turning, '');
  return visible.test(shown) ? shown : user;
}

/** @param {string} user @param {string | undefined} name */
export function learnName(user, name) {
  if (!name) return;
  const shown = shownName(user, name);
  if (known.get(user) === shown) return;
  known.set(user, shown);
  for (const listener of listeners) listener(user);
}

/** A room may be shown before anything has told the name of the other who is in it. @param {(user: string) => void} listener */
export function onNameLearned(listener) {
  listeners.add(listener);
}

/** @param {string} user */
export const nameOf = (user) => known.get(user) ?? user;

/**
 * What tells beside a name whose it is, for anybody can take any display name, and nobody another's id. It is not needed
 * where the name is the id but for blanks in the place of hyphens: nobody else can be shown so. A name with any other sign
 * in it, such as this `@` or brackets, has it beside itself, and cannot pass for a name with an id.
 * @param {string} user @param {string} [name] the one that they had then
 * @returns {string} empty where it is not needed
 */
export const handleOf = (user, name = nameOf(user)) => (name.replace(/\s+/gu, '-') === user ? '' : `@${user}`);

/** A name with what tells whose it is, in one line of text. @param {string} user @param {string} [name] the one that they had then */
export function fullNameOf(user, name = nameOf(user)) {
  const handle = handleOf(user, name);
  return handle ? `${isolated(name)} (${isolated(handle)})` : isolated(name);
}

/**
 * The same for where there is room for two lines or two colours.
 * @param {string} className of the name @param {string} name @param {string} handle may be empty
 */
export const nameAndHandle = (className, name, handle) => [
  el('span', { class: className, dir: 'auto' }, name),
  ...(handle ? [' ', el('span', { class: 'handle', dir: 'auto' }, handle)] : []),
];

/** What a room is called for this user: a direct room has the other's name. */
export function roomTitle(room, me) {
  const [name, handle] = roomTitleParts(room, me);
  return handle ? fullNameOf(room.otherThan(me), name) : isolated(name);
}

/** @returns {[name: string, handle: string]} */
export function roomTitleParts(room, me) {
  const other = room.otherThan(me);
  if (other === undefined) return [room.name, ''];
  return other === me ? [`${nameOf(me)} (you)`, ''] : [nameOf(other), handleOf(other)];
}

/** Text whose direction does not reach beyond it (Unicode's FSI and PDI), also where there are no elements to say so. */
const isolated = (text) => (rightToLeft.test(text) ? `\u2068${text}\u2069` : text);
