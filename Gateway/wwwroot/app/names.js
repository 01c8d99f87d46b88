/** Display names by user id, learned from messages and member lists. @type {Map<string, string>} */
const known = new Map();

/** @param {string} user @param {string | undefined} name */
export function learnName(user, name) {
  if (name) known.set(user, name);
}

/** @param {string} user */
export const nameOf = (user) => known.get(user) ?? user;

/** What a room is called for this user: a direct room has the other's name. */
export function roomTitle(room, me) {
  const other = room.otherThan(me);
  if (other === undefined) return room.name;
  return other === me ? `${nameOf(me)} (you)` : nameOf(other);
}
