import { el } from './dom.js';

/** As many as there are `.hue-…` classes in the style sheet. */
const hues = 12;

/** @param {string} name */
function initials(name) {
  const words = name.split(/[\s._-]+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)].map((word) => [...word][0]) : [...name].slice(0, 1);
  return letters.join('').toLocaleUpperCase();
}

/** @param {string} user the same user always gets the same colour @param {string} name */
export function avatar(user, name, extra = '') {
  // FNV-1a: names that differ in one letter still part ways.
  let hash = 0x811c9dc5;
  for (const letter of user) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0;
  return el('span', { class: `avatar hue-${(hash >>> 8) % hues} ${extra}`, 'aria-hidden': 'true' }, initials(name));
}
