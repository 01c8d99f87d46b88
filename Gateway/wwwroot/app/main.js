import { ChatClient } from '../chat-client.js';
import { avatar } from './avatar.js';
import { Banner } from './banner.js';
import { Conversation } from './conversation.js';
import { findRooms, invite, leave, newRoom } from './dialogs.js';
import { byId, el } from './dom.js';
import { learnName, nameOf } from './names.js';
import { RoomView } from './room-view.js';
import { RoomsList } from './rooms-list.js';
import { chooseName, signOut } from './session.js';
import { explain, toast } from './toasts.js';

const identity = await chooseName();
learnName(identity.user, identity.name);
const client = new ChatClient({ ...identity, storage: sessionStorage });

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
client.on('message', (message) => {
  learnName(message.from, message.name);
  conversations.get(message.room)?.append(message);
});
client.on('reset', ({ room, lastSeq }) => conversations.get(room)?.reset(lastSeq));
client.on('sent', ({ room, key, seq, at }) => conversations.get(room)?.settle(key, { state: 'sent', seq, at: new Date(at) }));
client.on('failed', ({ room, key, error }) => conversations.get(room)?.settle(key, { state: 'failed', error }));
client.on('error', (error) => toast(explain(error)));
client.on('state', ({ state }) => state === 'online' && client.unsent.forEach(({ room }) => showUnsent(room)));

const roomsList = new RoomsList(client, openRoom);
const roomView = new RoomView(client, conversations, {
  onSelect: (room) => roomsList.select(room),
  invite: (room) => invite(client, room),
  leave: (room) => leave(client, room),
});
new Banner(client, { reconnect: connect, signIn: signOut });

byId('me').append(
  avatar(identity.user, nameOf(identity.user), 'small'),
  el('span', { class: 'me-name', dir: 'auto' }, nameOf(identity.user)));
byId('find-room').addEventListener('click', find);
byId('welcome-find').addEventListener('click', find);
byId('open-lobby').addEventListener('click', () => openRoom('lobby'));
byId('new-room').addEventListener('click', () => newRoom(client, openRoom));
byId('sign-out').addEventListener('click', () => {
  client.close();
  signOut();
});
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

/** The page's address may name the room to begin with; somebody who is in none begins in the lobby. */
function openFirstRoom() {
  const given = new URLSearchParams(location.search).get('room');
  if (given || client.memberships.size === 0) openRoom(given || 'lobby');
}
