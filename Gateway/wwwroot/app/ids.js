/** The protocol's limit for the ids of users and rooms, in characters. */
const longest = 64;

/**
 * An id for a name, by the server's rule: letters, combining marks, decimal digits, `_`, `-` and `.`, the first
 * a letter or digit, none of them invisible, in NFC.
 * @param {string} name
 * @returns {string} empty if nothing of the name can stand in an id
 */
export function toId(name) {
  const id = name.normalize('NFC').trim().replace(/\s+/gu, '-')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/[^\p{L}\p{Mn}\p{Mc}\p{Nd}_.-]/gu, '').replace(/^[^\p{L}\p{Nd}]+/u, '')
    // What was apart may have come together.
    .normalize('NFC');
  return [...id].slice(0, longest).join('').replace(/-+$/u, '');
}
