/** What this tab keeps over a reload; `null` where the browser keeps nothing. */
export const tabStorage = ifAllowed(() => sessionStorage);

/** What all tabs of this browser keep, of no weight: it may be read late. */
export const browserStorage = ifAllowed(() => localStorage);

/** Where storage is blocked, it is an error to name it. @template T @param {() => T} open @returns {T | null} */
export function ifAllowed(open) {
  try {
    return open();
  } catch {
    return null;
  }
}
