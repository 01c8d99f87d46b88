/**
 * Why something failed. `code` is one of the server's (`not_member`, `text_too_long`, `rate_limited`, …) or one
 * of the client's own:
 *
 * - `disconnected`: the connection was lost before the reply came; the outcome is unknown. Retryable.
 * - `timeout`: no reply in time. Retryable.
 * - `unauthorized`: the server does not let this user in, the token function had none to give, or its token is
 *   another user's. The server may say something else than that in its place, such as `suspended`.
 * - `removed`: an administrator, or this user elsewhere, ended the session (close code 4500).
 * - `closed`: `close()` was called, or the server ended the session for good (see `closeCode`).
 * - `deadline`: a send was not acknowledged before its deadline; repeating it with the same key is safe for
 *   24 hours after it was first sent.
 * - `discarded`: `discard()` was called.
 * - `outbox_full`: too many sends wait already.
 * - `bad_url`: the address is not one a WebSocket can be opened to.
 */
export class ChatError extends Error {
  /**
   * @param {string} code
   * @param {string} message for a person
   * @param {{retryable?: boolean, retryAfterMs?: number, field?: string, closeCode?: number}} [details]
   */
  constructor(code, message, { retryable = false, retryAfterMs, field, closeCode } = {}) {
    super(message);
    this.name = 'ChatError';
    /** @type {string} */
    this.code = code;
    /** @type {boolean} whether the same command may succeed later */
    this.retryable = retryable;
    /** @type {number | undefined} how long the server asks to wait, in milliseconds */
    this.retryAfterMs = retryAfterMs;
    /** @type {string | undefined} the field of the command that is at fault */
    this.field = field;
    /** @type {number | undefined} the WebSocket close code (RFC 6455, section 7.4), where one ended the session */
    this.closeCode = closeCode;
  }

  /** @param {{code: string, message?: string, retryable?: boolean, retryAfterMs?: number, field?: string}} frame */
  static fromFrame(frame) {
    return new ChatError(frame.code, frame.message ?? frame.code, frame);
  }
}
