import { openDialog } from './dialog.js';
import { byId } from './dom.js';
import { toggleMenu } from './menu.js';

/**
 * What somebody with an account does with it.
 * @param {import('./account.js').Account} account
 * @param {{logOut: () => void, logOutEverywhere: () => void}} actions
 */
export function showAccountMenu(account, { logOut, logOutEverywhere }) {
  const opener = byId('account-menu');
  opener.hidden = false;
  opener.addEventListener('click', () => toggleMenu(opener, [
    { label: 'Change password…', run: () => changePassword(account) },
    { label: 'Log out', run: logOut },
    { label: 'Log out everywhere', danger: true, run: logOutEverywhere },
  ]));
}

function changePassword(account) {
  const dialog = openDialog('password-dialog', (data) => account.changePassword({ current: data.get('current'), next: data.get('new') }));
  // For what keeps passwords: whose it is.
  dialog.querySelector('[autocomplete=username]').value = account.user;
}
