import { fullNameOf } from './names.js';
import { report } from './moderation.js';

const pageSize = 200;

/** Whom this user has blocked: no direct messages go between the two. */
export class Blocks {
  #client;
  #changed;
  /** @type {Set<string>} */
  #users = new Set();
  /** Counts what was asked: an earlier answer that comes late may be from before a change. */
  #asked = 0;

  /**
   * @param {import('../chat-client.js').ChatClient} client
   * @param {() => void} changed
   */
  constructor(client, changed) {
    this.#client = client;
    this.#changed = changed;
    client.on('state', ({ state }) => state === 'online' && this.refresh());
  }

  /** @param {string} user */
  has(user) {
    return this.#users.has(user);
  }

  /** Blocks a user, or no longer does. @param {string} user @param {boolean} blocked */
  set(user, blocked) {
    const asked = blocked ? this.#client.block(user) : this.#client.unblock(user);
    report(asked.then(() => this.#take(user, blocked)), `${fullNameOf(user)} could not be ${blocked ? 'blocked' : 'unblocked'}.`);
  }

  /** Another device may have changed it: nothing tells of that. */
  async refresh() {
    const asked = ++this.#asked;
    const users = new Set();
    try {
      for (let after, more = true; more;) {
        const page = await this.#client.blocks({ after, limit: pageSize });
        for (const user of page.users) users.add(user);
        ({ more } = page);
        after = page.users.at(-1);
      }
      if (asked !== this.#asked) return;
      this.#users = users;
      this.#changed();
    } catch {
      // Asked again at the next chance. A message to somebody blocked is refused all the same.
    }
  }

  #take(user, blocked) {
    if (blocked) this.#users.add(user);
    else this.#users.delete(user);
    this.#changed();
    // What is being read may be from before it.
    this.refresh();
  }
}
