import { byId } from './dom.js';

const utf8 = new TextEncoder();
/** The count of what is left is shown once this part of the limit is used. */
const countedFrom = 0.8;

/** The box in which messages are written. */
export class Composer {
  #form = byId('composer');
  #text = byId('composer-text');
  #count = byId('composer-count');
  #client;
  /** @type {import('./conversation.js').Conversation | null} */
  #conversation = null;
  /** What is typed but not sent, by room; also of rooms that were lost, for whoever comes back. @type {Map<string, string>} */
  #drafts = new Map();
  #onSubmit;

  /**
   * @param {import('../chat-client.js').ChatClient} client
   * @param {() => void} onSubmit a message was handed over
   */
  constructor(client, onSubmit) {
    this.#client = client;
    this.#onSubmit = onSubmit;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener('keydown', (event) => {
      // While an input method composes, Enter chooses a word.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener('input', () => {
      if (this.#text.value.trim() !== '') this.#client.typing(this.#conversation.name);
      this.#fit();
    });
  }

  /** Whether there is something that is not sent. */
  get isUsed() {
    return this.#text.value.trim() !== '';
  }

  /** Each room keeps its own draft. @param {import('./conversation.js').Conversation | null} conversation @param {string} title */
  show(conversation, title) {
    if (this.#conversation) this.#drafts.set(this.#conversation.name, this.#text.value);
    this.#conversation = conversation;
    this.release();
    if (!conversation) return;
    this.#text.value = this.#drafts.get(conversation.name) ?? '';
    this.name(title);
    this.#fit();
  }

  /** @param {string} title of the room that is shown */
  name(title) {
    this.#text.placeholder = `Message ${title}`;
  }

  /** Another room is being opened: what is written now is not meant for the one that is still seen. */
  hold() {
    this.#text.readOnly = true;
    this.#form.setAttribute('aria-busy', 'true');
  }

  release() {
    this.#text.readOnly = false;
    this.#form.removeAttribute('aria-busy');
  }

  focus() {
    this.#text.focus();
  }

  #submit() {
    if (this.#text.readOnly) return;
    const text = this.#text.value.trim();
    if (text === '' || this.#excess(text) > 0) return;
    this.#text.value = '';
    this.#fit();
    this.#conversation.send(text);
    this.#onSubmit();
  }

  /** Bytes beyond the server's limit; negative while there is room. */
  #excess(text) {
    return utf8.encode(text).length - (this.#client.limits.textBytes ?? Infinity);
  }

  #fit() {
    const { style } = this.#text;
    style.height = 'auto';
    style.height = `${this.#text.scrollHeight}px`;
    const excess = this.#excess(this.#text.value.trim());
    const limit = this.#client.limits.textBytes ?? Infinity;
    this.#count.textContent = excess > (countedFrom - 1) * limit ? String(-excess) : '';
    this.#count.classList.toggle('over', excess > 0);
  }
}
