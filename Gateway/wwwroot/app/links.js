import { el } from './dom.js';

const address = /https?:\/\/[^\s<>"'`]+/giu;

/** Punctuation behind an address belongs to the sentence; so does a bracket the address did not open. */
function withoutTail(match) {
  let end = match.length;
  for (;;) {
    const last = match[end - 1];
    const opening = { ')': '(', ']': '[', '}': '{' }[last];
    const text = match.slice(0, end);
    const unopened = opening && text.split(last).length > text.split(opening).length;
    if (!unopened && !/[.,:;!?…。，、！？*_~]/u.test(last)) return text;
    end--;
  }
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
