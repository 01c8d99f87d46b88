import { ChatError } from '../chat-client.js';
import { accountStore } from './account-store.js';
import { ask } from './http.js';

const turns = 'chat.account';

/**
 * Somebody's account in this browser. All its tabs share it, and one of them renews the tokens for all. Whatever gets
 * others takes its turn, from the question to the server until the answer is kept, so that none overtakes another.
 */
export class Account {
  /** Whose tab this is, whoever logs in elsewhere. */
  #user;
  #name;
  /** What this tab used last. */
  #given;

  /** @returns {Promise<Account | null>} of whoever is logged in in this browser */
  static async current() {
    const tokens = await accountStore.read();
    return tokens && new Account(tokens);
  }

  /** @param {{user: string, password: string}} form */
  static logIn({ user, password }) {
    return Account.#enter('/api/accounts/login', { user, password });
  }

  /** @param {{user: string, password: string, name?: string}} form */
  static register({ user, password, name }) {
    return Account.#enter('/api/accounts/register', { user, password, name });
  }

  static #enter(path, body) {
    return oneAtATime(async () => {
      const tokens = tokensOf(await ask(path, { body }));
      await accountStore.change(() => tokens);
      return new Account(tokens);
    });
  }

  constructor({ user, name }) {
    this.#user = user;
    this.#name = name;
  }

  get user() {
    return this.#user;
  }

  /** The display name, if there was one when this tab came. */
  get name() {
    return this.#name;
  }

  /**
   * What the client asks for tokens.
   * @param {{stale?: string}} [state]
   * @returns {Promise<string>}
   * @throws {ChatError} not retryable when only logging in again helps
   */
  async token({ stale } = {}) {
    const tokens = await this.#tokens();
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
      const { accessToken } = await this.#tokens();
      if (accessToken !== this.#given) return true;
      await this.#refresh(accessToken);
      return false;
    });
  }

  /** Ends all other tokens. @param {{current: string, next: string}} form */
  async changePassword({ current, next }) {
    const change = async (bearer) => {
      const tokens = tokensOf(await ask('/api/accounts/password', { body: { current, new: next }, bearer }));
      await accountStore.change((now) => (this.#owns(now) ? tokens : now));
    };
    // Whoever finds the old tokens ended waits for the new ones.
    await this.#authorized((bearer) => oneAtATime(() => change(bearer)));
  }

  /** Ends this account's sessions, in every browser. What this one keeps is worthless then, and still to be forgotten. */
  async logOutEverywhere() {
    await this.#authorized((bearer) => ask('/api/accounts/logout', { body: {}, bearer }));
  }

  /** Logs out of this browser. */
  async forget() {
    await accountStore.change((now) => (this.#owns(now) ? null : now));
  }

  /** Forgets what the server does not take any more; somebody may have logged in anew in another tab. */
  async giveUp() {
    await accountStore.change((now) => (now?.accessToken === this.#given ? null : now));
  }

  /** @param {() => void} changed somebody logged in or out of this browser, in another tab */
  static watch(changed) {
    accountStore.watch(changed);
  }

  #owns(tokens) {
    return tokens?.user === this.#user;
  }

  async #tokens() {
    return this.#own(await accountStore.read());
  }

  #own(tokens) {
    if (this.#owns(tokens)) return tokens;
    throw new ChatError('unauthorized', 'You have logged out of this browser.');
  }

  async #refresh(stale) {
    const old = await this.#tokens();
    // Another tab was first.
    if (old.accessToken !== stale) return old;
    // While the answer was on its way somebody may have logged out, or, where there are no turns, another tab been first.
    const isOld = (now) => now?.refreshToken === old.refreshToken;
    try {
      const tokens = tokensOf(await ask('/api/accounts/refresh', { body: { refreshToken: old.refreshToken } }));
      return this.#own(await accountStore.change((now) => (isOld(now) ? tokens : now)));
    } catch (error) {
      const now = await accountStore.read();
      if (this.#owns(now) && !isOld(now)) return now;
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

/**
 * Locks are there for pages of https and of this machine alone, and where storage is blocked they are refused. Without
 * them each tab takes turns with itself.
 */
async function oneAtATime(work) {
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return work();
  };
  try {
    if (navigator.locks) return await navigator.locks.request(turns, begin);
  } catch (error) {
    if (hasBegun) throw error;
  }
  const turn = lastTurn.then(work);
  lastTurn = turn.catch(() => {});
  return turn;
}

let lastTurn = Promise.resolve();

/** @returns {import('./account-store.js').Tokens} */
const tokensOf = ({ user, name, accessToken, refreshToken, expiresIn }) =>
  ({ user, name, accessToken, refreshToken, endsAt: Date.now() + expiresIn * 1000 });
