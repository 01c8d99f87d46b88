/** A typing signal holds this long; the server sends another at most every three seconds. */
const typingHoldsMs = 5_000;

/**
 * What the client knows of a room its user is a member of. Read it freely; only the client writes to it.
 */
export class Room {
  /** @type {string} */ name;
  /** @type {'public' | 'private' | 'direct'} */ kind = 'public';
  /** @type {string} */ role = 'member';
  /** @type {string | undefined} */ topic;
  /** @type {boolean} it can be read, but not written to */ archived = false;
  /** @type {string | undefined} until when this user may only read; kept until the server says otherwise */ mutedUntil;
  /** @type {string | undefined} the incarnation of the room's log; seqs of different logs have nothing in common */
  log;
  /** @type {number} the seq of the last event handed on: what `since` will be after a lost connection */
  seq = 0;
  /** @type {number} the highest seq the room is known to have; above `seq` only until the room is resumed */
  lastSeq = 0;
  /** @type {number} up to where this user has read, on any of their devices */
  readSeq = 0;
  /** @type {number} how many members are online */
  online = 0;
  /** @type {Set<string>} who is online; in rooms of more than 100 online a part of them */
  users = new Set();
  /** @type {boolean} whether events flow on the current connection */
  live = false;
  /** The last hole found in the live events. @internal */
  gap = { after: -1, tries: 0 };

  /** @type {Map<string, unknown>} user -> timer that ends the signal */
  #typing = new Map();
  #clock;

  /**
   * @param {string} name
   * @param {import('./clock.js').Clock} clock
   */
  constructor(name, clock) {
    this.name = name;
    this.#clock = clock;
  }

  /** How many events this user has not read. @returns {number} */
  get unread() {
    return Math.max(0, this.lastSeq - this.readSeq);
  }

  /** Who is typing now, apart from this user. @returns {string[]} */
  get typing() {
    return [...this.#typing.keys()];
  }

  /** The other user of a direct room. @param {string} me @returns {string | undefined} */
  otherThan(me) {
    if (this.kind !== 'direct') return undefined;
    const [, first, second] = this.name.split(':');
    return first === me ? second : first;
  }

  /** Takes over what `welcome`, a `room` signal or a reply says of the room. @internal */
  describe({ kind, role, topic, archived = false, mutedUntil, lastSeq, readSeq }) {
    if (kind !== undefined) this.kind = kind;
    if (role !== undefined) this.role = role;
    if (topic !== undefined) this.topic = topic;
    this.archived = archived;
    this.mutedUntil = mutedUntil;
    if (lastSeq !== undefined) this.lastSeq = Math.max(lastSeq, this.seq);
    if (readSeq !== undefined) this.readSeq = Math.max(readSeq, this.readSeq);
  }

  /** Takes over what an event says of the room itself. @internal @returns {boolean} whether it says anything */
  apply({ type, topic }) {
    if (type === 'topic') this.topic = topic ?? undefined;
    else if (type === 'archived' || type === 'restored') this.archived = type === 'archived';
    else return false;
    return true;
  }

  /**
   * Where a sequenced event stands to what was handed on. @internal
   * @returns {'next' | 'repeat' | 'gap'}
   */
  place(event) {
    if (event.seq <= this.seq) return 'repeat';
    return event.seq === this.seq + 1 ? 'next' : 'gap';
  }

  /** Whether a `joined` reply continues exactly where this room stands. @internal */
  continues({ log, lastSeq, recovered, events }) {
    if (this.log !== undefined && log !== this.log) return false;
    if (!recovered) return lastSeq === this.seq;
    let seq = this.seq;
    return events.every((event) => event.seq <= this.seq || event.seq === ++seq) && seq === lastSeq;
  }

  /** Starts over at the end of a log. What was read counts on only in the same one. @internal */
  startAt({ log, lastSeq, readSeq = 0 }) {
    this.readSeq = log === this.log ? Math.max(readSeq, this.readSeq) : readSeq;
    this.seq = this.lastSeq = lastSeq;
    this.log = log;
  }

  /** @internal */
  advance(event) {
    this.seq = event.seq;
    this.lastSeq = Math.max(this.lastSeq, event.seq);
  }

  /** @internal */
  startTyping(user, onEnd) {
    this.stopTyping(user);
    this.#typing.set(user, this.#clock.setTimeout(() => this.stopTyping(user) && onEnd(), typingHoldsMs));
  }

  /** @internal @returns {boolean} whether the user was typing */
  stopTyping(user) {
    this.#clock.clearTimeout(this.#typing.get(user));
    return this.#typing.delete(user);
  }

  /** Nothing is known of the moment once the connection is gone. @internal */
  suspend() {
    this.live = false;
    for (const user of this.typing) this.stopTyping(user);
  }
}
