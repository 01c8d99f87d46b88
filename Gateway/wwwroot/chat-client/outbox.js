import { ChatError } from './chat-error.js';
import { fullJitter } from './clock.js';

/**
 * A send that is not acknowledged yet.
 * @typedef {{key: string, room?: string, to?: string, text: string, replyTo?: number, data?: object,
 *   queuedAt: number}} Unsent `queuedAt` is in milliseconds since 1970.
 */

const utf8 = new TextEncoder();

/**
 * Every send from the call to its acknowledgement. Entries wait in lanes, one for each room, in the order they
 * were made; a lane writes all it has, and after a refusal holds its breath. With a storage, each entry is
 * written there before it is sent and removed when it is settled, so that a reload of the page loses nothing:
 * the key makes the repeat harmless.
 */
export class Outbox {
  #options;
  /** @type {Map<string, {entries: any[], refusals: number, timer: unknown}>} */
  #lanes = new Map();
  /** @type {Map<string, any>} */
  #byKey = new Map();
  #inFlight = 0;
  #order = 0;
  #owner = null;
  #deadlineTimer = null;
  #pumpQueued = false;

  /**
   * @param {{clock: import('./clock.js').Clock, random: () => number, baseMs: number, capMs: number,
   *   maxInFlight: number, maxOutbox: number, sendDeadlineMs: number, storage: Storage | null, storageKey: string,
   *   transmit: (frame: object) => Promise<any>, isOnline: () => boolean, isReady: (room: string) => boolean,
   *   limits: () => {frameBytes?: number, textBytes?: number},
   *   onSent: (entry: Unsent, ack: any) => void, onFailed: (entry: Unsent, error: ChatError) => void}} options
   */
  constructor(options) {
    this.#options = options;
  }

  /** @returns {Unsent[]} in the order they were made */
  get unsent() {
    return [...this.#byKey.values()].sort(byAge).map((entry) => ({ ...entry.message }));
  }

  /**
   * Says whose outbox this is, and takes up what an earlier page left in the storage: before what was sent while
   * nobody knew yet whose it is, which is stored only now.
   */
  open(owner) {
    this.#owner = owner;
    const early = [...this.#byKey.values()];
    this.#lanes.clear();
    for (const { message, order } of this.#stored()) {
      if (!this.#byKey.has(message.key)) this.#queue(message, order);
    }
    for (const entry of early) {
      entry.order = ++this.#order;
      this.#laneOf(entry.message).entries.push(entry);
      this.#store(entry);
    }
    this.#watchDeadlines();
  }

  /**
   * @param {Unsent} message
   * @returns {Promise<any>} the acknowledgement
   */
  add(message) {
    const waiting = this.#byKey.get(message.key);
    if (waiting) return waiting.settled;
    if (this.#byKey.size >= this.#options.maxOutbox) {
      return this.refuse(message, new ChatError('outbox_full', 'Too many messages are waiting to be sent.'));
    }
    const entry = this.#queue(message, ++this.#order);
    this.#store(entry);
    this.#watchDeadlines();
    this.#pumpSoon();
    return entry.settled;
  }

  /** Fails a message without taking it in. */
  refuse(message, error) {
    queueMicrotask(() => this.#options.onFailed(message, error));
    return silently(Promise.reject(error));
  }

  /** Writes whatever may be written now. */
  pump() {
    if (!this.#options.isOnline()) return;
    for (const lane of this.#lanes.values()) {
      if (lane.timer !== null) continue;
      for (const entry of [...lane.entries]) {
        if (entry.inFlight) continue;
        if (this.#inFlight >= this.#options.maxInFlight) return;
        if (entry.message.room !== undefined && !this.#options.isReady(entry.message.room)) break;
        this.#transmit(entry, lane);
      }
    }
  }

  /** An event of this user's own, live or from history, acknowledges the send whose key it carries. */
  echoed({ key, room, seq, at }) {
    const entry = this.#byKey.get(key);
    if (entry) this.#settle(entry, { room, seq, at, key });
  }

  /** Gives a send up, whether it waits here or in the storage alone. */
  discard(key) {
    const entry = this.#byKey.get(key);
    if (entry) this.#settle(entry, null, new ChatError('discarded', 'The message was given up.'));
    else this.#unstore(key);
  }

  /** Nothing will be sent from here on. What a storage holds stays there for the next `open`. */
  suspend(error) {
    const entries = [...this.#byKey.values()].sort(byAge);
    for (const lane of this.#lanes.values()) this.#options.clock.clearTimeout(lane.timer);
    this.#options.clock.clearTimeout(this.#deadlineTimer);
    this.#lanes.clear();
    this.#byKey.clear();
    for (const entry of entries) {
      entry.reject(error);
      this.#options.onFailed(entry.message, error);
    }
  }

  /** Once for all sends of a turn, and never before `send` has returned the key its outcome will carry. */
  #pumpSoon() {
    if (this.#pumpQueued) return;
    this.#pumpQueued = true;
    queueMicrotask(() => {
      this.#pumpQueued = false;
      this.pump();
    });
  }

  #queue(message, order) {
    const entry = { message, order, inFlight: false };
    entry.settled = silently(new Promise((resolve, reject) => Object.assign(entry, { resolve, reject })));
    this.#order = Math.max(this.#order, order);
    this.#byKey.set(message.key, entry);
    const lane = this.#laneOf(message);
    lane.entries.push(entry);
    return entry;
  }

  #laneOf({ room, to }) {
    const name = room ?? `@${to}`;
    let lane = this.#lanes.get(name);
    if (!lane) this.#lanes.set(name, (lane = { entries: [], refusals: 0, timer: null }));
    return lane;
  }

  async #transmit(entry, lane) {
    const { queuedAt, ...fields } = entry.message;
    const frame = { type: 'send', ...fields };
    const tooLong = this.#tooLong(frame);
    if (tooLong) return this.#settle(entry, null, tooLong);
    entry.inFlight = true;
    this.#inFlight++;
    let error;
    try {
      this.#settle(entry, await this.#options.transmit(frame));
    } catch (refused) {
      error = refused;
    } finally {
      entry.inFlight = false;
      this.#inFlight--;
    }
    // An echo, or the deadline, may have settled it meanwhile.
    if (this.#byKey.get(entry.message.key) === entry) {
      if (!error.retryable) this.#settle(entry, null, error);
      else if (error.code !== 'disconnected') this.#hold(lane, error);
    } else if (!error) {
      lane.refusals = 0;
    }
    this.pump();
  }

  #hold(lane, { retryAfterMs = 0 }) {
    if (lane.timer !== null) return;
    const wait = Math.max(retryAfterMs, fullJitter(lane.refusals++, this.#options));
    lane.timer = this.#options.clock.setTimeout(() => {
      lane.timer = null;
      this.pump();
    }, wait);
  }

  /** A frame beyond the server's limit would close the connection, and again after each reconnect. */
  #tooLong(frame) {
    const { textBytes = Infinity, frameBytes = Infinity } = this.#options.limits();
    const bytes = utf8.encode(frame.text).length;
    if (bytes > textBytes) {
      return new ChatError('text_too_long', `text is ${bytes} bytes; the limit is ${textBytes}`, { field: 'text' });
    }
    // The id that is yet to be added takes a few bytes more.
    const frameSize = utf8.encode(JSON.stringify(frame)).length + 32;
    return frameSize > frameBytes
      ? new ChatError('text_too_long', `the message takes ${frameSize} bytes; the limit is ${frameBytes}`, { field: 'data' })
      : null;
  }

  #settle(entry, ack, error) {
    const { message } = entry;
    if (this.#byKey.get(message.key) !== entry) return;
    this.#byKey.delete(message.key);
    const lane = this.#laneOf(message);
    lane.entries.splice(lane.entries.indexOf(entry), 1);
    if (lane.entries.length === 0 && lane.timer === null) this.#lanes.delete(message.room ?? `@${message.to}`);
    this.#unstore(message.key);
    if (error) {
      entry.reject(error);
      this.#options.onFailed(message, error);
    } else {
      entry.resolve(ack);
      this.#options.onSent(message, ack);
    }
  }

  #watchDeadlines() {
    const { clock, sendDeadlineMs } = this.#options;
    clock.clearTimeout(this.#deadlineTimer);
    this.#deadlineTimer = null;
    if (!Number.isFinite(sendDeadlineMs) || this.#byKey.size === 0) return;
    let earliest = Infinity;
    for (const entry of [...this.#byKey.values()]) {
      const deadline = entry.message.queuedAt + sendDeadlineMs;
      if (deadline <= clock.now()) {
        this.#settle(entry, null, new ChatError('deadline', 'The message could not be sent in time.', { retryable: true }));
      } else {
        earliest = Math.min(earliest, deadline);
      }
    }
    if (earliest < Infinity) {
      this.#deadlineTimer = clock.setTimeout(() => this.#watchDeadlines(), earliest - clock.now());
    }
  }

  #storageKey(key) {
    return `${this.#options.storageKey}:${this.#owner}:${key}`;
  }

  #store({ message, order }) {
    if (!this.#options.storage || this.#owner === null) return;
    try {
      this.#options.storage.setItem(this.#storageKey(message.key), JSON.stringify({ message, order }));
    } catch {
      // A full or forbidden storage costs the safety over a reload, not the message.
    }
  }

  #unstore(key) {
    this.#options.storage?.removeItem(this.#storageKey(key));
  }

  #stored() {
    const { storage } = this.#options;
    const prefix = this.#storageKey('');
    const found = [];
    for (let index = 0; index < (storage?.length ?? 0); index++) {
      const name = storage.key(index);
      if (!name.startsWith(prefix)) continue;
      try {
        const stored = JSON.parse(storage.getItem(name));
        if (typeof stored.message.key === 'string') found.push(stored);
      } catch {
        // Not ours, or cut short: nothing that could be sent.
      }
    }
    return found.sort(byAge);
  }
}

/** By count before time: a clock may be set back, and the counts of each page go on from what it finds stored. */
const byAge = (a, b) => a.order - b.order || a.message.queuedAt - b.message.queuedAt;

/** Who listens to `failed` alone is told there; that they leave the promise unused is no fault. */
function silently(promise) {
  promise.catch(() => {});
  return promise;
}
