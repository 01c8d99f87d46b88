import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry, joined, message, reconnect, settle, setUp, setUpInLobby } from './fakes.mjs';

test('each room of the welcome is joined from where the welcome says it stands', async () => {
  const { client, server, emitted } = setUp();
  client.connect();
  await settle();
  await server.welcome(entry('lobby', 41, { readSeq: 40 }), entry('dev', 7));
  assert.deepEqual(server.written('join').map(({ room, since }) => [room, since]), [['lobby', 41], ['dev', 7]]);
  assert.equal(client.state, 'catching-up');
  assert.equal(client.memberships.get('lobby').unread, 1);
  for (const command of server.written('join')) await server.says({ ...joined(command.room, command.since), id: command.id });
  assert.equal(client.state, 'online');
  assert.deepEqual(emitted('reset'), []);
});

test('an application that keeps events resumes from its own cursors', async () => {
  const { client, server, seqs } = setUp({ cursors: { lobby: { seq: 39, log: 'log-1' } } });
  client.connect();
  await settle();
  await server.welcome(entry('lobby', 41));
  const { since, log } = server.written('join')[0];
  assert.deepEqual([since, log], [39, 'log-1']);
  await server.answers('join', joined('lobby', 41, { events: [message('lobby', 40), message('lobby', 41)] }));
  assert.deepEqual(seqs(), [40, 41]);
});

test('live events are handed on once each, in order', async () => {
  const { server, seqs, client } = await setUpInLobby(5);
  await server.says(message('lobby', 6), message('lobby', 7), message('lobby', 6), message('lobby', 7), message('lobby', 8), message('lobby', 3));
  assert.deepEqual(seqs(), [6, 7, 8]);
  assert.equal(server.written('join').length, 1);
  assert.equal(client.memberships.get('lobby').lastSeq, 8);
});

test('after a reconnect the room resumes from its last event with its log', async () => {
  const all = await setUpInLobby(5);
  await all.server.says(message('lobby', 6));
  await reconnect(all, entry('lobby', 9));
  const { since, log } = all.server.written('join')[0];
  assert.deepEqual([since, log], [6, 'log-1']);
  await all.server.answers('join', joined('lobby', 9, { events: [7, 8, 9].map((seq) => message('lobby', seq)) }));
  await all.server.says(message('lobby', 10));
  assert.deepEqual(all.seqs(), [6, 7, 8, 9, 10]);
  assert.deepEqual(all.emitted('reset'), []);
});

test('a reply and the events behind it are taken in their order even when they come in one turn', async () => {
  const all = await setUpInLobby(5);
  await reconnect(all, entry('lobby', 6));
  const { id } = all.server.written('join')[0];
  await all.server.says({ ...joined('lobby', 6, { events: [message('lobby', 6)] }), id }, message('lobby', 7));
  assert.deepEqual(all.seqs(), [6, 7]);
  assert.equal(all.server.written('join').length, 1);
});

test('what cannot be replayed is announced by a reset, and the feed goes on behind it', async () => {
  const all = await setUpInLobby(5);
  await reconnect(all, entry('lobby', 900));
  await all.server.answers('join', joined('lobby', 900, { recovered: false }));
  assert.deepEqual(all.emitted('reset'), [{ room: 'lobby', lastSeq: 900 }]);
  await all.server.says(message('lobby', 901));
  assert.deepEqual(all.seqs(), [901]);
});

test('another log starts the room over, its read mark too', async () => {
  const all = await setUpInLobby(50);
  await reconnect(all, entry('lobby', 2, { readSeq: 0 }));
  await all.server.answers('join', joined('lobby', 2, { log: 'log-2', recovered: false, readSeq: 0 }));
  assert.deepEqual(all.emitted('reset'), [{ room: 'lobby', lastSeq: 2 }]);
  assert.equal(all.client.memberships.get('lobby').unread, 2);
  await all.server.says(message('lobby', 3));
  assert.deepEqual(all.seqs(), [3]);
});

test('a recovered reply with a hole in it is not believed', async () => {
  const all = await setUpInLobby(5);
  await reconnect(all, entry('lobby', 8));
  await all.server.answers('join', joined('lobby', 8, { events: [message('lobby', 6), message('lobby', 8)] }));
  assert.deepEqual(all.seqs(), []);
  assert.deepEqual(all.emitted('reset'), [{ room: 'lobby', lastSeq: 8 }]);
});

test('a hole in the live events is mended by joining again, once', async () => {
  const { server, seqs } = await setUpInLobby(5);
  await server.says(message('lobby', 6), message('lobby', 9), message('lobby', 10));
  assert.deepEqual(seqs(), [6]);
  assert.deepEqual(server.written('join').map(({ since }) => since), [5, 6]);
  await server.answers('join', joined('lobby', 10, { events: [7, 8, 9, 10].map((seq) => message('lobby', seq)) }));
  await server.says(message('lobby', 11));
  assert.deepEqual(seqs(), [6, 7, 8, 9, 10, 11]);
});

test('a server that leaves the same hole again and again is asked with backoff', async () => {
  const { server, clock } = await setUpInLobby(5, { baseMs: 1_000 });
  await server.says(message('lobby', 8));
  await server.answers('join', joined('lobby', 5));
  await server.says(message('lobby', 8));
  await clock.advance(499);
  assert.equal(server.written('join').length, 2);
  await clock.advance(1);
  assert.equal(server.written('join').length, 3);
});

test('kinds of event that this client does not know keep the sequence whole', async () => {
  const { server, emitted, seqs } = await setUpInLobby(5);
  await server.says(message('lobby', 6), { type: 'reaction', room: 'lobby', seq: 7, from: 'bob', target: 6, at: '' }, message('lobby', 8));
  assert.deepEqual(seqs(), [6, 8]);
  assert.deepEqual(emitted('event').map(({ type }) => type), ['message', 'reaction', 'message']);
});

test('joining a new room gives the room, live from its last event', async () => {
  const { client, server, seqs, emitted } = await setUpInLobby();
  const join = client.join('dev');
  await settle();
  const { since } = server.written('join').at(-1);
  assert.equal(since, undefined);
  await server.answers('join', joined('dev', 3, { recovered: false, topic: 'The server', users: ['alice', 'bob'], online: 2 }));
  const room = await join;
  assert.deepEqual([room.name, room.topic, room.online, [...room.users]], ['dev', 'The server', 2, ['alice', 'bob']]);
  await server.says(message('dev', 4));
  assert.deepEqual(seqs(), [4]);
  assert.deepEqual(emitted('reset'), []);
  assert.equal(await client.join('dev'), room);
});

test('a room that a signal adds while it is being joined needs no reset when nothing was missed', async () => {
  const { client, server, emitted, seqs } = await setUpInLobby();
  const join = client.join('dev');
  await settle();
  await server.says({ type: 'room', ...entry('dev', 3) });
  await server.answers('join', joined('dev', 3, { recovered: false }));
  await join;
  await server.says(message('dev', 4));
  assert.deepEqual(emitted('reset'), []);
  assert.deepEqual(seqs(), [4]);
});

test('a join that is refused rejects and leaves no room behind', async () => {
  const { client, server } = await setUpInLobby();
  const join = client.join('secret');
  const rejected = assert.rejects(join, { code: 'forbidden' });
  await settle();
  await server.answers('join', { type: 'error', code: 'forbidden', message: 'private', retryable: false });
  await rejected;
  assert.equal(client.memberships.has('secret'), false);
});

test('a created room is joined from its beginning', async () => {
  const { client, server, seqs } = await setUpInLobby();
  const create = client.create('dev', { kind: 'private', topic: 'Us' });
  await settle();
  await server.answers('create', { type: 'created', room: 'dev', kind: 'private', log: 'log-9', role: 'owner', lastSeq: 0, readSeq: 0 });
  const room = await create;
  assert.deepEqual([room.kind, room.role, room.topic], ['private', 'owner', 'Us']);
  const { since, log } = server.written('join').at(-1);
  assert.deepEqual([since, log], [0, 'log-9']);
  await server.answers('join', joined('dev', 0, { kind: 'private', log: 'log-9', role: 'owner' }));
  await server.says(message('dev', 1));
  assert.deepEqual(seqs(), [1]);
});

test('a room added elsewhere is joined from where the signal says, so that its first message is not missed', async () => {
  const { client, server, seqs, emitted } = await setUpInLobby();
  await server.says({ type: 'room', ...entry('dm:alice:bob', 0, { kind: 'direct' }) });
  assert.equal(server.written('join').at(-1).since, 0);
  await server.answers('join', joined('dm:alice:bob', 1, { kind: 'direct', readSeq: 0, events: [message('dm:alice:bob', 1)] }));
  assert.deepEqual(seqs(), [1]);
  const room = client.memberships.get('dm:alice:bob');
  assert.deepEqual([room.otherThan('alice'), room.unread], ['bob', 1]);
  assert.equal(emitted('room').some(({ room: { name }, change }) => name === 'dm:alice:bob' && change === 'added'), true);
});

test('a room removed elsewhere, or while offline, goes', async () => {
  const all = await setUpInLobby();
  await all.server.says({ type: 'room', ...entry('dev') }, { type: 'room', room: 'lobby', removed: true });
  assert.deepEqual([...all.client.memberships.keys()], ['dev']);
  await reconnect(all);
  assert.equal(all.client.memberships.size, 0);
  assert.deepEqual(all.emitted('room').filter(({ change }) => change === 'removed').map(({ room }) => room.name), ['lobby', 'dev']);
});

test('a room whose resumption is refused for good goes with the reason, and the others resume', async () => {
  const all = await setUpInLobby();
  await reconnect(all, entry('lobby'), entry('dev'));
  const [lobby, dev] = all.server.written('join');
  await all.server.says({ type: 'error', id: lobby.id, code: 'banned', message: 'banned', retryable: false }, { ...joined('dev'), id: dev.id });
  assert.deepEqual([...all.client.memberships.keys()], ['dev']);
  assert.equal(all.emitted('room').find(({ change }) => change === 'removed').error.code, 'banned');
  assert.equal(all.client.state, 'online');
});

test('leave removes the room, and a repeat that finds it left already has succeeded', async () => {
  const { client, server } = await setUpInLobby();
  const leave = client.leave('lobby');
  await settle();
  await server.answers('leave', { type: 'error', code: 'not_member', message: 'not a member', retryable: false });
  await leave;
  assert.equal(client.memberships.size, 0);
});

test('many rooms are resumed a few at a time', async () => {
  const { client, server } = setUp();
  client.connect();
  await settle();
  await server.welcome(...Array.from({ length: 50 }, (_, index) => entry(`room-${index}`)));
  assert.equal(server.written('join').length, 20);
  const { id, room } = server.written('join')[0];
  await server.says({ ...joined(room), id });
  assert.equal(server.written('join').length, 21);
});

test('presence keeps who is online', async () => {
  const { client, server, emitted } = await setUpInLobby();
  const room = client.memberships.get('lobby');
  await server.says({ type: 'presence', room: 'lobby', joined: ['bob', 'carol'], left: [], online: 3 });
  await server.says({ type: 'presence', room: 'lobby', joined: [], left: ['bob'], online: 2 });
  assert.deepEqual([...room.users], ['alice', 'carol']);
  await server.says({ type: 'presence', room: 'lobby', online: 600 });
  assert.equal(room.online, 600);
  assert.deepEqual(emitted('presence').map(({ online }) => online), [3, 2, 600]);
});

test('typing ends by itself, with a message, and when its user goes', async () => {
  const { server, clock, emitted } = await setUpInLobby();
  const typing = (user) => ({ type: 'typing', room: 'lobby', user });
  const now = () => emitted('typing').at(-1).users;
  await server.says(typing('bob'));
  assert.deepEqual(now(), ['bob']);
  await clock.advance(3_000);
  await server.says(typing('bob'));
  await clock.advance(4_999);
  assert.deepEqual(now(), ['bob']);
  await clock.advance(1);
  assert.deepEqual(now(), []);
  await server.says(typing('bob'), typing('carol'), message('lobby', 1));
  assert.deepEqual(now(), ['carol']);
  await server.says({ type: 'presence', room: 'lobby', joined: [], left: ['carol'], online: 2 });
  assert.deepEqual(now(), []);
});

test('own typing is told at most every three seconds', async () => {
  const { client, server, clock } = await setUpInLobby();
  client.typing('lobby');
  client.typing('lobby');
  await clock.advance(2_999);
  client.typing('lobby');
  assert.equal(server.written('typing').length, 1);
  await clock.advance(1);
  client.typing('lobby');
  assert.equal(server.written('typing').length, 2);
});

test('read moves the mark at once, tells the highest seq alone, and never goes back', async () => {
  const { client, server } = await setUpInLobby();
  const room = client.memberships.get('lobby');
  await server.says(...[1, 2, 3, 4].map((seq) => message('lobby', seq)));
  assert.equal(room.unread, 4);
  client.read('lobby', 1);
  assert.equal(room.unread, 3);
  await settle();
  for (const seq of [2, 3, 2]) client.read('lobby', seq);
  assert.equal(room.unread, 1);
  await settle();
  assert.deepEqual(server.written('read').map(({ seq }) => seq), [1]);
  await server.answers('read', { type: 'ok' });
  assert.deepEqual(server.written('read').map(({ seq }) => seq), [1, 3]);
  await server.answers('read', { type: 'ok' });
  assert.equal(server.written('read').length, 2);
});

test('what was read while offline is told after the room has resumed', async () => {
  const all = await setUpInLobby();
  await all.server.says(message('lobby', 1), message('lobby', 2));
  await all.server.closes();
  all.client.read('lobby', 2);
  await all.clock.advance(1_000);
  await all.server.welcome(entry('lobby', 2, { readSeq: 0 }));
  assert.equal(all.client.memberships.get('lobby').unread, 0);
  assert.equal(all.server.written('read').length, 0);
  await all.server.answers('join', joined('lobby', 2, { readSeq: 0 }));
  assert.deepEqual(all.server.written('read').map(({ seq }) => seq), [2]);
});

test('reading on another device counts here, others reading does not', async () => {
  const { client, server, emitted } = await setUpInLobby();
  await server.says(message('lobby', 1), message('lobby', 2));
  await server.says({ type: 'read', room: 'lobby', user: 'bob', seq: 2 });
  assert.equal(client.memberships.get('lobby').unread, 2);
  await server.says({ type: 'read', room: 'lobby', user: 'alice', seq: 2 });
  assert.equal(client.memberships.get('lobby').unread, 0);
  assert.equal(emitted('read').length, 2);
});

test('the direct room of two has their ids in ordinal order', () => {
  const { client } = setUp();
  assert.equal(client.directRoom('bob'), 'dm:alice:bob');
  assert.equal(client.directRoom('Bob'), 'dm:Bob:alice');
  assert.equal(client.directRoom('alice'), 'dm:alice:alice');
  assert.equal(client.directRoom('ze\u0301'), 'dm:alice:z\u00e9');
});

test('a recovered reply that ends before the last event is not believed', async () => {
  const all = await setUpInLobby(1);
  await reconnect(all, entry('lobby', 3));
  await all.server.answers('join', joined('lobby', 3, { events: [message('lobby', 2)] }));
  assert.deepEqual(all.emitted('reset'), [{ room: 'lobby', lastSeq: 3 }]);
  assert.deepEqual(all.seqs(), []);
});

test('a hole right behind a reply, in the same turn, is mended too', async () => {
  const { client, server, seqs } = await setUpInLobby();
  client.join('dev');
  await settle();
  const { id } = server.written('join').at(-1);
  await server.says({ ...joined('dev', 0, { recovered: false }), id }, message('dev', 2));
  await server.answers('join', joined('dev', 2, { events: [message('dev', 1), message('dev', 2)] }));
  assert.deepEqual(seqs(), [1, 2]);
});

test('a room joined under another spelling of its name is given under its own', async () => {
  const { client, server } = await setUpInLobby();
  const join = client.join('dm:bob:alice');
  await settle();
  await server.answers('join', joined('dm:alice:bob', 0, { kind: 'direct', recovered: false }));
  assert.equal((await join).name, 'dm:alice:bob');
});

test('a read mark that is refused for a moment is told again', async () => {
  const { client, server, clock } = await setUpInLobby();
  await server.says(message('lobby', 1));
  client.read('lobby', 1);
  await settle();
  await server.answers('read', { type: 'error', code: 'rate_limited', message: 'slow down', retryable: true, retryAfterMs: 1_000 });
  await clock.advance(1_000);
  assert.deepEqual(server.written('read').map(({ seq }) => seq), [1, 1]);
});
