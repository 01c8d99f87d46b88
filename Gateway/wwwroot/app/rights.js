import { isMuted } from './mutes.js';

const ranks = { member: 0, moderator: 1, owner: 2 };
/** As menus offer them. */
const roles = ['moderator', 'owner', 'member'];
/** Administrators are above the owners of every room that has roles. */
const aboveOwners = 3;

const rankOf = (role) => ranks[role] ?? ranks.member;

/**
 * What this user may do in a room: by their role there, or as an administrator. The server decides, by the rules of
 * docs/permissions.md; this only spares people what it would refuse.
 * @typedef {object} Rights
 * @property {boolean} invite
 * @property {boolean} moderate see who is muted, and lift bans
 * @property {boolean} topic
 * @property {boolean} archive and restore
 * @property {boolean} writeMuted a mute does not keep them from writing
 * @property {(member: {user: string, role: string}) => boolean} restrain mute, kick and ban this member
 * @property {(member: {user: string, role: string}) => boolean} unmute this member
 * @property {(member: {user: string, role: string}) => string[]} giveable the roles that they can give this member
 */

/**
 * @param {import('../chat-client.js').ChatClient} client
 * @param {import('../chat-client.js').Room} room
 * @returns {Rights}
 */
export function rightsIn(client, room) {
  const hasRoles = room.kind !== 'direct';
  const isAbove = hasRoles && client.isAdministrator;
  const own = rankOf(room.role);
  const rank = isAbove ? aboveOwners : own;
  const moderate = hasRoles && rank >= ranks.moderator;
  const rule = hasRoles && rank >= ranks.owner;
  const isSelf = ({ user }) => user === client.user;
  const isBelow = ({ role }) => rankOf(role) < rank;
  return {
    invite: hasRoles && (room.kind === 'public' || moderate),
    moderate,
    topic: moderate && !room.archived && (isAbove || !isMuted(room.mutedUntil)),
    archive: rule,
    writeMuted: isAbove,
    restrain: (member) => moderate && !isSelf(member) && isBelow(member),
    unmute: (member) => moderate && isBelow(member) && (isAbove || !isSelf(member)),
    giveable: (member) => roles.filter((to) => hasRoles && ranks[to] !== rankOf(member.role)
      // Everybody may give up what they are; only administrators make more of themselves.
      && (isSelf(member) ? isAbove || ranks[to] < own : rule && isBelow(member))),
  };
}
