import { dayAndTime } from './dates.js';
import { serverTime } from './http.js';

/** A timer cannot be set for longer. */
const longestTimerMs = 2 ** 31 - 1;
/** What is limited until then is not limited: the end of the calendar. */
const forGood = 9999;

/** @param {string | undefined} until */
const left = (until) => (until === undefined ? 0 : new Date(until) - serverTime());

/** Whether a mute holds, by what the server has told of it. @param {string | undefined} until */
export const isMuted = (until) => left(until) > 0;

/** When a mute ends, for a person; nothing when it has to be lifted. @param {string} until */
export function endOf(until) {
  const end = new Date(until);
  return end.getUTCFullYear() >= forGood ? undefined : dayAndTime(end);
}

/**
 * Sets a timer to when the first of some mutes ends.
 * @param {(string | undefined)[]} untils
 * @param {() => void} run it may be too early, if that is weeks away
 * @returns {number | undefined} for `clearTimeout`
 */
export function whenOneEnds(untils, run) {
  const held = untils.filter(isMuted);
  return held.length === 0 ? undefined : setTimeout(run, Math.min(...held.map(left), longestTimerMs));
}
