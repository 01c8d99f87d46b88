import { ChatError } from './chat-error.js';

/** Commands that wait for the reply that repeats their id. */
export class Requests {
  #clock;
  #transmit;
  #timeoutMs;
  #lastId = 0;
  /** @type {Map<number, {settle(frame: any, error?: ChatError): void}>} */
  #waiting = new Map();

  /**
   * @param {{clock: import('./clock.js').Clock, transmit: (frame: object) => boolean, timeoutMs: number}} parts
   *   `transmit` answers false when there is no connection to write to.
   */
  constructor({ clock, transmit, timeoutMs }) {
    this.#clock = clock;
    this.#transmit = transmit;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * @param {object} frame the command without its id
   * @param {{onReply?: (reply: any) => void, timeoutMs?: number}} [options] `onReply` runs before the next frame
   *   is looked at, which the continuation of the promise does not where a WebSocket hands over two in one turn.
   * @returns {Promise<any>} the reply
   */
  send(frame, { onReply, timeoutMs = this.#timeoutMs } = {}) {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      const timer = this.#clock.setTimeout(
        () => settle(null, new ChatError('timeout', 'The server did not answer in time.', { retryable: true })),
        Math.min(timeoutMs, this.#timeoutMs));
      const settle = (reply, error) => {
        this.#clock.clearTimeout(timer);
        this.#waiting.delete(id);
        if (error) return reject(error);
        onReply?.(reply);
        resolve(reply);
      };
      this.#waiting.set(id, { settle });
      if (!this.#transmit({ ...frame, id })) {
        settle(null, new ChatError('disconnected', 'There is no connection.', { retryable: true }));
      }
    });
  }

  /**
   * @param {any} frame from the server
   * @returns {boolean} whether a command waited for it
   */
  settle(frame) {
    const waiting = this.#waiting.get(frame.id);
    if (!waiting) return false;
    if (frame.type === 'error') waiting.settle(null, ChatError.fromFrame(frame));
    else waiting.settle(frame);
    return true;
  }

  /** @param {ChatError} error what every waiting command is told */
  dropAll(error) {
    for (const { settle } of [...this.#waiting.values()]) settle(null, error);
  }
}
