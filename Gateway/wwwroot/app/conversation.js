import { isShown } from './message-view.js';
import { learnName } from './names.js';

const pageSize = 50;
/** What a room that nobody looks at may keep; the rest is read again when it is opened. */
const keptInBackground = 200;

/**
 * A send of this page that has no place in the room's sequence yet.
 * @typedef {{key: string, text: string, at: Date, state: 'sending' | 'sent' | 'failed', seq?: number, error?: Error}} Pending
 */

/**
 * The messages of one room as far as this page has them: without a gap up to the last event of the client, and
 * reaching back as far as was asked for.
 */
export class Conversation {
  /** @type {string} */ name;
  /** And what else happened that can be shown. @type {import('../chat-client/client.js').ChatEvent[]} */ messages = [];
  /** @type {Map<string, Pending>} */ pending = new Map();
  /** Whether the room has messages before the first here. */ more = true;
  loading = false;

  #client;
  #changed;
  /** Everything from this seq on is here. */
  #from;
  /** Counts resets: a page of history asked for before one is of no use after it. */
  #era = 0;

  /**
   * @param {import('../chat-client.js').ChatClient} client
   * @param {import('../chat-client.js').Room} room
   * @param {(change: {conversation: Conversation, type: 'append' | 'prepend' | 'reset' | 'pending' | 'loading',
   *   message?: object, count?: number}) => void} changed
   */
  constructor(client, room, changed) {
    this.name = room.name;
    this.#client = client;
    this.#changed = (type, detail) => changed({ conversation: this, type, ...detail });
    this.#startAfter(room.seq);
  }

  /** @param {import('../chat-client/client.js').ChatEvent} message the next of the room */
  append(message) {
    if (!isShown(message)) return;
    this.pending.delete(message.key);
    this.messages.push(message);
    this.#changed('append', { message });
  }

  /** The client could not replay what came after the last message here. @param {number} lastSeq */
  reset(lastSeq) {
    this.#era++;
    this.messages = [];
    this.loading = false;
    for (const { key, seq } of [...this.pending.values()]) if (seq <= lastSeq) this.pending.delete(key);
    this.#startAfter(lastSeq);
    this.#changed('reset');
  }

  /** Lets go of old messages while nobody looks. */
  shrink() {
    const surplus = this.messages.length - keptInBackground;
    if (surplus <= 0 || this.loading) return;
    this.messages.splice(0, surplus);
    this.#from = this.messages[0].seq;
    this.more = true;
  }

  /** Reads the page of history before the first message here. */
  async loadOlder() {
    if (this.loading || !this.more || this.#client.state === 'closed') return;
    const era = this.#era;
    this.#setLoading(true);
    try {
      const page = await this.#client.history(this.name, { before: this.#from, limit: pageSize });
      if (era !== this.#era) return;
      this.#prepend(page);
    } finally {
      if (era === this.#era) this.#setLoading(false);
    }
  }

  /** @param {string} text */
  send(text) {
    const { key } = this.#client.send(this.name, text);
    this.expect({ key, text, queuedAt: Date.now() });
  }

  /** Sends a failed message again, with the same key; if it has not arrived after all. @param {string} key */
  retry(key) {
    const failed = this.pending.get(key);
    if (!failed) return;
    this.#setPending({ ...failed, state: 'sending', error: undefined });
    this.#client.send(this.name, failed.text, { key });
  }

  /** Shows a message that the client is going to send. @param {{key: string, text: string, queuedAt: number}} unsent */
  expect({ key, text, queuedAt }) {
    this.#setPending({ key, text, at: new Date(queuedAt), state: 'sending' });
  }

  /** @param {string} key @param {Partial<Pending>} outcome */
  settle(key, outcome) {
    const waiting = this.pending.get(key);
    if (!waiting) return;
    // Stored before an earlier page was reloaded: it has its place among the messages, here or further up.
    if (outcome.seq <= this.#client.memberships.get(this.name)?.seq) this.#drop(key);
    else this.#setPending({ ...waiting, ...outcome });
  }

  /** Gives a failed message up. @param {string} key */
  giveUp(key) {
    this.#drop(key);
    this.#client.discard(key);
  }

  #prepend({ messages, more }) {
    for (const { key, from, name } of messages) {
      learnName(from, name);
      this.pending.delete(key);
    }
    const shown = messages.filter(isShown);
    this.messages = [...shown, ...this.messages];
    this.#from = messages[0]?.seq ?? 1;
    this.more = more && messages.length > 0;
    this.#changed('prepend', { count: shown.length });
  }

  #startAfter(seq) {
    this.#from = seq + 1;
    this.more = seq > 0;
  }

  #drop(key) {
    if (this.pending.delete(key)) this.#changed('pending');
  }

  #setPending(pending) {
    this.pending.set(pending.key, pending);
    this.#changed('pending');
  }

  #setLoading(loading) {
    this.loading = loading;
    this.#changed('loading');
  }
}
