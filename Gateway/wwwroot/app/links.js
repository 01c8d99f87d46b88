import { el } from './dom.js';

const address = /https?:\/\/[^\s<>"'`]+/giu;

const openingOf = { ')': '(', ']': '[', '}': '{' };

/** Punctuation behind an address belongs to the sentence; so does a bracket the address did not open. */
function withoutTail(match) {
  const counts = new Map();
  for (const char of match) counts.set(char, (counts.get(char) ?? 0) + 1);
  let end = match.length;
  for (; end > 0; end--) {
    const last = match[end - 1];
    const opening = openingOf[last];
    const isUnopened = opening !== undefined && counts.get(last) > (counts.get(opening) ?? 0);
    if (!isUnopened && !/[.,:;!?…。，、！？*_~]/u.test(last)) break;
    counts.set(last, counts.get(last) - 1);
  }
  return match.slice(0, end);
}

/**
 * The text as nodes, its http and https addresses as links.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function withLinks(text) {
  const nodes = [];
  let done = 0;
  for (const { 0: match, index } of text.matchAll(address)) {
    const href = withoutTail(match);
    if (!URL.canParse(href)) continue;
    nodes.push(text.slice(done, index), el('a', { href, target: '_blank', rel: 'noopener noreferrer' }, href));
    done = index + href.length;
  }
  nodes.push(text.slice(done));
  return nodes;
}
