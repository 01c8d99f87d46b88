import { ChatError } from '../chat-client.js';
import { ask } from './http.js';

const storedAs = 'chat.account';
const refreshing = 'chat.refresh';

/**
 * @typedef {{user: string, name?: string, accessToken: string, refreshToken: string, endsAt: number}} Tokens
 *   `endsAt` by the clock of this browser, and no more than a hint: the server says whether a token still holds.
 */

/** Somebody's account in this browser. All its tabs share it, and one of them renews the tokens for all. */
export class Account {
  #storage = localStorage;
  /** Whose tab this is, whoever logs in elsewhere. */
  #user;
  /** What this tab used last. */
  #given;

  /** @returns {Account | null} of whoever is logged in in this browser */
  static current() {
    const tokens = read(localStorage);
    return tokens && new Account(tokens.user);
  }

  /** @param {{user: string, password: string}} form */
  static async logIn({ user, password }) {
    return Account.#enter(await ask('/api/accounts/login', { body: { user, password } }));
  }

  /** @param {{user: string, password: string, name?: string}} form */
  static async register({ user, password, name }) {
    return Account.#enter(await ask('/api/accounts/register', { body: { user, password, name } }));
  }

  static #enter(answer) {
    write(localStorage, answer);
    return new Account(answer.user);
  }

  constructor(user) {
    this.#user = user;
  }

  get user() {
    return this.#user;
  }

  /** The display name, if there is one. */
  get name() {
    return read(this.#storage)?.name;
  }

  /**
   * What the client asks for tokens.
   * @param {{stale?: string}} [state]
   * @returns {Promise<string>}
   * @throws {ChatError} not retryable when only logging in again helps
   */
  async token({ stale } = {}) {
    const tokens = this.#tokens();
    const seemsOver = Date.now() >= tokens.endsAt;
    this.#given = tokens.accessToken;
    if (tokens.accessToken === stale || seemsOver) {
      this.#given = (await oneAtATime(() => this.#refresh(tokens.accessToken))).accessToken;
    }
    return this.#given;
  }

  /**
   * The server has put this user out: have the tokens ended too?
   * @returns {Promise<boolean>} whether others came meanwhile, as they do for whoever has changed the password
   * @throws {ChatError} not retryable when they have ended
   */
  survives() {
    return oneAtATime(async () => {
      const { accessToken } = this.#tokens();
      if (accessToken !== this.#given) return true;
      await this.#refresh(accessToken);
      return false;
    });
  }

  /** Ends all other tokens. @param {{current: string, next: string}} form */
  async changePassword({ current, next }) {
    const change = async (bearer) => write(this.#storage, await ask('/api/accounts/password', { body: { current, new: next }, bearer }));
    // Whoever finds the old tokens ended waits for the new ones.
    await this.#authorized((bearer) => oneAtATime(() => change(bearer)));
  }

  /** Ends this account's sessions, in every browser. */
  async logOutEverywhere() {
    await this.#authorized((bearer) => ask('/api/accounts/logout', { body: {}, bearer }));
    this.forget();
  }

  /** Logs out of this browser. */
  forget() {
    this.#storage.removeItem(storedAs);
  }

  /** Forgets what the server does not take any more; somebody may have logged in anew in another tab. */
  giveUp() {
    if (read(this.#storage)?.accessToken === this.#given) this.forget();
  }

  /** @param {() => void} changed somebody logged in or out of this browser, in another tab */
  static watch(changed) {
    window.addEventListener('storage', ({ key, storageArea, oldValue, newValue }) => {
      const userOf = (value) => parse(value)?.user;
      if (storageArea === localStorage && (key === storedAs || key === null) && userOf(oldValue) !== userOf(newValue)) changed();
    });
  }

  #tokens() {
    const tokens = read(this.#storage);
    if (tokens?.user === this.#user) return tokens;
    throw new ChatError('unauthorized', 'You have logged out of this browser.');
  }

  async #refresh(stale) {
    const tokens = this.#tokens();
    // Another tab was first.
    if (tokens.accessToken !== stale) return tokens;
    try {
      return write(this.#storage, await ask('/api/accounts/refresh', { body: { refreshToken: tokens.refreshToken } }));
    } catch (error) {
      // Where there are no locks, another tab may have been first all the same.
      const now = read(this.#storage);
      if (now?.user === this.#user && now.refreshToken !== tokens.refreshToken) return now;
      throw error;
    }
  }

  async #authorized(request) {
    const bearer = await this.token();
    try {
      return await request(bearer);
    } catch (error) {
      if (error.code !== 'unauthorized' || error.field) throw error;
      return request(await this.token({ stale: bearer }));
    }
  }
}

/** Locks are there for pages of https and of this machine alone; without them each tab renews for itself. */
function oneAtATime(work) {
  if (navigator.locks) return navigator.locks.request(refreshing, work);
  const turn = lastTurn.then(work);
  lastTurn = turn.catch(() => {});
  return turn;
}

let lastTurn = Promise.resolve();

const parse = (text) => {
  try {
    const value = JSON.parse(text);
    return typeof value?.user === 'string' && typeof value.accessToken === 'string' ? value : null;
  } catch {
    return null;
  }
};

const read = (storage) => parse(storage.getItem(storedAs));

function write(storage, { user, name, accessToken, refreshToken, expiresIn }) {
  /** @type {Tokens} */
  const tokens = { user, name, accessToken, refreshToken, endsAt: Date.now() + expiresIn * 1000 };
  storage.setItem(storedAs, JSON.stringify(tokens));
  return tokens;
}
