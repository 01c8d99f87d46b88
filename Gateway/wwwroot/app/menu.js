import { el } from './dom.js';

/** Between the button and its menu, and between the menu and the edge of the page, in pixels. */
const gap = 4;

/** The menu that is open, if one is. @type {{close: (giveFocusBack: boolean) => void, opener: HTMLElement} | null} */
let current = null;

/**
 * Opens a menu at a button, or closes the one that is open there.
 * @param {HTMLElement} opener
 * @param {({label: string, run: () => void, danger?: boolean} | null | false | undefined)[]} choices none is left out
 * @param {() => void} [closed] it is closed
 */
export function toggleMenu(opener, choices, closed) {
  const wasHere = current?.opener === opener;
  current?.close(wasHere);
  if (wasHere) return;
  const items = choices.filter(Boolean).map(({ label, run, danger }) => el('button', {
    type: 'button', role: 'menuitem', tabindex: '-1', class: danger ? 'menu-item danger-text' : 'menu-item', onclick: () => {
      close(true);
      run();
    },
  }, label));
  const menu = el('div', { class: 'menu', role: 'menu', 'data-testid': 'menu', 'aria-label': opener.getAttribute('aria-label') }, ...items);
  const outside = (event) => {
    if (!menu.contains(event.target) && !opener.contains(event.target)) close(false);
  };
  // Where the button goes, the menu cannot follow.
  const moved = (event) => {
    if (event.type === 'resize' || event.target.contains(opener)) close(false);
  };
  const close = (giveFocusBack) => {
    current = null;
    document.removeEventListener('pointerdown', outside, true);
    document.removeEventListener('scroll', moved, true);
    window.removeEventListener('resize', moved);
    menu.remove();
    opener.setAttribute('aria-expanded', 'false');
    if (giveFocusBack) opener.focus();
    closed?.();
  };
  menu.addEventListener('keydown', (event) => onKey(event, items, close));
  menu.addEventListener('focusout', ({ relatedTarget }) => relatedTarget && !menu.contains(relatedTarget) && close(false));
  document.addEventListener('pointerdown', outside, true);
  document.addEventListener('scroll', moved, true);
  window.addEventListener('resize', moved);
  current = { close, opener };
  opener.setAttribute('aria-expanded', 'true');
  document.body.append(menu);
  place(menu, opener);
  items[0]?.focus();
}

/** Closes the menu that is open, if one is. */
export function closeMenu() {
  current?.close(false);
}

function onKey(event, items, close) {
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    items.at(to % items.length).focus();
  } else if (event.key === 'Escape' || event.key === 'Tab') {
    // A panel below may listen for Escape as well.
    event.stopPropagation();
    if (event.key === 'Escape') event.preventDefault();
    close(true);
  }
}

/** Below the button or above it, and within the page. */
function place(menu, opener) {
  const button = opener.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = button.bottom + gap;
  const top = below + height <= innerHeight - gap ? below : button.top - gap - height;
  const left = Math.min(Math.max(gap, button.right - width), innerWidth - width - gap);
  menu.style.top = `${Math.max(gap, top)}px`;
  menu.style.left = `${left}px`;
}
