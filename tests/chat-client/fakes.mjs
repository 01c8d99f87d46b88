import assert from 'node:assert/strict';
import { ChatClient } from '../../Gateway/wwwroot/chat-client.js';

/** Lets every promise that can go on do so. */
export async function settle() {
  for (let turn = 0; turn < 50; turn++) await null;
}

/** Time that moves only when it is told to. */
export class FakeClock {
  #now = Date.UTC(2026, 0, 1);
  #timers = new Set();

  now() {
    return this.#now;
  }

  setTimeout(run, ms) {
    const timer = { run, at: this.#now + ms };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer) {
    this.#timers.delete(timer);
  }

  /** Runs what is due within `ms` from now, in its order. */
  async advance(ms) {
    const until = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
      await settle();
    }
    this.#now = until;
    await settle();
  }
}

/** A `Storage` in memory. */
export class FakeStorage {
  #items = new Map();

  get length() {
    return this.#items.size;
  }

  key(index) {
    return [...this.#items.keys()][index] ?? null;
  }

  getItem(name) {
    return this.#items.get(name) ?? null;
  }

  setItem(name, value) {
    this.#items.set(name, value);
  }

  removeItem(name) {
    this.#items.delete(name);
  }
}

/** A page that comes and goes online and into view. */
export class FakeWindow extends EventTarget {
  document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  location = { href: 'https://chat.example/?room=lobby' };
}

/** The server's end of the connections a client makes, played by the test. */
export class FakeServer {
  /** Every socket dialled, in order. */
  sockets = [];
  WebSocket;

  constructor() {
    const { sockets } = this;
    this.WebSocket = class {
      constructor(url, protocols) {
        Object.assign(this, { url, protocols, written: [], closedWith: null });
        sockets.push(this);
      }

      send(data) {
        this.written.push(JSON.parse(data));
      }

      close(code) {
        this.closedWith = code;
      }
    };
  }

  get socket() {
    return this.sockets.at(-1);
  }

  /** What the client wrote on the latest connection, of one type if given. */
  written(type) {
    return this.socket.written.filter((frame) => type === undefined || frame.type === type);
  }

  async says(...frames) {
    for (const frame of frames) this.socket.onmessage?.({ data: JSON.stringify(frame) });
    await settle();
  }

  /** Answers the latest command of a type. */
  async answers(type, reply) {
    const command = this.written(type).at(-1);
    assert.ok(command, `the client has sent no ${type}`);
    await this.says({ ...reply, id: command.id });
  }

  welcome(...rooms) {
    return this.says({ type: 'welcome', protocol: 'chat.v1', user: 'alice', connection: 'k', rooms, limits: { frameBytes: 65536, textBytes: 8192 } });
  }

  async closes(code = 1006, reason = '') {
    this.socket.onclose?.({ code, reason });
    await settle();
  }
}

/** An entry of `welcome.rooms`. */
export const entry = (room, lastSeq = 0, more = {}) =>
  ({ room, kind: 'public', role: 'member', lastSeq, readSeq: lastSeq, unread: 0, ...more });

/** A `joined` reply. */
export const joined = (room, lastSeq = 0, more = {}) =>
  ({ type: 'joined', room, kind: 'public', log: 'log-1', role: 'member', lastSeq, readSeq: lastSeq, online: 1, users: ['alice'],
    recovered: true, events: [], ...more });

export const message = (room, seq, more = {}) =>
  ({ type: 'message', room, seq, from: 'bob', text: `text ${seq}`, at: '2026-01-01T00:00:00.000Z', ...more });

/** A client of a fake server, with every event it emitted. */
export function setUp(options = {}) {
  const server = new FakeServer();
  const clock = new FakeClock();
  const client = new ChatClient({
    url: 'http://chat.example/ws', user: 'alice', WebSocket: server.WebSocket, window: null, clock, random: () => 0.5, ...options,
  });
  const events = [];
  for (const type of ['state', 'room', 'event', 'message', 'reset', 'presence', 'typing', 'read', 'sent', 'failed', 'error']) {
    client.on(type, (detail) => events.push({ type, detail }));
  }
  const emitted = (type) => events.filter((event) => event.type === type).map((event) => event.detail);
  return { server, clock, client, emitted, seqs: () => emitted('message').map(({ seq }) => seq) };
}

/** The same, connected and live in `lobby`, whose last event has the seq given. */
export async function setUpInLobby(lastSeq = 0, options = {}) {
  const all = setUp(options);
  all.client.connect().catch(() => {});
  await settle();
  await all.server.welcome(entry('lobby', lastSeq));
  await all.server.answers('join', joined('lobby', lastSeq));
  assert.equal(all.client.state, 'online');
  return all;
}

/** Loses the connection, waits out the backoff, and has the server take the client back. */
export async function reconnect({ server, clock }, ...rooms) {
  await server.closes();
  await clock.advance(1_000);
  await server.welcome(...rooms);
}
