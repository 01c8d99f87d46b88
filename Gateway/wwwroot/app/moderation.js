import { openDialog } from './dialog.js';
import { byId } from './dom.js';
import { serverTime } from './http.js';
import { toId } from './ids.js';
import { fullNameOf } from './names.js';
import { rightsIn } from './rights.js';
import { explain, toast } from './toasts.js';

const makes = { member: 'a member', moderator: 'a moderator', owner: 'an owner' };

/**
 * What this user may do to a member of a room, as choices of a menu.
 * @param {import('../chat-client.js').ChatClient} client
 * @param {import('../chat-client.js').Room} room
 * @param {{user: string, role: string, muted?: boolean}} member `muted` is not known of everybody
 * @param {() => void} done something has changed
 */
export function moderationOf(client, room, member, done) {
  const { user, muted } = member;
  const may = rightsIn(client, room);
  const name = fullNameOf(user);
  const here = room.name;
  const ask = (label, how) => ({ label, danger: how.danger, run: () => askAndAct({ ...how, done }) });
  return [
    ...may.giveable(member).map((role) => roleChoice(client, room, member, role, ask)),
    may.restrain(member) && muted !== true && ask('Mute…', {
      title: `Mute ${name}?`, hint: `They can read ${here}, but not write.`, button: 'Mute', limited: true,
      run: ({ until, reason }) => client.mute(here, user, { until, reason }),
    }),
    may.unmute(member) && muted !== false && {
      label: 'Unmute', run: () => report(client.unmute(here, user).then(done), `${name} could not be unmuted.`),
    },
    may.restrain(member) && ask('Remove…', {
      title: `Remove ${name}?`, button: 'Remove', danger: true, run: ({ reason }) => client.kick(here, user, { reason }),
      hint: room.kind === 'private' ? 'They can come back when they are invited.' : 'They can join again. To keep them out, ban them.',
    }),
    may.restrain(member) && ask('Ban…', {
      title: `Ban ${name}?`, hint: `They are removed from ${here} and cannot come back.`, button: 'Ban', danger: true, limited: true,
      run: ({ until, reason }) => client.ban(here, user, { until, reason }),
    }),
  ].filter(Boolean);
}

function roleChoice(client, room, { user, role }, to, ask) {
  const run = ({ reason }) => client.role(room.name, user, to, { reason });
  const isAdministrator = client.isAdministrator;
  const isLess = to === 'member' || role === 'owner';
  if (user === client.user && isLess) {
    return ask(`Step down to ${to}`, {
      title: `Step down to ${to}?`, button: 'Step down', danger: true, run,
      hint: isAdministrator ? 'As an administrator you may do the same as before.' : 'Only an owner can make you one again.',
    });
  }

  const hints = {
    owner: isAdministrator ? 'Owners may do everything here.' : 'Owners may do everything here. You cannot take it back.',
    moderator: isLess ? 'They can no longer archive the room, nor give roles.' : 'Moderators set the topic, and mute, remove and ban members.',
    member: 'They can no longer moderate.',
  };
  const [whom, label] = user === client.user ? ['yourself', `Make yourself ${to}`] : [fullNameOf(user), `Make ${to}`];
  return ask(label, { title: `Make ${whom} ${makes[to]}?`, hint: hints[to], button: label, calm: true, run });
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
