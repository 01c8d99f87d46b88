import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatError } from '../../Gateway/wwwroot/chat-client.js';
import { entry, joined, message, settle, setUp } from './fakes.mjs';

const expiring = { type: 'token_expiring', at: '2026-01-01T00:01:00.000Z' };
const unauthorized = { type: 'error', code: 'unauthorized', message: 'the token has ended', retryable: false };

/** A source of t1, t2, … that keeps what it was told. */
function mint() {
  const asked = [];
  return { asked, token: async (state) => `t${asked.push(state)}` };
}

/** A client that came in with a token and is live in `lobby`. */
async function setUpWithToken(token, options = {}) {
  const all = setUp({ user: undefined, token, ...options });
  const connected = all.client.connect();
  connected.catch(() => {});
  await settle();
  await all.server.welcome(entry('lobby'));
  await all.server.answers('join', joined('lobby'));
  assert.equal(all.client.state, 'online');
  return all;
}

const carried = ({ server }) => server.socket.protocols[1];
const handedOver = ({ server }) => server.written('token').map(({ token }) => token);

test('the token goes in a subprotocol, and never into the address', async () => {
  const { client, server } = setUp({ user: 'alice', name: 'Alice', token: 'abc.DEF-_~' });
  client.connect();
  await settle();
  assert.deepEqual(server.socket.protocols, ['chat.v1', 'bearer.abc.DEF-_~']);
  assert.deepEqual([...new URL(server.socket.url).searchParams.keys()], ['subscribe']);
});

test('a function is asked again before each attempt', async () => {
  const { token, asked } = mint();
  const { client, server, clock } = setUp({ user: undefined, token });
  client.connect();
  await settle();
  assert.deepEqual(server.socket.protocols, ['chat.v1', 'bearer.t1']);
  await server.closes();
  await clock.advance(1_000);
  assert.deepEqual(server.socket.protocols, ['chat.v1', 'bearer.t2']);
  assert.deepEqual(asked, [{ stale: undefined }, { stale: undefined }]);
});

test('who it is and what they are called is what the server says', async () => {
  const { client, server } = setUp({ user: undefined, token: 't' });
  client.connect();
  await settle();
  await server.says({ type: 'welcome', user: 'alice', name: 'Alice L.', rooms: [] });
  assert.deepEqual([client.user, client.name], ['alice', 'Alice L.']);
});

test('a token that is about to end is replaced in band, and nobody notices', async () => {
  const { token, asked } = mint();
  const all = await setUpWithToken(token);
  const { key } = all.client.send('lobby', 'on its way');
  await settle();
  await all.server.says(expiring);
  assert.deepEqual(asked.at(-1), { stale: 't1' });
  assert.deepEqual(handedOver(all), ['t2']);
  await all.server.answers('token', { type: 'ok' });
  await all.server.answers('send', { type: 'ack', room: 'lobby', seq: 1, at: '', key });
  assert.equal(all.client.state, 'online');
  assert.equal(all.server.sockets.length, 1);
  assert.equal(all.server.written('send').length, 1);
  assert.deepEqual(all.client.unsent, []);
});

test('it goes by what the server says and by no clock: neither by the time in the frame nor by its own', async () => {
  const { token, asked } = mint();
  const all = await setUpWithToken(token);
  all.clock.now = () => Date.UTC(1999, 0, 1);
  await all.server.says({ ...expiring, at: '2042-01-01T00:00:00.000Z' });
  await all.server.answers('token', { type: 'ok' });
  all.clock.now = () => Date.UTC(2077, 0, 1);
  await all.server.says({ type: 'token_expiring', at: 'nonsense' });
  await all.clock.advance(10_000);
  assert.deepEqual(handedOver(all), ['t2', 't3']);
  assert.equal(asked.length, 3);
});

test('a token that lasts no longer than the notice is renewed at a measured pace, not in a loop', async () => {
  const all = await setUpWithToken(mint().token);
  await all.server.says(expiring);
  await all.server.answers('token', { type: 'ok' });
  await all.server.says(expiring);
  await all.clock.advance(9_999);
  assert.deepEqual(handedOver(all), ['t2']);
  await all.clock.advance(1);
  assert.deepEqual(handedOver(all), ['t2', 't3']);
});

test('a clock that is set back does not put a renewal off', async () => {
  const all = await setUpWithToken(mint().token);
  await all.server.says(expiring);
  await all.server.answers('token', { type: 'ok' });
  const dayBefore = all.clock.now() - 86_400_000;
  all.clock.now = () => dayBefore;
  await all.server.says(expiring);
  await all.clock.advance(10_000);
  assert.deepEqual(handedOver(all), ['t2', 't3']);
});

test('when the network fails, the renewal is tried again with backoff while the connection lives', async () => {
  let calls = 0;
  const all = await setUpWithToken(async () => {
    if (++calls === 2 || calls === 3) throw new TypeError('Failed to fetch');
    return `t${calls}`;
  }, { baseMs: 1_000 });
  await all.server.says(expiring);
  assert.equal(calls, 2);
  await all.clock.advance(500);
  assert.equal(calls, 3);
  await all.clock.advance(1_000);
  assert.deepEqual(handedOver(all), ['t4']);
});

test('a token that the server cannot take at the moment is handed over again', async () => {
  const all = await setUpWithToken(mint().token);
  await all.server.says(expiring);
  await all.server.answers('token', { type: 'error', code: 'rate_limited', message: 'slow down', retryable: true, retryAfterMs: 3_000 });
  await all.clock.advance(2_999);
  assert.deepEqual(handedOver(all), ['t2']);
  await all.clock.advance(1);
  assert.deepEqual(handedOver(all), ['t2', 't2']);
});

test('a renewal that is refused changes nothing until 4001; then it comes back with a fresh one, and sends again', async () => {
  const { token, asked } = mint();
  const all = await setUpWithToken(token);
  await all.server.says(expiring);
  await all.server.answers('token', unauthorized);
  await all.server.says(message('lobby', 1));
  assert.deepEqual(all.seqs(), [1]);
  assert.deepEqual(handedOver(all), ['t2']);
  const send = all.client.send('lobby', 'a');
  await settle();
  await all.server.says({ type: 'goodbye', code: 4001, reason: 'token expired', reconnect: true });
  assert.equal(all.client.state, 'waiting');
  await all.clock.advance(1_000);
  assert.deepEqual(asked.at(-1), { stale: 't1' });
  assert.equal(carried(all), 'bearer.t3');
  await all.server.welcome(entry('lobby', 1));
  await all.server.answers('join', joined('lobby', 1));
  assert.deepEqual(all.server.written('send').map(({ key }) => key), [send.key]);
  await all.server.answers('send', { type: 'ack', room: 'lobby', seq: 2, at: '', key: send.key });
  assert.equal((await send).seq, 2);
});

test('a renewal that cannot be had for good changes nothing until 4001; the reason then ends the session', async () => {
  let calls = 0;
  const all = await setUpWithToken(async () => {
    if (++calls > 1) throw new ChatError('unauthorized', 'log in again');
    return 't';
  });
  const send = all.client.send('lobby', 'a');
  await all.server.says(expiring);
  await all.clock.advance(20_000);
  assert.equal(calls, 2);
  assert.equal(all.client.state, 'online');
  await all.server.closes(4001, 'token expired');
  await all.clock.advance(1_000);
  assert.equal(all.client.state, 'closed');
  const { error } = all.emitted('state').at(-1);
  assert.deepEqual([error.code, error.message], ['unauthorized', 'log in again']);
  await assert.rejects(send, { code: 'unauthorized' });
  await all.clock.advance(3_600_000);
  assert.equal(all.server.sockets.length, 1);
});

test('the token that is there already is not handed over again', async () => {
  const all = await setUpWithToken(async () => 'same');
  await all.server.says(expiring);
  assert.deepEqual(handedOver(all), []);
});

test('a renewal that comes after the connection has gone is not written to the next one', async () => {
  let give;
  let calls = 0;
  const all = await setUpWithToken(() => (++calls === 2 ? new Promise((resolve) => { give = resolve; }) : `t${calls}`));
  await all.server.says(expiring);
  await all.server.closes();
  await all.clock.advance(1_000);
  await all.server.welcome(entry('lobby'));
  give('late');
  await settle();
  assert.deepEqual(handedOver(all), []);
});

test('a refused token is replaced once, and then the reason ends the session', async () => {
  const { token, asked } = mint();
  const { client, server, clock, emitted } = setUp({ user: undefined, token });
  const connecting = client.connect();
  await settle();
  await server.says({ type: 'goodbye', code: 1008, reason: 'the token has ended', reconnect: false });
  await clock.advance(1_000);
  assert.equal(server.socket.protocols[1], 'bearer.t2');
  assert.deepEqual(asked, [{ stale: undefined }, { stale: 't1' }]);
  await server.says({ type: 'goodbye', code: 1008, reason: 'the token is not one of this server', reconnect: false });
  await assert.rejects(connecting, { code: 'unauthorized', closeCode: 1008, message: 'the token is not one of this server' });
  await clock.advance(3_600_000);
  assert.equal(server.sockets.length, 2);
  assert.equal(emitted('state').at(-1).error.code, 'unauthorized');
});

test('a function that has no other token than the refused one ends the session with the reason', async () => {
  const { client, server, clock } = setUp({ user: undefined, token: async () => 'same' });
  const connecting = client.connect();
  const rejected = assert.rejects(connecting, { code: 'unauthorized', message: 'no such key' });
  await settle();
  await server.closes(1008, 'no such key');
  await clock.advance(1_000);
  await rejected;
  assert.equal(server.sockets.length, 1);
});

test('a string that is refused ends the session at once', async () => {
  const { client, server, clock } = setUp({ user: undefined, token: 'wrong' });
  const connecting = client.connect();
  await settle();
  await server.closes(1008, 'the token is not one of this server');
  await assert.rejects(connecting, { code: 'unauthorized', closeCode: 1008 });
  await clock.advance(3_600_000);
  assert.equal(server.sockets.length, 1);
});

test('after a welcome a refused token is worth another one again', async () => {
  const { token } = mint();
  const all = await setUpWithToken(token, { baseMs: 100 });
  for (const next of ['bearer.t3', 'bearer.t5']) {
    await all.server.closes();
    await all.clock.advance(1_000);
    await all.server.closes(1008, 'the token has ended');
    await all.clock.advance(1_000);
    assert.equal(carried(all), next);
    await all.server.welcome(entry('lobby'));
  }
});

test('a refusal that is about something else than the token asks for none', async () => {
  const { token, asked } = mint();
  const { client, server, clock } = setUp({ user: undefined, token });
  const connecting = client.connect();
  await settle();
  await server.says({ type: 'goodbye', code: 1008, reason: 'an administrator keeps you out', error: 'suspended', reconnect: false });
  await assert.rejects(connecting, { code: 'suspended', message: 'an administrator keeps you out' });
  await clock.advance(3_600_000);
  assert.equal(asked.length, 1);
  assert.equal(server.sockets.length, 1);
});

test('4500 ends the session and says that it was removed; connect begins again', async () => {
  const { token, asked } = mint();
  const all = await setUpWithToken(token);
  await all.server.says({ type: 'goodbye', code: 4500, reason: 'logged out everywhere', reconnect: false });
  await all.clock.advance(3_600_000);
  assert.equal(all.server.sockets.length, 1);
  const { error } = all.emitted('state').at(-1);
  assert.deepEqual([error.code, error.message, error.closeCode], ['removed', 'logged out everywhere', 4500]);
  all.client.connect();
  await settle();
  assert.equal(asked.length, 2);
  assert.equal(all.server.sockets.length, 2);
});

for (const cause of [
  new TypeError('Failed to fetch'), new DOMException('late', 'TimeoutError'), new DOMException('gone', 'AbortError'),
  Object.assign(new Error('busy'), { retryable: true }), new ChatError('unavailable', 'busy', { retryable: true }),
]) {
  test(`a token function that fails with ${cause.name} ${cause.message} is asked again with backoff`, async () => {
    let calls = 0;
    const { client, server, clock, emitted } = setUp({
      user: undefined, baseMs: 1_000, token: async () => { if (++calls < 3) throw cause; return 't'; },
    });
    client.connect();
    await settle();
    assert.equal(client.state, 'waiting');
    await clock.advance(500);
    await clock.advance(1_000);
    assert.equal(server.socket.protocols[1], 'bearer.t');
    const waits = emitted('state').filter(({ state }) => state === 'waiting').map(({ retryInMs }) => retryInMs);
    assert.deepEqual(waits, [500, 1_000]);
  });
}

test('a token function that says when to come back is not asked sooner', async () => {
  let calls = 0;
  const { client, clock } = setUp({
    user: undefined, baseMs: 100,
    token: async () => { calls++; throw new ChatError('rate_limited', 'slow', { retryable: true, retryAfterMs: 5_000 }); },
  });
  client.connect().catch(() => {});
  await settle();
  await clock.advance(5_049);
  assert.equal(calls, 1);
  await clock.advance(1);
  assert.equal(calls, 2);
});

for (const [what, token, why] of [
  ['throws an error that is not retryable', async () => { throw new ChatError('suspended', 'until Monday'); }, { code: 'suspended', message: 'until Monday' }],
  ['throws any other error', () => { throw new Error('401'); }, { code: 'unauthorized', message: /401/ }],
  ['gives nothing', async () => undefined, { code: 'unauthorized', message: /no token/ }],
  ['gives an empty string', () => '', { code: 'unauthorized' }],
  ['gives what no subprotocol can carry', () => 'a b', { code: 'unauthorized', message: /characters/ }],
]) {
  test(`a token function that ${what} ends the session`, async () => {
    const { client, server, clock } = setUp({ user: undefined, token });
    await assert.rejects(client.connect(), { name: 'ChatError', ...why });
    await clock.advance(3_600_000);
    assert.equal(server.sockets.length, 0);
    assert.equal(client.state, 'closed');
  });
}

test('what waits of one user is not sent with the token of another', async () => {
  const { token } = mint();
  const all = await setUpWithToken(token);
  await all.server.closes();
  const send = all.client.send('lobby', 'of alice');
  const rejected = assert.rejects(send, { code: 'unauthorized', message: /bob/ });
  await all.clock.advance(1_000);
  await all.server.says({ type: 'welcome', user: 'bob', rooms: [entry('lobby')] });
  await rejected;
  assert.equal(all.client.state, 'closed');
  assert.equal(all.server.written('send').length, 0);
});
