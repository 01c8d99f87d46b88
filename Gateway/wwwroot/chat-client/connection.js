import { ChatError } from './chat-error.js';
import { fullJitter } from './clock.js';

/** A connection that lasted this long was a good one: the next loss starts the backoff over. */
const stableAfterMs = 10_000;

/** RFC 6455 gives 1008 for policy; chat.v1 keeps 4500 to 4999 for endings that another attempt cannot mend. */
const policy = 1008;
const isFinal = (closeCode) => closeCode === policy || (closeCode >= 4500 && closeCode <= 4999);
const tokenExpired = 4001;
const removed = 4500;

/**
 * Keeps one WebSocket to the server: dials, waits for the welcome, listens for silence, and dials again with
 * backoff after a loss. Knows nothing of rooms.
 *
 * idle -> connecting -> open -> waiting -> connecting -> …, and from anywhere to idle by `stop` or a final ending.
 */
export class Connection {
  #options;
  #events;
  #phase = 'idle';
  #socket = null;
  /** Names the current attempt; what belongs to an earlier one is stale. */
  #dialing = null;
  #attempt = 0;
  #timer = null;
  #openedAt = 0;
  #heardAt = 0;
  #heardFrames = 0;
  #notBefore = 0;
  #pings = 0;

  /**
   * @param {{target: () => Promise<{url: string, protocols: string[]}>, tokens: import('./tokens.js').Tokens,
   *   WebSocket: typeof WebSocket,
   *   clock: import('./clock.js').Clock, random: () => number, baseMs: number, capMs: number,
   *   connectTimeoutMs: number, pingAfterMs: number, pongWithinMs: number}} options
   * @param {{connecting(): void, waiting(retryInMs: number, error: ChatError): void, welcome(frame: any): void,
   *   frame(frame: any): void, lost(error: ChatError): void, ended(error: ChatError): void}} events
   *   `lost` comes once for each `welcome`, unless `ended` comes instead.
   */
  constructor(options, events) {
    this.#options = options;
    this.#events = events;
  }

  start() {
    if (this.#phase !== 'idle') return;
    this.#attempt = 0;
    this.#notBefore = 0;
    this.#dial();
  }

  /** Ends the connection and every attempt at one. */
  stop() {
    this.#hangUp();
    this.#phase = 'idle';
  }

  /**
   * Something happened that makes a change likely (the network came or went, the page is looked at again): try
   * at once instead of waiting, or ask whether the connection still lives. A wait the server asked for is kept.
   */
  nudge() {
    if (this.#phase === 'waiting') this.#wait(Math.max(0, this.#notBefore - this.#options.clock.now()), () => this.#dial());
    else if (this.#phase === 'open') this.#ping();
  }

  /**
   * @param {object} frame
   * @returns {boolean} false when there is no connection to write to
   */
  send(frame) {
    if (this.#phase !== 'open') return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  async #dial() {
    const { target, WebSocket, connectTimeoutMs } = this.#options;
    const dialing = (this.#dialing = {});
    this.#phase = 'connecting';
    this.#wait(connectTimeoutMs, () => this.#lose(new ChatError('timeout', 'The server did not answer in time.', { retryable: true })));
    this.#events.connecting();
    let address;
    try {
      address = await target();
    } catch (error) {
      if (this.#dialing !== dialing) return;
      if (error.retryable) this.#lose(error, error.retryAfterMs);
      else this.#end(error);
      return;
    }
    if (this.#dialing !== dialing) return;
    try {
      this.#socket = new WebSocket(address.url, address.protocols);
    } catch (cause) {
      this.#end(new ChatError('bad_url', String(cause?.message ?? cause)));
      return;
    }
    this.#socket.onmessage = ({ data }) => this.#receive(data);
    this.#socket.onclose = ({ code, reason }) => this.#closed({ code, reason });
    this.#socket.onerror = () => {};
  }

  #receive(data) {
    this.#heardAt = this.#options.clock.now();
    this.#heardFrames++;
    if (typeof data !== 'string') return;
    const socket = this.#socket;
    for (const line of data.split('\n')) {
      if (line.trim() === '') continue;
      let frame;
      try {
        frame = JSON.parse(line);
      } catch {
        // What this frame held is lost; a fresh connection resumes from before it.
        this.#lose(new ChatError('disconnected', 'The server sent what is not JSON.', { retryable: true }));
        return;
      }
      this.#take(frame);
      if (this.#socket !== socket) return;
    }
  }

  #take(frame) {
    if (frame.type === 'goodbye') {
      this.#closed(frame);
    } else if (this.#phase === 'connecting' && frame.type === 'welcome') {
      this.#phase = 'open';
      this.#openedAt = this.#options.clock.now();
      this.#listen();
      this.#events.welcome(frame);
    } else if (this.#phase === 'open') {
      this.#events.frame(frame);
    }
  }

  /** A page cannot see the server's control-frame pings, so silence has to be broken by asking. */
  #listen() {
    const { clock, pingAfterMs } = this.#options;
    const silentFor = clock.now() - this.#heardAt;
    if (silentFor >= pingAfterMs) this.#ping();
    else this.#wait(pingAfterMs - silentFor, () => this.#listen());
  }

  #ping() {
    const heardBefore = this.#heardFrames;
    this.send({ type: 'ping', id: `ping-${++this.#pings}` });
    this.#wait(this.#options.pongWithinMs, () => {
      // Any frame is proof of life, the pong or another.
      if (this.#heardFrames > heardBefore) this.#listen();
      else this.#lose(new ChatError('disconnected', 'The connection went silent.', { retryable: true }));
    });
  }

  /** By a `goodbye`, or by a close frame alone. */
  #closed({ code, reason, error, reconnect = true, afterMs = 0 }) {
    const { tokens } = this.#options;
    // Before the welcome, policy is about who this is, unless the server says that it is about something else.
    const isRefused = code === policy && this.#phase === 'connecting' && (error ?? 'unauthorized') === 'unauthorized';
    if (code === tokenExpired) tokens.expired();
    if (reconnect && !isFinal(code) || isRefused && tokens.areUsed && tokens.refused(reason)) {
      this.#lose(new ChatError('disconnected', reason || 'The connection was lost.', { retryable: true, closeCode: code }), afterMs);
    } else {
      const why = error ?? (isRefused ? 'unauthorized' : code === removed ? 'removed' : 'closed');
      this.#end(new ChatError(why, reason || 'The server ended the session.', { closeCode: code }));
    }
  }

  #lose(error, afterMs = 0) {
    const { clock } = this.#options;
    const wasOpen = this.#phase === 'open';
    this.#hangUp();
    if (wasOpen && clock.now() - this.#openedAt >= stableAfterMs) this.#attempt = 0;
    // On top of the server's time, for it may name the same to all.
    const retryInMs = afterMs + fullJitter(this.#attempt++, this.#options);
    this.#notBefore = clock.now() + afterMs;
    this.#phase = 'waiting';
    this.#wait(retryInMs, () => this.#dial());
    if (wasOpen) this.#events.lost(error);
    // A listener of `lost` may have stopped the connection.
    if (this.#phase === 'waiting') this.#events.waiting(retryInMs, error);
  }

  #end(error) {
    this.#hangUp();
    this.#phase = 'idle';
    this.#events.ended(error);
  }

  #hangUp() {
    const socket = this.#socket;
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = this.#socket = this.#dialing = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  /** There is one timer, for there is one thing to wait for in each phase. */
  #wait(ms, run) {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(run, ms);
  }
}
