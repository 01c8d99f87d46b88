/**
 * @typedef {'owner' | 'moderator' | 'member'} Role
 * @typedef {{reason?: string}} Because `reason` is kept with the act: at most 250 characters
 * @typedef {{until?: Date | string, reason?: string}} Until without `until` it holds for good
 */

/**
 * The commands that are asked and answered, and change nothing that the client itself keeps: what they change
 * comes back as events and signals.
 *
 * They wait while offline, and are repeated after a drop or a retryable error, as far as repeating does no harm;
 * `invite`, `kick` and `request` are not.
 */
export class Commands {
  #call;

  /** @param {(makeFrame: () => object, how?: {repeat?: boolean}) => Promise<any>} call */
  constructor(call) {
    this.#call = call;
  }

  /**
   * Finds public rooms, and this user's own.
   * @param {{query?: string, after?: string, limit?: number}} [page] `after`: the last name of the page before
   * @returns {Promise<{rooms: object[], more: boolean}>} entries with `room`, `kind`, `topic`, `members`,
   *   `lastSeq`, `member`
   */
  async rooms({ query, after, limit } = {}) {
    const { rooms, more } = await this.#call(() => ({ type: 'rooms', query, after, limit }));
    return { rooms, more };
  }

  /**
   * @param {string} room
   * @param {{after?: string, limit?: number}} [page] `after`: the last user of the page before
   * @returns {Promise<{users: {user: string, name?: string, role: Role, online: boolean, mutedUntil?: string}[],
   *   more: boolean}>} `mutedUntil`, until when they may only read (the year 9999: for good), is there for whoever may
   *   lift it, and for the user themself
   */
  async members(room, { after, limit } = {}) {
    const { users, more } = await this.#call(() => ({ type: 'members', room, after, limit }));
    return { users, more };
  }

  /** @param {string} room @param {string} user @param {Because} [because] @returns {Promise<void>} */
  async invite(room, user, { reason } = {}) {
    await this.#call(() => ({ type: 'invite', room, user, reason }), { repeat: false });
  }

  /**
   * Gives a member a role. For owners; anyone may step down, but for the last owner.
   * @param {string} room @param {string} user @param {Role} role @param {Because} [because] @returns {Promise<void>}
   */
  async role(room, user, role, { reason } = {}) {
    await this.#call(() => ({ type: 'role', room, user, role, reason }));
  }

  /** Ends a membership; the user may join again. @param {string} room @param {string} user @param {Because} [because] */
  async kick(room, user, { reason } = {}) {
    await this.#call(() => ({ type: 'kick', room, user, reason }), { repeat: false });
  }

  /** Ends a membership, and refuses another. @param {string} room @param {string} user @param {Until} [until] */
  async ban(room, user, { until, reason } = {}) {
    await this.#call(() => ({ type: 'ban', room, user, until, reason }));
  }

  /** @param {string} room @param {string} user @param {Because} [because] */
  async unban(room, user, { reason } = {}) {
    await this.#call(() => ({ type: 'unban', room, user, reason }));
  }

  /** Lets a member read but not write. @param {string} room @param {string} user @param {Until} [until] */
  async mute(room, user, { until, reason } = {}) {
    await this.#call(() => ({ type: 'mute', room, user, until, reason }));
  }

  /** @param {string} room @param {string} user @param {Because} [because] */
  async unmute(room, user, { reason } = {}) {
    await this.#call(() => ({ type: 'unmute', room, user, reason }));
  }

  /**
   * Says what a room is about. For owners and moderators. A `topic` event follows.
   * @param {string} room @param {string | null} topic none clears it @returns {Promise<void>}
   */
  async topic(room, topic) {
    await this.#call(() => ({ type: 'topic', room, topic: topic || null }));
  }

  /** Makes a room read-only. For owners. An `archived` event follows. @param {string} room @param {Because} [because] */
  async archive(room, { reason } = {}) {
    await this.#call(() => ({ type: 'archive', room, archived: true, reason }));
  }

  /** Undoes `archive`; a `restored` event follows. @param {string} room @param {Because} [because] */
  async restore(room, { reason } = {}) {
    await this.#call(() => ({ type: 'archive', room, archived: false, reason }));
  }

  /** No direct messages between the two any more, either way. @param {string} user @returns {Promise<void>} */
  async block(user) {
    await this.#call(() => ({ type: 'block', user }));
  }

  /** @param {string} user @returns {Promise<void>} */
  async unblock(user) {
    await this.#call(() => ({ type: 'unblock', user }));
  }

  /**
   * Whom this user has blocked, by id.
   * @param {{after?: string, limit?: number}} [page] `after`: the last user of the page before
   * @returns {Promise<{users: string[], more: boolean}>}
   */
  async blocks({ after, limit } = {}) {
    const { users, more } = await this.#call(() => ({ type: 'blocks', after, limit }));
    return { users, more };
  }

  /**
   * Any other command of the protocol. Written once, never repeated.
   * @param {{type: string}} command without an id
   * @returns {Promise<any>} the reply
   */
  request(command) {
    return this.#call(() => command, { repeat: false });
  }
}
