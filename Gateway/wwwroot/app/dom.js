/** @param {string} id @returns {HTMLElement} */
export const byId = (id) => document.getElementById(id);

/**
 * Makes an element. Strings become text nodes: data never passes through an HTML parser.
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `on…` functions listen, false and null leave an attribute out
 * @param {...(Node | string | null | undefined | false)} children
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

/** @param {string} name of a symbol in the page's sprite */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

/**
 * Makes these the children of an element, in this order. Those that are there already stay untouched as far as they can.
 * @param {Element} parent
 * @param {Element[]} children
 */
export function arrange(parent, children) {
  const focused = document.activeElement;
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, place) => {
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
  });
  // What moves loses it.
  if (parent.contains(focused)) focused.focus();
}

/**
 * Watches for presses in an element: what is replaced between being pressed and being let go is never clicked.
 * @param {Element} element
 * @param {() => void} released it was let go, and clicked if it was meant so
 * @returns {() => boolean} whether something of it is pressed now
 */
export function watchPresses(element, released) {
  let isPressed = false;
  const release = () => isPressed && setTimeout(() => {
    isPressed = false;
    released();
  });
  element.addEventListener('pointerdown', ({ button }) => { isPressed ||= button === 0; });
  for (const type of ['pointerup', 'pointercancel', 'contextmenu']) addEventListener(type, release);
  return () => isPressed;
}
