import { byId } from './dom.js';
import { toId } from './ids.js';

const rememberedName = 'chat.name';
const currentName = 'chat.session';

/**
 * Who uses this page: the `user` of its address, whoever signed in in this tab before a reload, or whoever
 * fills in the form.
 * @returns {Promise<{user: string, name?: string}>}
 */
export function chooseName() {
  const given = new URLSearchParams(location.search).get('user') ?? sessionStorage.getItem(currentName);
  if (given && toId(given)) return Promise.resolve(enter(given));
  return ask();
}

/** Forgets who used this tab and starts the page afresh. */
export function signOut() {
  sessionStorage.removeItem(currentName);
  location.assign('/');
}

function ask() {
  const form = byId('sign-in-form');
  const input = byId('name-input');
  byId('app').hidden = true;
  byId('sign-in').hidden = false;
  input.value = localStorage.getItem(rememberedName) ?? '';
  input.focus();
  input.select();
  return new Promise((resolve) => {
    form.onsubmit = (event) => {
      event.preventDefault();
      if (!toId(input.value)) {
        byId('name-error').textContent = 'A name needs at least one letter or digit.';
        return;
      }
      byId('name-error').textContent = '';
      localStorage.setItem(rememberedName, input.value.trim());
      resolve(enter(input.value.trim()));
    };
  });
}

function enter(name) {
  sessionStorage.setItem(currentName, name);
  byId('sign-in').hidden = true;
  byId('app').hidden = false;
  const user = toId(name);
  return name === user ? { user } : { user, name };
}
