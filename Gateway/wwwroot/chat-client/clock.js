/**
 * Where time comes from, so that a test can bring its own.
 * @typedef {{now(): number, setTimeout(run: () => void, ms: number): unknown, clearTimeout(timer: unknown): void}} Clock
 */

/** @type {Clock} */
export const systemClock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => globalThis.setTimeout(run, ms),
  clearTimeout: (timer) => globalThis.clearTimeout(timer),
};

/**
 * Full jitter: a random wait below a bound that doubles with each attempt. Clients that lost the same server
 * come back spread out, not in step.
 * @param {number} attempt counts from 0
 * @param {{baseMs: number, capMs: number, random: () => number}} backoff
 * @returns {number} milliseconds
 */
export function fullJitter(attempt, { baseMs, capMs, random }) {
  return random() * Math.min(capMs, baseMs * 2 ** attempt);
}
