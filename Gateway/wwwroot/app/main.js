import { ChatClient } from '../chat-client.js';
import { showAccountMenu } from './account-menu.js';
import { avatar } from './avatar.js';
import { Banner } from './banner.js';
import { Conversation } from './conversation.js';
import { findRooms, invite, leave, newRoom } from './dialogs.js';
import { byId, el } from './dom.js';
import { revealPasswords } from './forms.js';
import { learnName, nameOf } from './names.js';
import { RoomView } from './room-view.js';
import { RoomsList } from './rooms-list.js';
import { begin, refused, signOut } from './session.js';
import { tabStorage } from './storage.js';
import { explain, toast } from './toasts.js';

/** What typing is refused with is told above the message box, or at the message once it is sent. */
const keepsFromTyping = new Set(['muted', 'blocked', 'archived', 'banned', 'not_member', 'no_such_room']);

revealPasswords();
const session = await begin();
let isLeaving = false;
const client = new ChatClient({ ...session.options, storage: tabStorage });
const leaveSession = {
  label: { guest: 'Change name', account: 'Log in again', token: 'Sign out' }[session.kind],
  run: () => {
    client.close();
    signOut(session);
  },
};

/** @type {Map<string, Conversation>} */
const conversations = new Map();
const openRoom = (name) => roomView.open(name);
const find = () => findRooms(client, openRoom);
const connect = () => client.connect().then(openFirstRoom, () => { /* The banner says why. */ });

client.on('room', ({ room, change }) => {
  if (change === 'removed') conversations.delete(room.name);
  if (change !== 'added') return;
  conversations.set(room.name, new Conversation(client, room, (what) => roomView.update(what)));
  showUnsent(room.name);
});
client.on('event', (event) => {
  learnName(event.from, event.name);
  conversations.get(event.room)?.append(event);
});
client.on('reset', ({ room, lastSeq }) => conversations.get(room)?.reset(lastSeq));
client.on('sent', ({ room, key, seq, at }) => conversations.get(room)?.settle(key, { state: 'sent', seq, at: new Date(at) }));
client.on('failed', ({ room, key, error }) => conversations.get(room)?.settle(key, { state: 'failed', error }));
client.on('error', (error) => keepsFromTyping.has(error.code) || toast(explain(error)));
client.on('state', ({ state, error }) => {
  if (state === 'catching-up') showMe();
  else if (state === 'online') client.unsent.forEach(({ room }) => showUnsent(room));
  else if (state === 'closed' && error) ended(error);
});

const roomsList = new RoomsList(client, openRoom);
const roomView = new RoomView(client, conversations, {
  onSelect: (room) => roomsList.select(room),
  invite: (room) => invite(client, room),
  leave: (room) => leave(client.memberships.get(room), () => roomView.leave(room)),
});
new Banner(client, { reconnect: connect, signOut: leaveSession });

showMe();
if (session.kind === 'account') {
  showAccountMenu(session.account, { logOut: leaveSession.run, logOutEverywhere });
} else {
  const button = byId('sign-out');
  button.hidden = false;
  button.title = leaveSession.label;
  button.setAttribute('aria-label', leaveSession.label);
  button.addEventListener('click', leaveSession.run);
}

byId('find-room').addEventListener('click', find);
byId('welcome-find').addEventListener('click', find);
byId('open-lobby').addEventListener('click', () => openRoom('lobby'));
byId('new-room').addEventListener('click', () => newRoom(client, openRoom));
document.addEventListener('keydown', (event) => {
  if (document.querySelector('dialog[open]')) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    find();
  } else if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    const next = roomsList.neighbour(event.key === 'ArrowDown' ? 1 : -1);
    if (next) openRoom(next);
  }
});
connect();

/** Shows what the client still has to send, from before a reload or a lost session. */
function showUnsent(room) {
  for (const unsent of client.unsent) {
    const conversation = conversations.get(room);
    if (unsent.room === room && conversation?.pending.get(unsent.key)?.state !== 'sending') conversation?.expect(unsent);
  }
}

/** An application's token does not say whose it is; the server does. */
function showMe() {
  const { user = session.user, name = session.name } = client;
  if (user === undefined) return;
  learnName(user, name);
  byId('me').replaceChildren(avatar(user, nameOf(user), 'small'), el('span', { class: 'me-name', dir: 'auto' }, nameOf(user)));
}

/** The session has ended, and will not come back by itself. */
async function ended({ code, message }) {
  if (session.kind !== 'guest' && ['unauthorized', 'suspended'].includes(code)) return refused(session, explain({ code, message }));
  if (session.kind !== 'account' || code !== 'removed') return;
  // Where the tokens have ended too, nothing that is private stays on the screen.
  try {
    if (await session.account.survives()) connect();
  } catch (error) {
    if (!error.retryable && !isLeaving) refused(session, explain({ code, message }));
  }
}

async function logOutEverywhere() {
  // The server puts this tab out as well, and may do so before it answers.
  isLeaving = true;
  try {
    await session.account.logOutEverywhere();
    leaveSession.run();
  } catch (error) {
    isLeaving = false;
    toast(`You are still logged in. ${explain(error)}`);
  }
}

/** The page's address may name the room to begin with; somebody who is in none begins in the lobby. */
function openFirstRoom() {
  const given = new URLSearchParams(location.search).get('room');
  if (given || client.memberships.size === 0) openRoom(given || 'lobby');
}
