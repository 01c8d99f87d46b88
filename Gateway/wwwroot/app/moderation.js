import { openDialog } from './dialog.js';
import { byId } from './dom.js';
import { serverTime } from './http.js';
import { toId } from './ids.js';
import { nameOf } from './names.js';
import { explain, toast } from './toasts.js';

const ranks = { member: 0, moderator: 1, owner: 2 };
const rankOf = (role) => ranks[role] ?? 0;

/** @param {import('../chat-client.js').Room} room */
export const mayModerate = (room) => room.kind !== 'direct' && rankOf(room.role) >= ranks.moderator;

/** @param {import('../chat-client.js').Room} room */
export const mayArchive = (room) => room.kind !== 'direct' && rankOf(room.role) >= ranks.owner;

/**
 * What this user may do to a member of a room, as choices of a menu. The server decides; this only spares people what
 * it would refuse.
 * @param {import('../chat-client.js').ChatClient} client
 * @param {import('../chat-client.js').Room} room
 * @param {{user: string, role: string}} member
 * @param {() => void} done something has changed
 */
export function moderationOf(client, room, { user, role }, done) {
  if (room.kind === 'direct') return [];
  const name = nameOf(user);
  const here = room.name;
  const act = (how) => askAndAct({ ...how, done });
  const give = (to, title, hint) => ({
    label: `Make ${to}`,
    run: () => act({ title, hint, button: `Make ${to}`, calm: true, run: ({ reason }) => client.role(here, user, to, { reason }) }),
  });
  if (user === client.user) {
    const down = Object.keys(ranks).filter((lower) => ranks[lower] < rankOf(room.role));
    return down.reverse().map((to) => ({
      label: `Step down to ${to}`, danger: true,
      run: () => act({
        title: `Step down to ${to}?`, hint: 'Only an owner can make you one again.', button: 'Step down',
        run: ({ reason }) => client.role(here, user, to, { reason }),
      }),
    }));
  }

  if (!mayModerate(room) || rankOf(role) >= rankOf(room.role)) return [];
  const isOwner = room.role === 'owner';
  return [
    isOwner && role !== 'moderator' && give('moderator', `Make ${name} a moderator?`, 'Moderators set the topic, and mute, remove and ban members.'),
    isOwner && give('owner', `Make ${name} an owner?`, 'Owners may do everything here. You cannot take it back.'),
    isOwner && role === 'moderator' && give('member', `Make ${name} a member?`, 'They can no longer moderate.'),
    {
      label: 'Mute…',
      run: () => act({
        title: `Mute ${name}?`, hint: `They can read ${here}, but not write.`, button: 'Mute', limited: true,
        run: ({ until, reason }) => client.mute(here, user, { until, reason }),
      }),
    },
    { label: 'Unmute', run: () => report(client.unmute(here, user).then(done), `${name} could not be unmuted.`) },
    {
      label: 'Remove…', danger: true,
      run: () => act({
        title: `Remove ${name}?`, button: 'Remove', run: ({ reason }) => client.kick(here, user, { reason }),
        hint: room.kind === 'private' ? 'They can come back when they are invited.' : 'They can join again. To keep them out, ban them.',
      }),
    },
    {
      label: 'Ban…', danger: true,
      run: () => act({
        title: `Ban ${name}?`, hint: `They are removed from ${here} and cannot come back.`, button: 'Ban', limited: true,
        run: ({ until, reason }) => client.ban(here, user, { until, reason }),
      }),
    },
  ];
}

/** @param {import('../chat-client.js').ChatClient} client @param {import('../chat-client.js').Room} room */
export function editTopic(client, room) {
  byId('topic-title').textContent = `Topic of ${room.name}`;
  const dialog = openDialog('topic-dialog', (data) => client.topic(room.name, data.get('topic').trim()));
  const field = dialog.querySelector('input');
  field.value = room.topic ?? '';
  field.select();
}

/** @param {import('../chat-client.js').ChatClient} client @param {string} room */
export function archive(client, room) {
  askAndAct({
    title: `Archive ${room}?`, hint: 'Everyone can still read it, and nobody can write. It can be restored.', button: 'Archive',
    run: ({ reason }) => client.archive(room, { reason }),
  });
}

/** @param {import('../chat-client.js').ChatClient} client @param {string} room */
export function restore(client, room) {
  report(client.restore(room), `${room} could not be restored.`);
}

/** @param {import('../chat-client.js').ChatClient} client @param {string} room */
export function liftBan(client, room) {
  askAndAct({
    title: `Lift a ban in ${room}`, hint: 'They may come back then.', button: 'Lift the ban', calm: true, asksWho: true,
    run: ({ user, reason }) => client.unban(room, user, { reason }),
  });
}

/** Tells of what failed. */
export function report(promise, what) {
  promise.catch((error) => toast(`${what} ${explain(error)}`));
}

/**
 * Asks whether it is meant, why and for how long, and does it.
 * @param {{title: string, hint: string, button: string, calm?: boolean, limited?: boolean, asksWho?: boolean,
 *   run: (answer: {user: string, until?: Date, reason?: string}) => Promise<void>, done?: () => void}} how
 *   `limited`: it may be for a time; `asksWho`: it is not known yet to whom
 */
function askAndAct({ title, hint, button, calm = false, limited = false, asksWho = false, run, done }) {
  byId('act-title').textContent = title;
  byId('act-hint').textContent = hint;
  byId('act-submit').textContent = button;
  byId('act-submit').className = calm ? 'primary' : 'danger';
  byId('act-for').hidden = !limited;
  byId('act-user').hidden = !asksWho;
  byId('act-user').querySelector('input').required = asksWho;
  openDialog('act-dialog', async (data) => {
    const minutes = limited && Number(data.get('minutes'));
    await run({
      user: toId(data.get('user')),
      until: minutes ? new Date(serverTime() + minutes * 60_000) : undefined,
      reason: data.get('reason').trim() || undefined,
    });
    done?.();
  });
}
