import { systemClock } from './clock.js';

/**
 * A token, or a function that gives one. It is asked before each attempt to connect, and when the server says that
 * the token of a connection is about to end. `stale` is a token that it must not give again: the server says that it
 * is about to end, has ended, or is not accepted. What it throws is tried again with backoff if its `retryable` says
 * so or if it is what `fetch` throws when the network fails; anything else ends the session.
 * @typedef {string | ((state: {stale?: string}) => string | Promise<string>)} TokenSource
 */

/**
 * All times are in milliseconds.
 * @typedef {object} ChatClientOptions
 * @property {string | URL} [url] of the endpoint, `ws(s)://` or `http(s)://`; default `/ws` on the page's own host
 * @property {string} [user] who connects, in guest mode; with a token, whose it must be
 * @property {string} [name] the display name, in guest mode
 * @property {TokenSource} [token] who connects, in the other modes
 * @property {typeof WebSocket} [WebSocket] default the global one
 * @property {Storage | null} [storage] where unacknowledged sends survive a reload; `sessionStorage` belongs to
 *   one tab and fits best. Default none.
 * @property {string} [storageKey] the prefix of the keys in the storage; default `chat.outbox`
 * @property {Record<string, {seq: number, log?: string}>} [cursors] where an application that keeps events left
 *   off, by room: the client resumes from there
 * @property {number} [baseMs] bound of the first backoff, doubled with each further one; default 500
 * @property {number} [capMs] bound of every backoff; default 30 000
 * @property {number} [connectTimeoutMs] from dialling to the welcome; default 10 000
 * @property {number} [pingAfterMs] silence after which the server is asked for a sign of life; default 25 000
 * @property {number} [pongWithinMs] how long it has to give one; default 10 000
 * @property {number} [requestTimeoutMs] how long a command waits for its reply, waits for a connection and
 *   repeats included; default 20 000
 * @property {number} [sendDeadlineMs] how long a send is tried; default 23 hours. The server remembers a key for
 *   24, so a longer time could store a message twice.
 * @property {number} [maxInFlight] sends that may wait for their acknowledgement at once; default 100
 * @property {number} [maxOutbox] sends that may wait in all; default 1000
 * @property {import('./clock.js').Clock} [clock] for tests
 * @property {() => number} [random] for tests, in [0, 1)
 * @property {Window | null} [window] whose `online`, `offline` and visibility events to listen to; default the
 *   global one, if there is any
 */

/** What holds when an option is not given. */
export const defaults = {
  token: undefined,
  storage: null,
  storageKey: 'chat.outbox',
  cursors: {},
  baseMs: 500,
  capMs: 30_000,
  connectTimeoutMs: 10_000,
  pingAfterMs: 25_000,
  pongWithinMs: 10_000,
  requestTimeoutMs: 20_000,
  sendDeadlineMs: 23 * 3_600_000,
  maxInFlight: 100,
  maxOutbox: 1000,
  clock: systemClock,
  random: Math.random,
};
