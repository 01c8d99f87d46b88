/**
 * A client for the `chat.v1` protocol. One import, no dependencies; runs in browsers and, given a WebSocket
 * implementation, in Node 20 and later.
 *
 *     import { ChatClient } from './chat-client.js';
 *
 *     const chat = new ChatClient({ user: 'alice', storage: sessionStorage });
 *     chat.on('message', ({ room, seq, from, text }) => show(room, seq, from, text));
 *     chat.on('reset', ({ room }) => forgetAndReadHistory(room));
 *     await chat.connect();
 *     await chat.join('lobby');
 *     const { seq } = await chat.send('lobby', 'hello');
 *
 * With accounts, or tokens of an application, a function gives the token:
 *
 *     const chat = new ChatClient({ token: async ({ stale }) => myToken !== stale ? myToken : await myBackend() });
 *
 * It is asked before each attempt to connect and when a token is about to end. `stale` is one that the server does not
 * take any more, or will not for long: no clock is needed to know when another is due. A function that fails because of
 * the network is asked again; one that throws `new ChatError('unauthorized', why)` ends the session with that reason.
 * The token travels as a subprotocol, never in the address.
 *
 * What it promises:
 *
 * - Events of a room are handed on once each, in the order of their seq, without gaps. Where the server cannot
 *   replay what was missed, `reset` says so before the next event: drop what you hold of that room's tail and
 *   read `history`.
 * - A send is stored once. It carries a key made here and is repeated with that key, after a lost connection or
 *   a retryable error, until it is acknowledged, refused for good, or past its deadline.
 * - Sends to one room reach the server in the order they were made. Should the server refuse one for a moment
 *   (`rate_limited`, `unavailable`), those already on their way behind it may be stored before it.
 * - A new token replaces the old one while the connection goes on. Where that fails the connection ends with its token
 *   and comes back with another, and what was being sent is sent again. A session that is refused (`unauthorized`) or
 *   ended by an administrator (`removed`) does not come back by itself.
 * - The connection is kept: it is opened again with full-jitter exponential backoff, every room resumes where
 *   it stood, and a connection that has died in silence is found by asking.
 * - Commands may be called while offline: they wait, and are repeated after a drop or a retryable error, for
 *   `requestTimeoutMs` in all. `create`, `invite`, `kick` and `request` wait too, but once written they are not
 *   repeated: a drop rejects them with `disconnected`, the outcome unknown.
 * - A listener that throws disturbs neither the client nor the other listeners.
 */
export { ChatClient } from './chat-client/client.js';
export { ChatError } from './chat-client/chat-error.js';
export { Room } from './chat-client/room.js';
