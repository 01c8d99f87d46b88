import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry, FakeStorage, joined, message, reconnect, settle, setUp, setUpInLobby } from './fakes.mjs';

const ack = (seq, key, more = {}) => ({ type: 'ack', room: 'lobby', seq, at: '2026-01-01T00:00:00.000Z', key, ...more });
const refusal = (code, more = {}) => ({ type: 'error', code, message: code, retryable: false, ...more });
const sentKeys = (server) => server.written('send').map(({ key }) => key);

/** Answers the command that carried a key. */
const answer = (server, key, reply) => server.says({ ...reply, id: server.written('send').findLast((frame) => frame.key === key).id });

test('a send resolves with its acknowledgement and has a key of its own', async () => {
  const { client, server, emitted } = await setUpInLobby();
  const first = client.send('lobby', 'hi', { replyTo: 4, data: { a: 1 } });
  const second = client.send('lobby', 'hi');
  await settle();
  assert.notEqual(first.key, second.key);
  const { id, ...frame } = server.written('send')[0];
  assert.deepEqual(frame, { type: 'send', room: 'lobby', text: 'hi', key: first.key, replyTo: 4, data: { a: 1 } });
  await answer(server, first.key, ack(1, first.key));
  const { room, seq, at } = await first;
  assert.deepEqual([room, seq, at], ['lobby', 1, '2026-01-01T00:00:00.000Z']);
  assert.deepEqual(emitted('sent').map(({ key, seq: stored }) => [key, stored]), [[first.key, 1]]);
  assert.deepEqual(client.unsent.map(({ key }) => key), [second.key]);
});

test('a direct message names its user and learns its room', async () => {
  const { client, server } = await setUpInLobby();
  const send = client.sendTo('bob', 'psst');
  await settle();
  const { to, room } = server.written('send')[0];
  assert.deepEqual([to, room], ['bob', undefined]);
  await answer(server, send.key, ack(1, send.key, { room: 'dm:alice:bob' }));
  assert.equal((await send).room, 'dm:alice:bob');
});

test('what is sent while offline waits, and goes in order once its room has resumed', async () => {
  const all = await setUpInLobby();
  await all.server.closes();
  const keys = ['a', 'b', 'c'].map((text) => all.client.send('lobby', text).key);
  await all.clock.advance(1_000);
  await all.server.welcome(entry('lobby'));
  assert.deepEqual(sentKeys(all.server), []);
  await all.server.answers('join', joined('lobby'));
  assert.deepEqual(sentKeys(all.server), keys);
});

test('what was not acknowledged is sent again after a reconnect, same keys, same order', async () => {
  const all = await setUpInLobby();
  const sends = ['a', 'b', 'c'].map((text) => all.client.send('lobby', text));
  await settle();
  await answer(all.server, sends[0].key, ack(1, sends[0].key));
  await reconnect(all, entry('lobby', 2));
  await all.server.answers('join', joined('lobby', 2, { recovered: false }));
  assert.deepEqual(sentKeys(all.server), [sends[1].key, sends[2].key]);
  await answer(all.server, sends[1].key, ack(2, sends[1].key, { duplicate: true }));
  await answer(all.server, sends[2].key, ack(3, sends[2].key));
  assert.deepEqual((await Promise.all(sends)).map(({ seq }) => seq), [1, 2, 3]);
});

test('what was not acknowledged before its user was removed from the room is asked for all the same', async () => {
  const all = await setUpInLobby();
  const sends = ['stored', 'not'].map((text) => all.client.send('lobby', text));
  const refused = assert.rejects(sends[1], { code: 'banned' });
  await settle();
  await reconnect(all);
  assert.equal(all.client.memberships.has('lobby'), false);
  assert.deepEqual(sentKeys(all.server), sends.map(({ key }) => key));
  await answer(all.server, sends[0].key, ack(1, sends[0].key, { duplicate: true }));
  await answer(all.server, sends[1].key, refusal('banned'));
  assert.equal((await sends[0]).seq, 1);
  await refused;
});

test('a gateway that drains costs no message: what it did not acknowledge goes to the next one, which resumes the room', async () => {
  const { client, server, clock, seqs } = await setUpInLobby(4);
  const sends = ['a', 'b'].map((text) => client.send('lobby', text));
  await settle();
  // The first is stored, but the gateway's last word comes before its acknowledgement.
  await server.says({ type: 'goodbye', code: 1001, reason: 'draining', reconnect: true, afterMs: 700 });
  const third = client.send('lobby', 'c');
  await clock.advance(1_200);
  assert.equal(server.sockets.length, 2);
  await server.welcome(entry('lobby', 6));
  const { since, log } = server.written('join')[0];
  assert.deepEqual([since, log], [4, 'log-1']);
  await server.answers('join', joined('lobby', 6, {
    events: [message('lobby', 5), message('lobby', 6, { from: 'alice', key: sends[0].key })],
  }));
  assert.deepEqual(sentKeys(server), [sends[1].key, third.key]);
  await answer(server, sends[1].key, ack(7, sends[1].key));
  await answer(server, third.key, ack(8, third.key));
  assert.deepEqual((await Promise.all([...sends, third])).map(({ seq }) => seq), [6, 7, 8]);
  assert.deepEqual(seqs(), [5, 6]);
});

test('the own message that comes back acknowledges the send, and then it is not repeated', async () => {
  const all = await setUpInLobby();
  const send = all.client.send('lobby', 'a');
  await settle();
  await reconnect(all, entry('lobby', 1));
  await all.server.answers('join', joined('lobby', 1, { events: [message('lobby', 1, { from: 'alice', key: send.key })] }));
  assert.equal((await send).seq, 1);
  assert.deepEqual(sentKeys(all.server), []);
});

test('a message of someone else with the same key acknowledges nothing', async () => {
  const { client, server } = await setUpInLobby();
  const { key } = client.send('lobby', 'a');
  await settle();
  await server.says(message('lobby', 1, { from: 'bob', key }));
  assert.equal(client.unsent.length, 1);
});

test('an own message found in history acknowledges too', async () => {
  const { client, server } = await setUpInLobby();
  const send = client.send('lobby', 'a');
  const history = client.history('lobby');
  await settle();
  await server.answers('history', { type: 'history', room: 'lobby', messages: [message('lobby', 1, { from: 'alice', key: send.key })], more: false });
  await history;
  assert.equal((await send).seq, 1);
});

test('an acknowledgement that comes after its time still counts', async () => {
  const { client, server, clock } = await setUpInLobby(0, { requestTimeoutMs: 1_000 });
  const send = client.send('lobby', 'a');
  await settle();
  const { id } = server.written('send')[0];
  await clock.advance(1_000);
  await server.says({ ...ack(1, send.key), id });
  assert.equal((await send).seq, 1);
});

test('a momentary refusal holds the room, not sooner than the server asks, then all goes in order', async () => {
  const { client, server, clock } = await setUpInLobby();
  const a = client.send('lobby', 'a');
  await settle();
  await answer(server, a.key, refusal('rate_limited', { retryable: true, retryAfterMs: 2_000 }));
  const b = client.send('lobby', 'b');
  const other = client.sendTo('bob', 'c');
  await settle();
  assert.deepEqual(sentKeys(server), [a.key, other.key]);
  await clock.advance(1_999);
  assert.equal(server.written('send').length, 2);
  await clock.advance(1);
  assert.deepEqual(sentKeys(server), [a.key, other.key, a.key, b.key]);
});

test('repeated refusals are answered with a growing wait', async () => {
  const { client, server, clock } = await setUpInLobby(0, { baseMs: 1_000, random: () => 0.999 });
  const { key } = client.send('lobby', 'a');
  await settle();
  for (const wait of [999, 1_998, 3_996]) {
    const before = server.written('send').length;
    await answer(server, key, refusal('unavailable', { retryable: true }));
    await clock.advance(wait - 1);
    assert.equal(server.written('send').length, before);
    await clock.advance(1);
    assert.equal(server.written('send').length, before + 1);
  }
});

test('a send without any answer is repeated with its key', async () => {
  const { client, server, clock } = await setUpInLobby(0, { requestTimeoutMs: 5_000, pingAfterMs: 60_000 });
  const { key } = client.send('lobby', 'a');
  await settle();
  await clock.advance(6_000);
  assert.deepEqual(sentKeys(server), [key, key]);
});

test('a refusal for good fails the send and lets the next go on', async () => {
  const { client, server, emitted } = await setUpInLobby();
  const a = client.send('lobby', 'a');
  const b = client.send('lobby', 'b');
  await settle();
  await answer(server, a.key, refusal('muted'));
  await answer(server, b.key, ack(1, b.key));
  await assert.rejects(a, { code: 'muted' });
  assert.equal((await b).seq, 1);
  const { key, room, text, error } = emitted('failed')[0];
  assert.deepEqual([key, room, text, error.code], [a.key, 'lobby', 'a', 'muted']);
});

test('who listens to the event alone need not catch the promise, and the key is known before the outcome', async () => {
  const { client } = await setUpInLobby();
  let failed = null;
  client.on('failed', ({ key }) => { failed = key; });
  const { key } = client.send('lobby', 'x'.repeat(9_000));
  assert.equal(failed, null);
  await settle();
  assert.equal(failed, key);
});

test('a text beyond the limit is not sent at all, for the frame would cost the connection', async () => {
  const { client, server } = await setUpInLobby();
  await assert.rejects(client.send('lobby', '字'.repeat(3_000)), { code: 'text_too_long', field: 'text', message: /9000 bytes/ });
  await assert.rejects(client.send('lobby', 'a', { data: { big: 'x'.repeat(70_000) } }), { code: 'text_too_long' });
  assert.equal(server.written('send').length, 0);
});

test('past its deadline a send fails, and may be tried again with its key', async () => {
  const all = await setUpInLobby(0, { sendDeadlineMs: 60_000 });
  await all.server.closes();
  const send = all.client.send('lobby', 'a');
  const rejected = assert.rejects(send, { code: 'deadline', retryable: true });
  await all.clock.advance(60_000);
  await rejected;
  const again = all.client.send('lobby', 'a', { key: send.key });
  assert.equal(again.key, send.key);
  assert.deepEqual(all.client.unsent.map(({ key }) => key), [send.key]);
});

test('only so many sends are on their way at once, and only so many wait', async () => {
  const { client, server } = await setUpInLobby(0, { maxInFlight: 2, maxOutbox: 4 });
  const sends = ['a', 'b', 'c', 'd'].map((text) => client.send('lobby', text));
  await settle();
  assert.equal(server.written('send').length, 2);
  await assert.rejects(client.send('lobby', 'e'), { code: 'outbox_full' });
  await answer(server, sends[0].key, ack(1, sends[0].key));
  assert.deepEqual(sentKeys(server), sends.slice(0, 3).map(({ key }) => key));
});

test('what waits in a storage is sent by the next page, in order and with its keys', async () => {
  const storage = new FakeStorage();
  const before = await setUpInLobby(0, { storage });
  const sends = ['a', 'b', 'c'].map((text) => before.client.send('lobby', text));
  await settle();
  await answer(before.server, sends[0].key, ack(1, sends[0].key));
  assert.equal(storage.length, 2);

  const after = setUp({ storage });
  after.client.connect();
  await settle();
  assert.deepEqual(after.client.unsent.map(({ text }) => text), ['b', 'c']);
  await after.server.welcome(entry('lobby', 1));
  await after.server.answers('join', joined('lobby', 1));
  assert.deepEqual(sentKeys(after.server), [sends[1].key, sends[2].key]);
  for (const { key } of sends.slice(1)) await answer(after.server, key, ack(2, key));
  assert.equal(storage.length, 0);
  assert.deepEqual(after.emitted('sent').map(({ key }) => key), [sends[1].key, sends[2].key]);
});

test('one user does not send what another left in the storage', async () => {
  const storage = new FakeStorage();
  const before = await setUpInLobby(0, { storage });
  before.client.send('lobby', 'of alice');
  const after = setUp({ storage, user: 'bob' });
  after.client.connect();
  await settle();
  assert.deepEqual(after.client.unsent, []);
});

test('with a token the storage is opened once the server has named the user', async () => {
  const storage = new FakeStorage();
  const before = await setUpInLobby(0, { storage });
  before.client.send('lobby', 'a');
  const after = setUp({ storage, user: undefined, token: 't' });
  after.client.connect();
  await settle();
  assert.deepEqual(after.client.unsent, []);
  await after.server.welcome(entry('lobby'));
  assert.deepEqual(after.client.unsent.map(({ text }) => text), ['a']);
});

test('a storage that is full or holds rubbish costs the safety, not the message', async () => {
  const storage = new FakeStorage();
  storage.setItem('chat.outbox:alice:x', '{"mess');
  storage.setItem = () => { throw new Error('quota'); };
  const { client, server } = await setUpInLobby(0, { storage });
  client.send('lobby', 'a');
  await settle();
  assert.equal(server.written('send').length, 1);
});

test('close rejects what waits but leaves it in the storage for the next connect', async () => {
  const storage = new FakeStorage();
  const { client, server } = await setUpInLobby(0, { storage });
  const send = client.send('lobby', 'a');
  await settle();
  client.close();
  await assert.rejects(send, { code: 'closed' });
  client.connect();
  await settle();
  assert.deepEqual(client.unsent.map(({ key }) => key), [send.key]);
  await server.welcome(entry('lobby'));
  await server.answers('join', joined('lobby'));
  assert.deepEqual(sentKeys(server), [send.key]);
});

test('what is sent before anybody knows whose it is comes after what was stored, and is stored then', async () => {
  const storage = new FakeStorage();
  const before = await setUpInLobby(0, { storage });
  before.client.send('lobby', 'a');
  before.client.send('lobby', 'b');
  await settle();
  const byToken = { storage, user: undefined, token: 't' };
  const after = setUp(byToken);
  after.client.connect();
  await settle();
  after.client.send('lobby', 'c');
  await after.server.welcome(entry('lobby'));
  assert.deepEqual(after.client.unsent.map(({ text }) => text), ['a', 'b', 'c']);
  await after.server.answers('join', joined('lobby'));
  assert.deepEqual(after.server.written('send').map(({ text }) => text), ['a', 'b', 'c']);

  const next = setUp(byToken);
  next.client.connect();
  await settle();
  await next.server.welcome(entry('lobby'));
  assert.deepEqual(next.client.unsent.map(({ text }) => text), ['a', 'b', 'c']);
});

test('a clock that is set back does not change the order of what waits', async () => {
  const storage = new FakeStorage();
  const before = await setUpInLobby(0, { storage });
  before.client.send('lobby', 'a');
  const earlier = before.clock.now() - 60_000;
  before.clock.now = () => earlier;
  before.client.send('lobby', 'b');
  const after = setUp({ storage });
  after.client.connect();
  await settle();
  assert.deepEqual(after.client.unsent.map(({ text }) => text), ['a', 'b']);
});

test('two pages of one user over one storage lose and confuse nothing of each other', async () => {
  const storage = new FakeStorage();
  const one = await setUpInLobby(0, { storage });
  const a = one.client.send('lobby', 'a');
  await settle();
  const other = setUp({ storage });
  other.client.connect();
  await settle();
  await other.server.welcome(entry('lobby'));
  await other.server.answers('join', joined('lobby'));
  const b = other.client.send('lobby', 'b');
  await settle();
  // The other takes up what it finds, for the page that left it may be gone; the key makes that harmless.
  assert.deepEqual(sentKeys(other.server), [a.key, b.key]);
  await answer(one.server, a.key, ack(1, a.key));
  assert.deepEqual([...Array(storage.length).keys()].map((at) => storage.key(at)), [`chat.outbox:alice:${b.key}`]);
  await answer(other.server, a.key, ack(1, a.key, { duplicate: true }));
  await answer(other.server, b.key, ack(2, b.key));
  assert.equal(storage.length, 0);
  assert.deepEqual(one.client.unsent, []);
  assert.deepEqual(other.client.unsent, []);
});

test('what is discarded is not sent, now or by the next page', async () => {
  const storage = new FakeStorage();
  const all = await setUpInLobby(0, { storage });
  await all.server.closes();
  const waits = all.client.send('lobby', 'a');
  const rejected = assert.rejects(waits, { code: 'discarded' });
  const failed = all.client.send('lobby', 'b');
  all.client.discard(waits.key);
  await rejected;
  all.client.close();
  await assert.rejects(failed, { code: 'closed' });
  all.client.discard(failed.key);
  assert.equal(storage.length, 0);
  all.client.connect();
  await settle();
  await all.server.welcome(entry('lobby'));
  await all.server.answers('join', joined('lobby'));
  assert.deepEqual(sentKeys(all.server), []);
});
