const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

/** @param {Date} date */
export const timeOfDay = (date) => time.format(date);

/** @param {Date} date */
export const fullTime = (date) => full.format(date);

/** @param {Date} a @param {Date} b */
export const isSameDay = (a, b) => midnight(a).getTime() === midnight(b).getTime();

/** The time of a moment of today, otherwise its day as well. @param {Date} date */
export const dayAndTime = (date) => (isSameDay(date, new Date()) ? time : dateAndTime).format(date);

/** "Today", "Yesterday", or the date; with its year once that is not the present one. @param {Date} date */
export function dayName(date) {
  const now = new Date();
  // Rounded, for a day may have 23 or 25 hours.
  const daysAgo = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  if (daysAgo === 0 || daysAgo === 1) {
    const name = relative.format(-daysAgo, 'day');
    return name[0].toLocaleUpperCase() + name.slice(1);
  }
  return (date.getFullYear() === now.getFullYear() ? day : dayOfYear).format(date);
}
