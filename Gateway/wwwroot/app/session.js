import { Account } from './account.js';
import { ask } from './http.js';
import { toId } from './ids.js';
import { askForAccount, askForName, sayTokenIsNeeded, sayWaiting, showApp } from './sign-in.js';
import { tabStorage } from './storage.js';
import { toast } from './toasts.js';

const currentName = 'chat.session';
const currentToken = 'chat.token';
/** Why the last session of this tab ended, for whoever signs in next. */
const lastWords = 'chat.ended';
const longestWaitMs = 10_000;

/**
 * Who uses this page, and how they prove it.
 * @typedef {object} Session
 * @property {'guest' | 'account' | 'token'} kind
 * @property {string} [user] the id; for a token of an application the server says it
 * @property {string} [name]
 * @property {object} options what the chat client needs to connect
 * @property {Account} [account]
 */

/**
 * Finds out who it is: from what this browser or tab remembers, from the address, or from whoever fills in the form.
 * @returns {Promise<Session>}
 */
export async function begin() {
  const token = takeToken();
  const modes = await askModes();
  if (token && takesTokens(modes) && !await keepsAccount(modes)) return enter({ kind: 'token', options: { token } });
  if (modes.accounts) return enter(await byAccount());
  if (modes.guest) return enter(await byName());
  sayTokenIsNeeded(takeLastWords());
  return new Promise(() => {});
}

/**
 * Forgets who used this tab and starts the page afresh.
 * @param {Session} session
 */
export async function signOut({ account }) {
  await account?.forget();
  forgetTab();
  location.assign('/');
}

/**
 * The server does not let this session in any more: starts the page afresh, in the same room.
 * @param {Session} session
 * @param {string} why what to tell whoever signs in next
 */
export async function refused({ account }, why) {
  forgetTab();
  tabStorage?.setItem(lastWords, why);
  await account?.giveUp();
  location.reload();
}

function forgetTab() {
  tabStorage?.removeItem(currentName);
  tabStorage?.removeItem(currentToken);
}

/**
 * The token in `#token=…`, which an application may send its users here with; or the one that came so before a reload.
 * The fragment goes to no server, and leaves the address bar and the history at once.
 */
function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given !== null) {
    history.replaceState(history.state, '', location.pathname + location.search);
    tabStorage?.setItem(currentToken, given);
  }
  // The application sends its user here again, with the page still open.
  window.addEventListener('hashchange', () => new URLSearchParams(location.hash.slice(1)).has('token') && location.reload());
  return given ?? tabStorage?.getItem(currentToken);
}

/** Where people have accounts and nobody hands out tokens, a link with one would make its reader somebody else unawares. */
const takesTokens = ({ guest, accounts, tokens }) => tokens || !(guest || accounts);

/** Whoever is logged in stays who they are: what a link says may be another's word. */
async function keepsAccount({ accounts }) {
  const account = accounts && await Account.current();
  if (!account) return false;
  forgetTab();
  toast(`You are logged in as ${account.user}: the link that you followed would make you somebody else, and was not used. Log out to use it.`);
  return true;
}

/** @returns {Promise<{guest: boolean, accounts: boolean, tokens: boolean}>} however long it takes */
async function askModes() {
  for (let wait = 500; ; wait = Math.min(longestWaitMs, wait * 2)) {
    try {
      return await ask('/api/auth');
    } catch {
      sayWaiting('The server cannot be reached. Trying again…');
      await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random())));
    }
  }
}

async function byAccount() {
  Account.watch(() => location.reload());
  const account = await Account.current() ?? await askForAccount(takeLastWords());
  const { user, name } = account;
  return { kind: 'account', user, name, account, options: { user, token: (state) => account.token(state) } };
}

async function byName() {
  const given = new URLSearchParams(location.search).get('user') ?? tabStorage?.getItem(currentName);
  const name = given && toId(given) ? given : await askForName();
  tabStorage?.setItem(currentName, name);
  const user = toId(name);
  const options = name === user ? { user } : { user, name };
  return { kind: 'guest', ...options, options };
}

function takeLastWords() {
  const why = tabStorage?.getItem(lastWords);
  tabStorage?.removeItem(lastWords);
  return why ?? undefined;
}

function enter(session) {
  tabStorage?.removeItem(lastWords);
  showApp();
  return session;
}
