import { Account } from './account.js';
import { byId } from './dom.js';
import { clearErrors, onSubmit } from './forms.js';
import { toId } from './ids.js';
import { browserStorage } from './storage.js';

const rememberedName = 'chat.name';
const rememberedUser = 'chat.user';
const parts = ['sign-in-waiting', 'name-form', 'log-in-form', 'register-form', 'token-needed'];

/** @param {string} text while nothing can be asked yet */
export function sayWaiting(text) {
  show('sign-in-waiting');
  byId('sign-in-waiting').textContent = text;
}

/** @param {string} [why] the last session ended */
export function sayTokenIsNeeded(why) {
  show('token-needed', why);
}

export function showApp() {
  byId('sign-in').hidden = true;
  byId('app').hidden = false;
}

/** Asks a guest. @returns {Promise<string>} a name of which an id can be made */
export function askForName() {
  const input = byId('name-input');
  show('name-form');
  input.value = browserStorage?.getItem(rememberedName) ?? '';
  input.focus();
  input.select();
  return new Promise((resolve) => {
    byId('name-form').onsubmit = (event) => {
      event.preventDefault();
      const name = input.value.trim();
      if (!toId(name)) {
        byId('name-error').textContent = 'A name needs at least one letter or digit.';
        return;
      }
      byId('name-error').textContent = '';
      browserStorage?.setItem(rememberedName, name);
      resolve(name);
    };
  });
}

/**
 * Asks for an account, or helps to make one.
 * @param {string} [why] the last session ended
 * @returns {Promise<Account>}
 */
export function askForAccount(why) {
  return new Promise((resolve) => {
    const logIn = byId('log-in-form');
    const register = byId('register-form');
    const toLogIn = () => turnTo(logIn, register);
    const toRegister = () => turnTo(register, logIn);
    byId('to-register').onclick = toRegister;
    byId('to-log-in').onclick = toLogIn;
    onSubmit(logIn, async (data) => {
      use(resolve, await Account.logIn({ user: data.get('user').trim(), password: data.get('password') }));
    });
    onSubmit(register, async (data) => {
      const name = data.get('name').trim();
      use(resolve, await Account.register({
        user: data.get('user').trim(), name: name || undefined, password: data.get('password'),
      }));
    });
    show('log-in-form', why);
    logIn.elements.user.value = browserStorage?.getItem(rememberedUser) ?? '';
    (logIn.elements.user.value ? logIn.elements.password : logIn.elements.user).focus();
  });
}

function use(resolve, account) {
  browserStorage?.setItem(rememberedUser, account.user);
  resolve(account);
}

/** What was typed in the one form is the beginning of the other. */
function turnTo(form, other) {
  form.elements.user.value ||= other.elements.user.value;
  clearErrors(form);
  show(form.id);
  form.elements.user.focus();
}

function show(part, why = '') {
  for (const id of parts) byId(id).hidden = id !== part;
  byId('sign-in-notice').textContent = why;
  byId('app').hidden = true;
  byId('sign-in').hidden = false;
}
