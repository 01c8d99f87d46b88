import { ChatError } from './chat-error.js';
import { fullJitter } from './clock.js';

/** What can stand in a subprotocol (RFC 6455, section 4.1), which is where a browser's WebSocket can carry a token. */
const carriable = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** A token that lasts no longer than the server's notice is about to end from its first moment on. */
const renewEveryMs = 10_000;

/** `fetch` rejects with these when the network is at fault, and the program is not. */
const networkFaults = ['TypeError', 'AbortError', 'TimeoutError', 'NetworkError'];

/**
 * The token of a session: where it comes from, and what the server has said of it.
 *
 * No clock is asked whether a token still holds. The server tells: in `token_expiring`, by 4001, or by refusing
 * it. It is then `stale`, and whoever gives tokens is told so, that an earlier one is not handed out again.
 */
export class Tokens {
  #options;
  #current;
  #stale;
  /** Why the server refused the last one, until it welcomes another. @type {string | null} */
  #refusal = null;
  /** Names the renewal under way; another, or none, makes it stop. */
  #renewal = null;
  #renewedAt = -Infinity;

  /**
   * @param {{token: import('./options.js').TokenSource | undefined, clock: import('./clock.js').Clock, baseMs: number,
   *   capMs: number, random: () => number}} options
   */
  constructor(options) {
    this.#options = options;
  }

  /** Whether tokens are used at all. */
  get areUsed() {
    return this.#options.token !== undefined;
  }

  /**
   * The token for the next attempt.
   * @returns {Promise<string>}
   * @throws {ChatError} `unauthorized`, or retryable when there may be one later
   */
  async next() {
    const token = await this.#ask(this.#stale);
    if (this.#refusal !== null && token === this.#stale) throw new ChatError('unauthorized', this.#refusal, { closeCode: 1008 });
    this.#current = token;
    return token;
  }

  /** A new series of attempts begins. */
  start() {
    this.#refusal = null;
  }

  /** The server has taken the token. */
  accepted() {
    this.#refusal = null;
    this.#stale = undefined;
  }

  /** The server has ended a connection because its token has. */
  expired() {
    this.#stale = this.#current;
  }

  /**
   * The server does not take the token.
   * @param {string} reason
   * @returns {boolean} whether another may be had: only after the first refusal, or a wrong one would be tried for ever
   */
  refused(reason) {
    const isFirst = this.#refusal === null;
    this.#stale = this.#current;
    this.#refusal = reason;
    return isFirst && typeof this.#options.token === 'function';
  }

  /**
   * The token of this connection is about to end: gets another and hands it over. Gives up when it cannot be had
   * or is refused; the connection then ends with the token, and the next one asks again.
   * @param {(token: string) => Promise<unknown>} handOver
   */
  async renew(handOver) {
    if (typeof this.#options.token !== 'function') return;
    const { clock } = this.#options;
    const renewal = (this.#renewal = {});
    // At most that long, whatever was done to the clock meanwhile.
    await this.#sleep(Math.min(renewEveryMs, this.#renewedAt + renewEveryMs - clock.now()));
    let token;
    for (let attempt = 0; this.#renewal === renewal; attempt++) {
      try {
        token ??= await this.#ask(this.#current);
        if (this.#renewal !== renewal || token === this.#current) return;
        await handOver(token);
        this.#current = token;
        this.#renewedAt = clock.now();
        return;
      } catch (error) {
        if (!error.retryable) return;
        await this.#sleep(Math.max(error.retryAfterMs ?? 0, fullJitter(attempt, this.#options)));
      }
    }
  }

  /** The connection is gone, and with it the use of a renewal. */
  drop() {
    this.#renewal = null;
  }

  async #ask(stale) {
    const { token: source } = this.#options;
    let token;
    try {
      token = typeof source === 'function' ? await source({ stale }) : source;
    } catch (cause) {
      throw failure(cause);
    }
    if (typeof token !== 'string' || !carriable.test(token)) {
      throw new ChatError('unauthorized', typeof token !== 'string' || token === ''
        ? 'There is no token.' : 'The token has characters that a WebSocket cannot carry.');
    }
    return token;
  }

  #sleep(ms) {
    return ms > 0 ? new Promise((resolve) => this.#options.clock.setTimeout(() => resolve(), ms)) : undefined;
  }
}

/** What a token function threw, as the session tells it. */
function failure(cause) {
  if (cause instanceof ChatError) return cause;
  const retryable = cause?.retryable ?? networkFaults.includes(cause?.name);
  const message = `No token could be had: ${cause?.message ?? cause}`;
  return new ChatError(cause?.code ?? (retryable ? 'disconnected' : 'unauthorized'), message, { retryable, retryAfterMs: cause?.retryAfterMs });
}
