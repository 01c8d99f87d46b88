import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatClient } from '../../Gateway/wwwroot/chat-client.js';
import { entry, FakeWindow, joined, settle, setUp, setUpInLobby } from './fakes.mjs';

test('dials without subscriptions, as the user, with the subprotocol', async () => {
  const { client, server } = setUp({ name: 'Alice L.' });
  client.connect();
  await settle();
  const url = new URL(server.socket.url);
  assert.equal(url.protocol, 'ws:');
  assert.equal(url.pathname, '/ws');
  assert.deepEqual(Object.fromEntries(url.searchParams), { subscribe: 'none', user: 'alice', name: 'Alice L.' });
  assert.deepEqual(server.socket.protocols, ['chat.v1']);
});

test('in a page the address is that of the page', async () => {
  const { client, server } = setUp({ url: undefined, window: new FakeWindow() });
  client.connect();
  await settle();
  assert.match(server.socket.url, /^wss:\/\/chat\.example\/ws\?subscribe=none/);
});

test('without a WebSocket or an address it says so at once', () => {
  assert.throws(() => new ChatClient({ url: 'http://x/ws', WebSocket: null }), /WebSocket/);
  assert.throws(() => new ChatClient({ WebSocket: class {}, window: null }), /url/);
  assert.throws(() => new ChatClient({ WebSocket: class {}, window: null, url: 'nonsense' }), TypeError);
});

test('connect resolves at the first welcome, after failed attempts too', async () => {
  const { client, server, clock } = setUp();
  let connected = false;
  client.connect().then(() => { connected = true; });
  await settle();
  await server.closes();
  await clock.advance(1_000);
  assert.equal(connected, false);
  await server.welcome();
  assert.equal(connected, true);
  assert.equal(client.state, 'online');
});

test('the bound of the backoff doubles up to its cap, and the wait is a random part of it', async () => {
  const { client, server, clock, emitted } = setUp({ baseMs: 100, capMs: 1_000, random: () => 0.5 });
  client.connect();
  await settle();
  for (let attempt = 0; attempt < 6; attempt++) {
    await server.closes();
    await clock.advance(1_000);
  }
  const waits = emitted('state').filter(({ state }) => state === 'waiting').map(({ retryInMs }) => retryInMs);
  assert.deepEqual(waits, [50, 100, 200, 400, 500, 500]);
});

test('a connection that is lost soon after the welcome does not start the backoff over, a stable one does', async () => {
  const { client, server, clock, emitted } = setUp({ baseMs: 100 });
  const lastWait = () => emitted('state').findLast(({ state }) => state === 'waiting').retryInMs;
  client.connect();
  await settle();
  for (const expected of [50, 100, 200]) {
    await server.welcome();
    await server.closes();
    assert.equal(lastWait(), expected);
    await clock.advance(1_000);
  }
  await server.welcome();
  await clock.advance(10_000);
  await server.closes();
  assert.equal(lastWait(), 50);
});

test('an attempt that brings no welcome in time is given up', async () => {
  const { client, server, clock } = setUp({ connectTimeoutMs: 5_000 });
  client.connect();
  await settle();
  const first = server.socket;
  await clock.advance(5_000);
  assert.equal(client.state, 'waiting');
  assert.equal(first.closedWith, 1000);
});

test('a goodbye sets the least time to wait, and the jitter comes on top', async () => {
  const { server, clock, client, emitted } = await setUpInLobby(0, { baseMs: 100, random: () => 0.5 });
  await server.says({ type: 'goodbye', code: 1001, reason: 'draining', reconnect: true, afterMs: 4_000 });
  assert.equal(emitted('state').at(-1).retryInMs, 4_050);
  await clock.advance(4_049);
  assert.equal(server.sockets.length, 1);
  await clock.advance(1);
  assert.equal(client.state, 'connecting');
});

test('a goodbye without reconnect ends the session, and what waits is told', async () => {
  const { client, server, clock, emitted } = await setUpInLobby();
  const history = client.history('lobby');
  const send = client.send('lobby', 'hi');
  await settle();
  await server.says({ type: 'goodbye', code: 4500, reason: 'removed by a moderator', reconnect: false });
  await assert.rejects(history, { code: 'removed', closeCode: 4500 });
  await assert.rejects(send, { code: 'removed' });
  await clock.advance(3_600_000);
  assert.equal(server.sockets.length, 1);
  assert.equal(emitted('state').at(-1).error.message, 'removed by a moderator');
  await assert.rejects(client.rooms(), { code: 'removed' });
  await assert.rejects(client.send('lobby', 'more'), { code: 'removed' });
});

for (const [closeCode, code] of [[1008, 'unauthorized'], [4500, 'removed'], [4999, 'closed']]) {
  test(`close code ${closeCode} is final: ${code}`, async () => {
    const { client, server, clock } = setUp();
    const connecting = client.connect();
    await settle();
    await server.closes(closeCode, 'no');
    await assert.rejects(connecting, { code, closeCode, message: 'no' });
    await clock.advance(3_600_000);
    assert.equal(server.sockets.length, 1);
  });
}

test('policy after the welcome is final and has nothing to do with who this is', async () => {
  const { server, clock, emitted } = await setUpInLobby(0, { token: async () => 't' });
  await server.closes(1008, 'too many malformed frames');
  await clock.advance(3_600_000);
  assert.equal(server.sockets.length, 1);
  assert.equal(emitted('state').at(-1).error.code, 'closed');
});

for (const code of [1000, 1001, 1006, 1009, 1011, 1013, 4000, 4001, 4499]) {
  test(`after close code ${code} it dials again`, async () => {
    const { server, clock } = await setUpInLobby();
    await server.closes(code);
    await clock.advance(30_000);
    assert.equal(server.sockets.length > 1, true);
  });
}

test('silence is broken by a ping, and no answer means a lost connection', async () => {
  const { client, server, clock } = await setUpInLobby(0, { pingAfterMs: 25_000, pongWithinMs: 10_000 });
  await clock.advance(24_999);
  assert.equal(server.written('ping').length, 0);
  await clock.advance(1);
  assert.equal(server.written('ping').length, 1);
  await server.answers('ping', { type: 'pong' });
  await clock.advance(10_000);
  assert.equal(client.state, 'online');
  await clock.advance(15_000);
  assert.equal(server.written('ping').length, 2);
  const dead = server.socket;
  await clock.advance(10_000);
  assert.notEqual(client.state, 'online');
  assert.equal(dead.closedWith, 1000);
});

test('traffic puts the ping off', async () => {
  const { server, clock } = await setUpInLobby();
  await clock.advance(20_000);
  await server.says({ type: 'presence', room: 'lobby', joined: ['bob'], left: [], online: 2 });
  await clock.advance(24_999);
  assert.equal(server.written('ping').length, 0);
});

test('when the network comes back it dials at once; while connected it asks whether that is still so', async () => {
  const window = new FakeWindow();
  const { client, server, clock } = await setUpInLobby(0, { window, url: 'http://chat.example/ws' });
  window.dispatchEvent(new Event('offline'));
  assert.equal(server.written('ping').length, 1);
  await server.closes();
  assert.equal(client.state, 'waiting');
  window.dispatchEvent(new Event('online'));
  await clock.advance(0);
  assert.equal(client.state, 'connecting');
  client.close();
});

test('a page that is hidden does not hurry, one that is looked at again does', async () => {
  const window = new FakeWindow();
  const { client, server, clock } = await setUpInLobby(0, { window, url: 'http://chat.example/ws' });
  await server.closes();
  window.document.visibilityState = 'hidden';
  window.document.dispatchEvent(new Event('visibilitychange'));
  await clock.advance(0);
  assert.equal(client.state, 'waiting');
  window.document.visibilityState = 'visible';
  window.document.dispatchEvent(new Event('visibilitychange'));
  await clock.advance(0);
  assert.equal(client.state, 'connecting');
  client.close();
});

test('hurrying does not shorten a wait that the server asked for', async () => {
  const window = new FakeWindow();
  const { client, server, clock } = await setUpInLobby(0, { window, url: 'http://chat.example/ws' });
  await server.says({ type: 'goodbye', code: 1001, reason: 'draining', reconnect: true, afterMs: 2_000 });
  window.dispatchEvent(new Event('online'));
  await clock.advance(1_999);
  assert.equal(client.state, 'waiting');
  await clock.advance(1);
  assert.equal(client.state, 'connecting');
  client.close();
});

test('close stops everything, and connect begins again', async () => {
  const { client, server, clock } = await setUpInLobby();
  client.close();
  assert.equal(client.state, 'closed');
  await clock.advance(3_600_000);
  assert.equal(server.sockets.length, 1);
  client.connect();
  await settle();
  await server.welcome(entry('lobby'));
  await server.answers('join', joined('lobby'));
  assert.equal(client.state, 'online');
});

test('a repeatable command waits for the connection and is repeated after a drop', async () => {
  const { client, server, clock } = await setUpInLobby();
  const history = client.history('lobby', { before: 5, limit: 2 });
  await settle();
  await server.closes();
  await clock.advance(1_000);
  await server.welcome(entry('lobby'));
  const { id, ...frame } = server.written('history')[0];
  assert.deepEqual(frame, { type: 'history', room: 'lobby', before: 5, limit: 2 });
  await server.answers('history', { type: 'history', room: 'lobby', messages: [], more: false });
  assert.deepEqual(await history, { messages: [], more: false });
});

test('a repeatable command is repeated after a retryable error, not sooner than the server asks', async () => {
  const { client, server, clock } = await setUpInLobby();
  const rooms = client.rooms({ query: 'x' });
  await settle();
  await server.answers('rooms', { type: 'error', code: 'rate_limited', message: 'slow down', retryable: true, retryAfterMs: 3_000 });
  await clock.advance(2_999);
  assert.equal(server.written('rooms').length, 1);
  await clock.advance(1);
  await server.answers('rooms', { type: 'rooms', rooms: [], more: false });
  assert.deepEqual(await rooms, { rooms: [], more: false });
});

test('a command that found no connection in its time is rejected as retryable', async () => {
  const { client, server, clock } = await setUpInLobby(0, { requestTimeoutMs: 5_000 });
  await server.closes();
  const members = client.members('lobby');
  const rejected = assert.rejects(members, { code: 'timeout', retryable: true });
  await clock.advance(5_000);
  await rejected;
});

test('create is not repeated: a drop leaves its outcome unknown', async () => {
  const { client, server } = await setUpInLobby();
  const create = client.create('dev', { kind: 'private' });
  const rejected = assert.rejects(create, { code: 'disconnected', retryable: true });
  await settle();
  await server.closes();
  await rejected;
});

test('an error of the server reaches the caller with its code and field', async () => {
  const { client, server } = await setUpInLobby();
  const create = client.create('lobby');
  const rejected = assert.rejects(create, { name: 'ChatError', code: 'bad_field', field: 'room', retryable: false, message: 'exists' });
  await settle();
  await server.answers('create', { type: 'error', code: 'bad_field', field: 'room', message: 'exists', retryable: false });
  await rejected;
});

test('an error that belongs to no call is emitted', async () => {
  const { server, emitted } = await setUpInLobby();
  await server.says({ type: 'error', code: 'muted', message: 'not now', retryable: false });
  assert.equal(emitted('error')[0].code, 'muted');
});

test('several frames in one message are taken in turn, and what is no JSON makes the connection suspect', async () => {
  const { client, server, emitted } = await setUpInLobby();
  server.socket.onmessage({ data: '{"type":"error","code":"a","message":"m"}\n{"type":"error","code":"b","message":"m"}\n' });
  assert.deepEqual(emitted('error').map(({ code }) => code), ['a', 'b']);
  server.socket.onmessage({ data: '{"type":' });
  assert.equal(client.state, 'waiting');
});

test('a listener that throws disturbs neither the client nor the others, and is reported as uncaught', async (t) => {
  const { client, server, seqs } = await setUpInLobby();
  const reports = [];
  t.mock.method(globalThis, 'queueMicrotask', (report) => reports.push(report));
  const off = client.on('event', () => { throw new Error('mine'); });
  await server.says({ type: 'message', room: 'lobby', seq: 1, from: 'bob', text: 'hi', at: '' });
  off();
  await server.says({ type: 'message', room: 'lobby', seq: 2, from: 'bob', text: 'hi', at: '' });
  assert.deepEqual(seqs(), [1, 2]);
  assert.equal(reports.length, 1);
  assert.throws(reports[0], /mine/);
});
