import { ifAllowed } from './storage.js';

const database = 'chat';
const table = 'account';
const entry = 'tokens';
const channelName = 'chat.account';

/** A browser that takes longer than this will not answer. */
const withinMs = 15_000;

/**
 * @typedef {{user: string, name?: string, accessToken: string, refreshToken: string, endsAt: number}} Tokens
 *   `endsAt` by the clock of this browser, and no more than a hint: the server says whether a token still holds.
 */

/**
 * What the tabs of this browser keep together of the account that is logged in.
 *
 * It is in IndexedDB, for Chromium has a copy of localStorage in each process: a tab that gets a lock after another one
 * has written and let it go may still read what was there before. Transactions of IndexedDB see each other's work, in
 * one order for all tabs, locks or not.
 *
 * What the browser refuses to keep (storage is blocked, the disk is full), this tab keeps for itself, until it is closed
 * or loaded anew.
 */
export class AccountStore {
  /** @type {Promise<IDBDatabase> | null} */
  #opening = null;
  /** What was kept when this tab last looked. @type {Tokens | null} */
  #seen = null;
  /** What this tab keeps for itself. @type {Tokens | null} */
  #own = null;
  #others = ifAllowed(() => new BroadcastChannel(channelName));

  /** @returns {Promise<Tokens | null>} */
  read() {
    return this.change((now) => now);
  }

  /**
   * Looks and changes in one step: nothing that another tab does comes between.
   * @param {(now: Tokens | null) => Tokens | null} decide what is to be kept; what it was given, for no change
   * @returns {Promise<Tokens | null>} what is kept now
   */
  async change(decide) {
    if (this.#own) this.#own = decide(this.#own);
    if (this.#own) return this.#own;
    try {
      const { before, after } = await this.#transact(decide);
      if (before?.user !== after?.user) this.#others?.postMessage(null);
      this.#seen = after;
      return after;
    } catch {
      this.#opening = null;
      this.#own = decide(this.#seen);
      return this.#own;
    }
  }

  /** @param {() => void} changed another tab has logged somebody in or out */
  watch(changed) {
    this.#others?.addEventListener('message', () => changed());
  }

  async #transact(decide) {
    const connection = await inTime(this.#opening ??= this.#open());
    const transaction = connection.transaction(table, 'readwrite');
    const rows = transaction.objectStore(table);
    const done = {};
    rows.get(entry).onsuccess = ({ target }) => {
      done.before = target.result ?? null;
      done.after = decide(done.before);
      if (done.after === null) rows.delete(entry);
      else if (done.after !== done.before) rows.put(done.after, entry);
    };
    return inTime(new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(done);
      transaction.onabort = () => reject(transaction.error);
    }));
  }

  #open() {
    return new Promise((resolve, reject) => {
      // It may throw where it is forbidden; that rejects, too.
      const request = indexedDB.open(database, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(table);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const close = () => {
          request.result.close();
          this.#opening = null;
        };
        // Somebody deletes what the site has stored; or a later version of this page wants another form of it.
        Object.assign(request.result, { onclose: close, onversionchange: close });
        resolve(request.result);
      };
    });
  }
}

/** The one of this page. */
export const accountStore = new AccountStore();

function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('The browser does not answer.')), withinMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
