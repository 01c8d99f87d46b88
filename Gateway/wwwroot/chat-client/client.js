import { ChatError } from './chat-error.js';
import { fullJitter } from './clock.js';
import { Commands } from './commands.js';
import { Connection } from './connection.js';
import { Emitter } from './emitter.js';
import { Memberships } from './memberships.js';
import { defaults } from './options.js';
import { Outbox } from './outbox.js';
import { listenToPage } from './page-events.js';
import { Requests } from './requests.js';
import { Tokens } from './tokens.js';

/**
 * A stored event of a room, as the server sends it: a `message`; `topic` with the new one, or none; `archived` and
 * `restored`, perhaps with a `reason`. Kinds that nobody knows yet may come, and take a seq as well.
 * @typedef {{type: string, room: string, seq: number, from: string, name?: string, text?: string, topic?: string,
 *   reason?: string, at: string, key?: string, replyTo?: number, data?: object}} ChatEvent
 */

/** The server relays a user's typing at most this often. */
const typingEveryMs = 3_000;

/**
 * One user's session with a chat server. `chat-client.js` states what it promises.
 *
 * Events, each with one object for the listener:
 *
 * | event | detail |
 * |---|---|
 * | `state` | `state`, and with `waiting`: `retryInMs`, `error`; with `closed`: `error` if the server ended it |
 * | `room` | `room` (a `Room`), `change`: `added`, `updated` or `removed` (then `error` if the server refused it) |
 * | `event` | a `ChatEvent`: every sequenced event of a room, in order |
 * | `message`, `topic`, `archived`, `restored` | the same, only those of that type |
 * | `reset` | `room`, `lastSeq`: the events up to `lastSeq` could not be replayed; drop your tail, read `history` |
 * | `presence` | `room`, `joined`, `left` (users), `online` |
 * | `typing` | `room`, `users`: who is typing now |
 * | `read` | `room`, `user`, `seq`: a member has read up to there |
 * | `sent` | `key`, `room`, `seq`, `at`, `to?`: a send is stored |
 * | `failed` | `key`, `room?`, `to?`, `text`, `error`: a send is given up |
 * | `error` | a `ChatError` that belongs to no call |
 *
 * In `room` of every event but `room` itself stands the room's name.
 */
export class ChatClient extends Commands {
  #options;
  #emitter = new Emitter();
  #tokens;
  #connection;
  #requests;
  #outbox;
  #memberships;
  /** @type {Map<string, number>} */
  #lastTyping = new Map();
  #state = 'closed';
  #closedBy = new ChatError('closed', 'The client is not connected.');
  /** @type {Set<{resolve(): void, reject(error: ChatError): void}>} */
  #awaitingWelcome = new Set();
  #stopListening = () => {};
  #user;
  #name;
  #isAdministrator = false;
  #limits = {};

  /** @param {import('./options.js').ChatClientOptions} [options] */
  constructor(options = {}) {
    super((makeFrame, how) => this.#call(makeFrame, how));
    this.#options = { WebSocket: globalThis.WebSocket, window: globalThis.window ?? null, ...defaults, ...options };
    this.#options.url ??= this.#options.window && new URL('/ws', this.#options.window.location.href);
    if (!this.#options.WebSocket) throw new TypeError('This environment has no WebSocket: pass one as an option.');
    if (!this.#options.url) throw new TypeError('Outside a page the option url is needed.');
    this.#options.url = new URL(this.#options.url);
    this.#user = this.#options.user?.normalize('NFC');
    this.#name = this.#options.name;
    this.#tokens = new Tokens(this.#options);
    this.#connection = new Connection({ ...this.#options, tokens: this.#tokens, target: () => this.#target() }, {
      connecting: () => this.#enter('connecting'),
      waiting: (retryInMs, error) => this.#enter('waiting', { retryInMs, error }),
      welcome: (frame) => this.#welcome(frame),
      frame: (frame) => this.#receive(frame),
      lost: (error) => this.#lost(error),
      ended: (error) => this.#ended(error, error),
    });
    this.#requests = new Requests({
      clock: this.#options.clock,
      transmit: (frame) => this.#connection.send(frame),
      timeoutMs: this.#options.requestTimeoutMs,
    });
    this.#outbox = new Outbox({
      ...this.#options,
      transmit: (frame) => this.#requests.send(frame),
      isOnline: () => this.#isOpen,
      isReady: (room) => this.#memberships.isReady(room),
      limits: () => this.#limits,
      onSent: (entry, ack) => this.#emitter.emit('sent', { ...ack, key: entry.key, to: entry.to }),
      onFailed: (entry, error) => this.#emitter.emit('failed', { ...entry, error }),
    });
    this.#memberships = new Memberships({
      ...this.#options,
      me: () => this.#user,
      isOpen: () => this.#isOpen,
      emit: (type, detail) => this.#emitter.emit(type, detail),
      call: (makeFrame, how) => this.#call(makeFrame, how),
      onOwnMessage: (event) => this.#outbox.echoed(event),
      onJoinSettled: () => this.#outbox.pump(),
    });
  }

  /**
   * `closed`, `connecting`, `waiting` (between two attempts), `catching-up` (connected, rooms are being resumed)
   * or `online`.
   * @returns {'closed' | 'connecting' | 'waiting' | 'catching-up' | 'online'}
   */
  get state() {
    return this.#state;
  }

  /** This user's id: as the server names it once connected, before that as the options do. */
  get user() {
    return this.#user;
  }

  /** This user's display name, if there is one: as the server has it once connected. @returns {string | undefined} */
  get name() {
    return this.#name;
  }

  /** Whether this user administers the server, and is above the roles of its rooms. @returns {boolean} */
  get isAdministrator() {
    return this.#isAdministrator;
  }

  /** The server's limits, in bytes. @returns {{frameBytes?: number, textBytes?: number}} */
  get limits() {
    return this.#limits;
  }

  /**
   * The rooms this user is a member of, by name, kept current.
   * @returns {ReadonlyMap<string, import('./room.js').Room>}
   */
  get memberships() {
    return this.#memberships.rooms;
  }

  /** What is not acknowledged yet, in order. @returns {import('./outbox.js').Unsent[]} */
  get unsent() {
    return this.#outbox.unsent;
  }

  /**
   * @param {string} type one of the events above
   * @param {(detail: any) => void} listener
   * @returns {() => void} takes the listener off again
   */
  on(type, listener) {
    return this.#emitter.on(type, listener);
  }

  /**
   * @param {string} type
   * @param {(detail: any) => void} listener
   */
  off(type, listener) {
    this.#emitter.off(type, listener);
  }

  /**
   * Connects, and stays connected until `close` or until the server ends the session for good.
   * @returns {Promise<void>} resolved at the first welcome, however long that takes
   * @throws {ChatError} when no attempt will be made any more: `unauthorized`, `removed`, `closed`, `bad_url`, or what
   *   the token function threw
   */
  connect() {
    if (this.#state === 'closed') {
      this.#stopListening = listenToPage(this.#options.window, () => this.#connection.nudge());
      this.#tokens.start();
      if (this.#user !== undefined) this.#outbox.open(this.#user);
      this.#connection.start();
    }
    return this.#welcomed(Infinity);
  }

  /** Disconnects. Calls and sends that wait are rejected with `closed`; sends in a storage stay there. */
  close() {
    if (this.#state === 'closed') return;
    this.#connection.stop();
    this.#ended(new ChatError('closed', 'The client was closed.'));
  }

  /**
   * Joins a room and keeps it resumed from now on. A public room that does not exist is created.
   * @param {string} room
   * @returns {Promise<import('./room.js').Room>}
   */
  async join(room) {
    return this.memberships.get(room) ?? this.#memberships.subscribe(room);
  }

  /** @param {string} room @returns {Promise<void>} */
  async leave(room) {
    try {
      await this.#call(() => ({ type: 'leave', room }));
    } catch (error) {
      // A repeat of a leave that had succeeded is answered so.
      if (error.code !== 'not_member' && error.code !== 'no_such_room') throw error;
    }
    this.#memberships.drop(room);
  }

  /**
   * @param {string} room
   * @param {{kind?: 'public' | 'private', topic?: string}} [options]
   * @returns {Promise<import('./room.js').Room>}
   */
  async create(room, { kind = 'public', topic } = {}) {
    const reply = await this.#call(() => ({ type: 'create', room, kind, topic }), { repeat: false });
    return this.#memberships.take({ topic, ...reply });
  }

  /**
   * Sends a message to a room. Waits while offline. For a retry after `deadline` pass the key of the first try.
   * @param {string} room
   * @param {string} text
   * @param {{replyTo?: number, data?: object, key?: string}} [options]
   * @returns {Promise<{room: string, seq: number, at: string, key: string}> & {key: string}} resolved once the
   *   message is stored; the key is that of the `sent` or `failed` event and of the message's own event
   * @throws {ChatError} `deadline`, `closed`, `outbox_full`, or what the server refused it with for good
   */
  send(room, text, options = {}) {
    return this.#post({ room }, text, options);
  }

  /**
   * Sends a direct message; the direct room is made if there is none, and named in the result.
   * @param {string} user
   * @param {string} text
   * @param {{replyTo?: number, data?: object, key?: string}} [options]
   * @returns {Promise<{room: string, seq: number, at: string, key: string}> & {key: string}} as `send`
   */
  sendTo(user, text, options = {}) {
    return this.#post({ to: user }, text, options);
  }

  /**
   * Gives up a send that is not acknowledged, or one that failed but may wait in the storage for the next
   * `connect`. What was written to the server already may be stored there all the same.
   * @param {string} key
   */
  discard(key) {
    this.#outbox.discard(key);
  }

  /** The name of this user's direct room with another, to `join` it before there is a message. @param {string} user */
  directRoom(user) {
    const pair = [this.#user, user.normalize('NFC')];
    if (pair[0] > pair[1]) pair.reverse();
    return `dm:${pair[0]}:${pair[1]}`;
  }

  /**
   * Reads stored messages, by default the newest.
   * @param {string} room
   * @param {{before?: number, after?: number, limit?: number}} [range] seqs, exclusive; limit 1 to 200, default 50
   * @returns {Promise<{messages: ChatEvent[], more: boolean}>} ascending; `more` in the direction asked for
   */
  async history(room, { before, after, limit } = {}) {
    const reply = await this.#call(() => ({ type: 'history', room, before, after, limit }));
    for (const message of reply.messages) if (message.from === this.#user) this.#outbox.echoed(message);
    return { messages: reply.messages, more: reply.more };
  }

  /**
   * Notes that this user has read up to a seq. `Room.readSeq` changes at once; the server is told when there is
   * a connection, of the highest seq alone.
   * @param {string} room
   * @param {number} seq
   */
  read(room, seq) {
    this.#memberships.read(room, seq);
  }

  /** Says that this user is typing. Call it as often as you like. @param {string} room */
  typing(room) {
    const now = this.#options.clock.now();
    if (now - (this.#lastTyping.get(room) ?? -Infinity) < typingEveryMs) return;
    if (this.#connection.send({ type: 'typing', room })) this.#lastTyping.set(room, now);
  }

  get #isOpen() {
    return this.#state === 'catching-up' || this.#state === 'online';
  }

  async #target() {
    const { url, name, user } = this.#options;
    const address = new URL(url);
    address.protocol = address.protocol.replace('http', 'ws');
    address.searchParams.set('subscribe', 'none');
    // The address is written to logs on its way, so a token never stands in it.
    if (this.#tokens.areUsed) return { url: address.href, protocols: ['chat.v1', `bearer.${await this.#tokens.next()}`] };
    if (user !== undefined) address.searchParams.set('user', user);
    if (name !== undefined) address.searchParams.set('name', name);
    return { url: address.href, protocols: ['chat.v1'] };
  }

  #enter(state, detail = {}) {
    this.#state = state;
    this.#emitter.emit('state', { state, ...detail });
  }

  async #welcome({ user, name, admin = false, rooms, limits = {} }) {
    if (this.#user !== undefined && user !== this.#user) {
      // What one user has written must not be sent by another.
      this.#connection.stop();
      const error = new ChatError('unauthorized', `The token is one of ${user}, and this session is ${this.#user}'s.`);
      this.#ended(error, error);
      return;
    }
    this.#tokens.accepted();
    if (this.#user === undefined) this.#outbox.open(user);
    this.#user = user;
    this.#name = name;
    this.#isAdministrator = admin;
    this.#limits = limits;
    this.#enter('catching-up');
    const resumed = this.#memberships.resumeAll(rooms);
    for (const { resolve } of [...this.#awaitingWelcome]) resolve();
    this.#outbox.pump();
    if (await resumed) this.#enter('online');
  }

  #receive(frame) {
    if (frame.id !== undefined) {
      // A reply that came after its time is of use only if it says that a send is stored.
      if (!this.#requests.settle(frame) && frame.type === 'ack') this.#outbox.echoed(frame);
    } else if (frame.type === 'error') {
      this.#emitter.emit('error', ChatError.fromFrame(frame));
    } else if (frame.type === 'token_expiring') {
      this.#tokens.renew((token) => this.#requests.send({ type: 'token', token }));
    } else {
      this.#memberships.receive(frame);
    }
  }

  #post(target, text, { replyTo, data, key = newKey() }) {
    const message = { ...target, text, key, replyTo, data, queuedAt: this.#options.clock.now() };
    const settled = this.#state === 'closed' ? this.#outbox.refuse(message, this.#closedBy) : this.#outbox.add(message);
    return Object.assign(settled, { key });
  }

  /**
   * Writes a command once there is a connection, and reads its reply. With `repeat`, does so again after a drop
   * or a retryable error; `makeFrame` is asked each time.
   */
  async #call(makeFrame, { repeat = true, onReply } = {}) {
    const { clock, requestTimeoutMs } = this.#options;
    const deadline = clock.now() + requestTimeoutMs;
    for (let attempt = 0; ; attempt++) {
      await this.#welcomed(deadline - clock.now());
      try {
        return await this.#requests.send(makeFrame(), { onReply, timeoutMs: deadline - clock.now() });
      } catch (error) {
        const wait = error.code === 'disconnected' ? 0 : Math.max(error.retryAfterMs ?? 0, fullJitter(attempt, this.#options));
        if (!repeat || !error.retryable || clock.now() + wait >= deadline) throw error;
        if (wait > 0) await this.#sleep(wait);
      }
    }
  }

  /** Resolved when commands can be written. */
  #welcomed(withinMs) {
    if (this.#isOpen) return Promise.resolve();
    if (this.#state === 'closed') return Promise.reject(this.#closedBy);
    const { clock } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = withinMs === Infinity ? null : clock.setTimeout(
        () => settle(reject)(new ChatError('timeout', 'There is no connection to the server.', { retryable: true })), withinMs);
      const settle = (how) => (result) => {
        clock.clearTimeout(timer);
        this.#awaitingWelcome.delete(waiting);
        how(result);
      };
      const waiting = { resolve: settle(resolve), reject: settle(reject) };
      this.#awaitingWelcome.add(waiting);
    });
  }

  #sleep(ms) {
    return new Promise((resolve) => this.#options.clock.setTimeout(() => resolve(), ms));
  }

  #lost(error) {
    // Before anyone is told: what they do in answer must find the client offline.
    this.#state = 'waiting';
    this.#tokens.drop();
    this.#memberships.suspend();
    this.#requests.dropAll(error);
  }

  #ended(error, told) {
    this.#state = 'closed';
    this.#closedBy = error;
    this.#stopListening();
    this.#tokens.drop();
    this.#memberships.suspend();
    this.#requests.dropAll(error);
    for (const { reject } of [...this.#awaitingWelcome]) reject(error);
    this.#outbox.suspend(error);
    this.#enter('closed', { error: told });
  }
}

/** 128 random bits. Not `randomUUID`, which a page served over plain http does not have. */
function newKey() {
  return Array.from(globalThis.crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
