import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry, joined, message, reconnect, settle, setUp, setUpInLobby } from './fakes.mjs';

const of = (type, seq, more = {}) => ({ type, room: 'lobby', seq, from: 'bob', at: '2026-01-01T00:00:00.000Z', ...more });
const until = new Date(Date.UTC(2026, 0, 2));

for (const [name, args, frame] of [
  ['invite', ['lobby', 'bob', { reason: 'why' }], { type: 'invite', room: 'lobby', user: 'bob', reason: 'why' }],
  ['invite', ['lobby', 'bob'], { type: 'invite', room: 'lobby', user: 'bob' }],
  ['role', ['lobby', 'bob', 'moderator', { reason: 'why' }], { type: 'role', room: 'lobby', user: 'bob', role: 'moderator', reason: 'why' }],
  ['kick', ['lobby', 'bob', { reason: 'why' }], { type: 'kick', room: 'lobby', user: 'bob', reason: 'why' }],
  ['ban', ['lobby', 'bob', { until, reason: 'why' }], { type: 'ban', room: 'lobby', user: 'bob', until: '2026-01-02T00:00:00.000Z', reason: 'why' }],
  ['ban', ['lobby', 'bob'], { type: 'ban', room: 'lobby', user: 'bob' }],
  ['unban', ['lobby', 'bob'], { type: 'unban', room: 'lobby', user: 'bob' }],
  ['mute', ['lobby', 'bob', { until: '2026-01-02T00:00:00Z' }], { type: 'mute', room: 'lobby', user: 'bob', until: '2026-01-02T00:00:00Z' }],
  ['unmute', ['lobby', 'bob'], { type: 'unmute', room: 'lobby', user: 'bob' }],
  ['topic', ['lobby', 'cats'], { type: 'topic', room: 'lobby', topic: 'cats' }],
  ['topic', ['lobby', null], { type: 'topic', room: 'lobby', topic: null }],
  ['topic', ['lobby', ''], { type: 'topic', room: 'lobby', topic: null }],
  ['archive', ['lobby', { reason: 'over' }], { type: 'archive', room: 'lobby', archived: true, reason: 'over' }],
  ['restore', ['lobby'], { type: 'archive', room: 'lobby', archived: false }],
  ['block', ['bob'], { type: 'block', user: 'bob' }],
  ['unblock', ['bob'], { type: 'unblock', user: 'bob' }],
]) {
  test(`${name} is written as ${JSON.stringify(frame)}`, async () => {
    const { client, server } = await setUpInLobby();
    const asked = client[name](...args);
    await settle();
    const { id, ...written } = server.written(frame.type)[0];
    assert.deepEqual(written, frame);
    await server.answers(frame.type, { type: 'ok' });
    assert.equal(await asked, undefined);
  });
}

test('blocks come by the page', async () => {
  const { client, server } = await setUpInLobby();
  const blocks = client.blocks({ after: 'bob', limit: 2 });
  await settle();
  const { id, ...written } = server.written('blocks')[0];
  assert.deepEqual(written, { type: 'blocks', after: 'bob', limit: 2 });
  await server.answers('blocks', { type: 'blocks', users: ['carol', 'mallory'], more: true });
  assert.deepEqual(await blocks, { users: ['carol', 'mallory'], more: true });
});

test('members come by the page, with what is told of their mutes', async () => {
  const { client, server } = await setUpInLobby();
  const members = client.members('lobby', { after: 'alice', limit: 2 });
  await settle();
  const { id, ...written } = server.written('members')[0];
  assert.deepEqual(written, { type: 'members', room: 'lobby', after: 'alice', limit: 2 });
  const users = [
    { user: 'bob', role: 'member', online: true, mutedUntil: '2026-01-02T00:00:00.000Z' },
    { user: 'carol', name: 'Carol', role: 'owner', online: false },
  ];
  await server.answers('members', { type: 'members', room: 'lobby', users, more: true });
  assert.deepEqual(await members, { users, more: true });
});

test('whether somebody administers the server is as the last welcome says', async () => {
  const all = await setUpInLobby();
  assert.equal(all.client.isAdministrator, false);
  for (const admin of [true, undefined]) {
    await all.server.closes();
    await all.clock.advance(1_000);
    await all.server.says({ type: 'welcome', protocol: 'chat.v1', user: 'alice', admin, connection: 'k', rooms: [], limits: {} });
    assert.equal(all.client.isAdministrator, admin === true);
  }
});

test('what may be repeated is, after a drop; a kick is not', async () => {
  const all = await setUpInLobby();
  const mute = all.client.mute('lobby', 'bob');
  const kick = all.client.kick('lobby', 'bob');
  const rejected = assert.rejects(kick, { code: 'disconnected' });
  await settle();
  await reconnect(all, entry('lobby'));
  await rejected;
  assert.equal(all.server.written('kick').length, 0);
  await all.server.answers('mute', { type: 'ok' });
  await mute;
});

test('topic, archived and restored count like messages, are told in order and change the room', async () => {
  const { client, server, emitted, seqs } = await setUpInLobby(5);
  const room = client.memberships.get('lobby');
  await server.says(message('lobby', 6), of('topic', 7, { topic: 'cats' }));
  assert.equal(room.topic, 'cats');
  await server.says(of('archived', 8, { reason: 'over' }));
  assert.equal(room.archived, true);
  await server.says(of('restored', 9), of('topic', 10), message('lobby', 11));
  assert.deepEqual([room.archived, room.topic, room.seq, room.unread], [false, undefined, 11, 6]);
  assert.deepEqual(seqs(), [6, 11]);
  assert.deepEqual(emitted('event').map(({ type }) => type), ['message', 'topic', 'archived', 'restored', 'topic', 'message']);
  assert.equal(server.written('join').length, 1);
});

test('each of them is told by its own name, with what it says', async () => {
  const { client, server } = await setUpInLobby();
  const told = [];
  for (const type of ['topic', 'archived', 'restored']) client.on(type, (event) => told.push([type, event.topic ?? event.reason]));
  await server.says(of('topic', 1, { topic: 'cats' }), of('archived', 2, { reason: 'over' }), of('restored', 3));
  assert.deepEqual(told, [['topic', 'cats'], ['archived', 'over'], ['restored', undefined]]);
});

test('what changed while it was away is replayed, and the room is as the last of it says', async () => {
  const all = await setUpInLobby(5);
  await reconnect(all, entry('lobby', 8, { archived: true }));
  await all.server.answers('join', joined('lobby', 8, {
    topic: 'dogs', archived: true,
    events: [of('topic', 6, { topic: 'cats' }), of('archived', 7), of('topic', 8, { topic: 'dogs' })],
  }));
  const room = all.client.memberships.get('lobby');
  assert.deepEqual([room.topic, room.archived, room.seq], ['dogs', true, 8]);
});

test('a topic that was cleared while it was away is gone, also when that cannot be replayed', async () => {
  const all = await setUpInLobby(5);
  await all.server.says(of('topic', 6, { topic: 'cats' }));
  await reconnect(all, entry('lobby', 900));
  await all.server.answers('join', joined('lobby', 900, { recovered: false }));
  assert.equal(all.client.memberships.get('lobby').topic, undefined);
});

test('an event of a kind to come neither breaks the stream nor passes for an event of the client', async () => {
  const { client, server, emitted, seqs } = await setUpInLobby(5);
  const before = emitted('state').length;
  await server.says(of('state', 6), of('unread', 7), of('sent', 8), of('poll', 9, { text: 7, data: null }), message('lobby', 10));
  assert.deepEqual(seqs(), [10]);
  assert.deepEqual(emitted('event').map(({ seq }) => seq), [6, 7, 8, 9, 10]);
  assert.deepEqual([emitted('state').length - before, emitted('sent').length], [0, 0]);
  assert.equal(client.memberships.get('lobby').unread, 5);
});

test('an entry says whether the room is archived and whether this user is muted, and so does a signal', async () => {
  const { client, server, emitted } = setUp();
  client.connect();
  await settle();
  await server.welcome(entry('lobby', 0, { archived: true, mutedUntil: '2026-01-02T00:00:00.000Z' }));
  const room = client.memberships.get('lobby');
  assert.deepEqual([room.archived, room.mutedUntil], [true, '2026-01-02T00:00:00.000Z']);
  await server.answers('join', joined('lobby', 0, { archived: true, mutedUntil: '2026-01-02T00:00:00.000Z' }));
  assert.deepEqual([room.archived, room.mutedUntil], [true, '2026-01-02T00:00:00.000Z']);

  await server.says({ type: 'room', ...entry('lobby', 0, { role: 'moderator' }) });
  assert.deepEqual([room.archived, room.mutedUntil, room.role], [false, undefined, 'moderator']);
  assert.equal(emitted('room').at(-1).change, 'updated');
  assert.equal(client.memberships.get('lobby'), room);
  assert.equal(server.written('join').length, 1);
});
