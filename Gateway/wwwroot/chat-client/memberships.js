import { ChatError } from './chat-error.js';
import { fullJitter } from './clock.js';
import { Room } from './room.js';

/** Rooms resumed at once after a reconnect; a user of hundreds of rooms must not run into the rate limit. */
const resumesAtOnce = 20;

/** What else than messages has a listener's event of its own; the names of kinds to come might be taken already. */
const toldByType = new Set(['message', 'topic', 'archived', 'restored']);

/**
 * The rooms this user is a member of, each kept where the log of the room is.
 *
 * The rule of a room's feed: an event is handed on if its seq is one above the last handed on, dropped if it is
 * not above, and anything further ahead is a hole, which is mended by joining again with `since`. A `joined`
 * reply is taken whole or not at all: if its events do not continue exactly where the room stands, the room
 * starts over at the reply's lastSeq and `reset` says so. Replies and events are handled in the turn they
 * arrive in, so that none overtakes another.
 */
export class Memberships {
  #options;
  /** @type {Map<string, Room>} */
  #rooms = new Map();
  /** @type {Map<string, Promise<Room>>} one join at a time for each room */
  #joins = new Map();
  /** @type {Set<string>} rooms whose `read` command is on its way */
  #reading = new Set();
  /** Counts welcomes: work begun on an earlier connection compares and stops. */
  #generation = 0;

  /**
   * @param {{clock: import('./clock.js').Clock, random: () => number, baseMs: number, capMs: number,
   *   cursors: Record<string, {seq: number, log?: string}>, me: () => string, isOpen: () => boolean,
   *   emit: (type: string, detail: any) => void,
   *   call: (makeFrame: () => object, options?: object) => Promise<any>,
   *   onOwnMessage: (event: any) => void, onJoinSettled: () => void}} options
   *   `call` waits for a connection and repeats.
   */
  constructor(options) {
    this.#options = options;
  }

  /** @returns {ReadonlyMap<string, Room>} */
  get rooms() {
    return this.#rooms;
  }

  /** Whether a send to this room would find its user a member, as far as is known. */
  isReady(name) {
    return this.#rooms.get(name)?.live ?? !this.#joins.has(name);
  }

  /**
   * Takes over the rooms of a welcome and joins each.
   * @returns {Promise<boolean>} true when all are live, false if the connection was lost before that
   */
  async resumeAll(entries) {
    const generation = ++this.#generation;
    const names = new Set(entries.map((entry) => entry.room));
    for (const name of [...this.#rooms.keys()]) if (!names.has(name)) this.drop(name);
    for (const entry of entries) this.#describe(entry);
    const next = [...names].values();
    const resumeInTurn = async () => {
      for (const name of next) await this.#resume(name, generation);
    };
    await Promise.all(Array.from({ length: resumesAtOnce }, resumeInTurn));
    return generation === this.#generation && this.#options.isOpen();
  }

  /** Adds, or describes anew, a room of which a signal or a reply tells, and sees that it is joined. */
  take(entry) {
    const room = this.#describe(entry);
    this.#resume(room.name, this.#generation);
    return room;
  }

  /** The connection is gone: nothing is known of the moment any more. */
  suspend() {
    for (const room of this.#rooms.values()) room.suspend();
  }

  /** @param {string} name @param {ChatError} [error] why, if the server refused the room */
  drop(name, error) {
    const room = this.#rooms.get(name);
    if (!room) return;
    room.suspend();
    this.#rooms.delete(name);
    this.#options.emit('room', { room, change: 'removed', error });
  }

  /** @returns {Promise<Room>} the room once it is live */
  subscribe(name, afterMs = 0) {
    const underWay = this.#joins.get(name);
    if (underWay) return underWay;
    const join = this.#join(name, afterMs).finally(() => {
      if (this.#joins.get(name) === join) this.#joins.delete(name);
      this.#options.onJoinSettled();
    });
    this.#joins.set(name, join);
    return join;
  }

  /** @param {any} frame an event or a signal */
  receive(frame) {
    const room = this.#rooms.get(frame.room);
    if (frame.type === 'room') {
      if (frame.removed) this.drop(frame.room);
      else this.take(frame);
    } else if (room) {
      if (frame.type === 'presence') this.#presence(room, frame);
      else if (frame.type === 'typing') this.#typing(room, frame.user);
      else if (frame.type === 'read') this.#readBy(room, frame);
      // Kinds of event that came later than this client still take a seq.
      else if (Number.isInteger(frame.seq)) this.#sequenced(room, frame);
    }
  }

  read(name, seq) {
    const room = this.#rooms.get(name);
    if (!room || seq <= room.readSeq) return;
    room.readSeq = Math.min(seq, room.lastSeq);
    this.#changed(room, 'updated');
    this.#tellRead(room);
  }

  /** Joins a room again until it is live, gone, or the connection is another. */
  async #resume(name, generation) {
    while (generation === this.#generation && this.#options.isOpen() && this.#rooms.get(name)?.live === false) {
      try {
        await this.subscribe(name);
      } catch (error) {
        if (!error.retryable && error.code !== 'closed') this.drop(name, error);
      }
    }
  }

  async #join(name, afterMs) {
    if (afterMs > 0) await new Promise((resolve) => this.#options.clock.setTimeout(() => resolve(), afterMs));
    const reply = await this.#options.call(() => {
      const room = this.#rooms.get(name);
      return { type: 'join', room: name, since: room?.seq, log: room?.log };
    }, { onReply: (joined) => this.#joined(joined) });
    // Under the name that the server gives it: the two users of a direct room are in order there.
    return this.#rooms.get(reply.room);
  }

  #joined(reply) {
    // A hole in what comes next in this turn needs a join of its own, not the promise of this one.
    this.#joins.delete(reply.room);
    const known = this.#rooms.get(reply.room);
    const room = known ?? this.#add(reply.room);
    const continues = known && room.continues(reply);
    if (!continues) room.startAt(reply);
    room.log = reply.log;
    room.describe(reply);
    // The reply tells of a topic whenever there is one.
    room.topic = reply.topic;
    room.users = new Set(reply.users);
    room.online = reply.online;
    room.live = true;
    this.#changed(room, known ? 'updated' : 'added');
    if (continues) for (const event of reply.events) this.#sequenced(room, event);
    else if (known) this.#options.emit('reset', { room: room.name, lastSeq: room.lastSeq });
    if (room.readSeq > (reply.readSeq ?? 0)) this.#tellRead(room);
  }

  #describe(entry) {
    const known = this.#rooms.get(entry.room);
    const room = known ?? this.#add(entry.room);
    if (!known) {
      const cursor = this.#options.cursors[entry.room];
      room.seq = cursor?.seq ?? entry.lastSeq;
      room.log = cursor?.log ?? entry.log;
    }
    room.describe(entry);
    this.#changed(room, known ? 'updated' : 'added');
    return room;
  }

  #add(name) {
    const room = new Room(name, this.#options.clock);
    this.#rooms.set(name, room);
    return room;
  }

  #changed(room, change) {
    this.#options.emit('room', { room, change });
  }

  #sequenced(room, event) {
    const place = room.place(event);
    if (place === 'gap') this.#mendGap(room);
    if (place !== 'next') return;
    room.advance(event);
    if (room.apply(event)) this.#changed(room, 'updated');
    if (event.type === 'message' && event.from === this.#options.me()) this.#options.onOwnMessage(event);
    this.#stopTyping(room, event.from);
    this.#options.emit('event', event);
    if (toldByType.has(event.type)) this.#options.emit(event.type, event);
  }

  /** Must not happen; should it, what is missing and what came early are both fetched again. */
  #mendGap(room) {
    if (!room.live) return;
    room.live = false;
    // A server that leaves the same hole again is asked with backoff.
    if (room.gap.after !== room.seq) room.gap = { after: room.seq, tries: 0 };
    const wait = room.gap.tries === 0 ? 0 : fullJitter(room.gap.tries - 1, this.#options);
    room.gap.tries++;
    this.subscribe(room.name, wait).catch(() => this.#resume(room.name, this.#generation));
  }

  #presence(room, frame) {
    const { joined = [], left = [], online } = frame;
    for (const user of joined) room.users.add(user);
    for (const user of left) room.users.delete(user);
    room.online = online;
    for (const user of left) this.#stopTyping(room, user);
    this.#options.emit('presence', { room: room.name, joined, left, online });
  }

  #typing(room, user) {
    room.startTyping(user, () => this.#emitTyping(room));
    this.#emitTyping(room);
  }

  #stopTyping(room, user) {
    if (room.stopTyping(user)) this.#emitTyping(room);
  }

  #emitTyping(room) {
    this.#options.emit('typing', { room: room.name, users: room.typing });
  }

  #readBy(room, { user, seq }) {
    if (user === this.#options.me() && seq > room.readSeq) {
      room.readSeq = seq;
      this.#changed(room, 'updated');
    }
    this.#options.emit('read', { room: room.name, user, seq });
  }

  /** One `read` on its way for each room; what was read meanwhile goes in the next. */
  async #tellRead(room) {
    if (this.#reading.has(room.name) || !room.live) return;
    this.#reading.add(room.name);
    try {
      for (let told = -1; told < room.readSeq && room.live;) {
        await this.#options.call(() => ({ type: 'read', room: room.name, seq: (told = room.readSeq) }));
      }
    } catch (error) {
      if (!error.retryable) this.#options.emit('error', error);
    } finally {
      this.#reading.delete(room.name);
    }
  }
}
