/**
 * Tells of what makes a change of the connection likely: the network came or went, the page is looked at again.
 * @param {Window | null} window
 * @param {() => void} nudge
 * @returns {() => void} stops listening
 */
export function listenToPage(window, nudge) {
  if (!window?.document) return () => {};
  const seen = () => window.document.visibilityState === 'visible' && nudge();
  const targets = [[window, 'online', nudge], [window, 'offline', nudge], [window, 'pageshow', nudge],
    [window.document, 'visibilitychange', seen]];
  for (const [target, type, listener] of targets) target.addEventListener(type, listener);
  return () => targets.forEach(([target, type, listener]) => target.removeEventListener(type, listener));
}
