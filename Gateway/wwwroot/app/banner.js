import { byId, el } from './dom.js';

/** A connection that comes up within this time needs no word. */
const patienceMs = 500;
/** Long enough to be read. */
const shownAtLeastMs = 700;

/** Says what the connection is doing when it is not simply there. */
export class Banner {
  #banner = byId('banner');
  #actions;
  #timer = null;

  /**
   * @param {import('../chat-client.js').ChatClient} client
   * @param {{reconnect: () => void, signOut: {label: string, run: () => void}}} actions
   */
  constructor(client, actions) {
    this.#actions = actions;
    client.on('state', (detail) => this.#show(detail));
  }

  #show({ state, retryInMs, error }) {
    clearTimeout(this.#timer);
    const isShown = !this.#banner.hidden;
    if (state === 'waiting') this.#countDown(performance.now() + retryInMs);
    else if (state === 'connecting') this.#say('Connecting…', isShown ? 0 : patienceMs);
    else if (state === 'catching-up') this.#say('Catching up…', isShown ? 0 : patienceMs);
    else if (state === 'online') this.#timer = setTimeout(() => { this.#banner.hidden = true; }, isShown ? shownAtLeastMs : 0);
    else if (error) this.#ended(error);
  }

  #say(text, afterMs) {
    this.#timer = setTimeout(() => this.#put(text), afterMs);
  }

  #countDown(until) {
    const seconds = Math.max(1, Math.ceil((until - performance.now()) / 1000));
    this.#put(`Offline: reconnecting in ${seconds} s…`);
    this.#timer = setTimeout(() => this.#countDown(until), 1000);
  }

  #ended({ code, message }) {
    this.#put(code === 'removed' ? `The server has ended this session: ${message}` : `Disconnected: ${message}`,
      el('button', { type: 'button', class: 'link', onclick: this.#actions.reconnect }, 'Connect again'),
      el('button', { type: 'button', class: 'link', onclick: this.#actions.signOut.run }, this.#actions.signOut.label));
  }

  #put(text, ...actions) {
    this.#banner.replaceChildren(el('span', {}, text), ...actions);
    this.#banner.hidden = false;
  }
}
