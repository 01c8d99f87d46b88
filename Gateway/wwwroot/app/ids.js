/** The protocol's limit for the ids of users and rooms, in characters. */
const longest = 64;

/**
 * An id for a name: letters, digits, `_`, `-` and `.`, the first a letter or digit.
 * @param {string} name
 * @returns {string} empty if nothing of the name can stand in an id
 */
export function toId(name) {
  const id = name.normalize('NFC').trim().replace(/\s+/gu, '-').replace(/[^\p{L}\p{N}_.-]/gu, '').replace(/^[^\p{L}\p{N}]+/u, '');
  return [...id].slice(0, longest).join('').replace(/-+$/u, '');
}
