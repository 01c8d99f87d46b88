import { byId, el, icon } from './dom.js';
import { endOf, isMuted, whenOneEnds } from './mutes.js';
import { fullNameOf } from './names.js';
import { rightsIn } from './rights.js';

/** Says above the message box what keeps this user from writing in the room that is open. */
export class RoomNotice {
  #place = byId('room-notice');
  #composer = byId('composer');
  #client;
  #actions;
  #room;
  #timer;
  #drawn = '';

  /**
   * @param {import('../chat-client.js').ChatClient} client
   * @param {{isBlocked: (user: string) => boolean, unblock: (user: string) => void, restore: (room: string) => void}} actions
   */
  constructor(client, actions) {
    this.#client = client;
    this.#actions = actions;
  }

  /** @param {import('../chat-client.js').Room | undefined} room */
  show(room) {
    this.#room = room;
    this.refresh();
  }

  refresh() {
    clearTimeout(this.#timer);
    const notice = this.#room && this.#noticeOf(this.#room);
    // An archived room is there to be read. What keeps only this user from writing may end at any moment.
    const isReadOnly = this.#room?.archived === true;
    const wasWriting = this.#composer.contains(document.activeElement);
    this.#composer.hidden = isReadOnly;
    if (isReadOnly && wasWriting) byId('room-title').focus();
    this.#place.hidden = !notice;
    const drawn = JSON.stringify([this.#room?.name, notice?.text, notice?.button]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#place.replaceChildren(...(notice ? [
      icon(notice.icon), el('span', {}, notice.text),
      notice.button && el('button', { type: 'button', class: 'link', onclick: notice.run }, notice.button),
    ].filter(Boolean) : []));
  }

  #noticeOf(room) {
    if (room.archived) {
      return {
        icon: 'archive', text: 'This room is archived: it can be read, and nobody can write in it.',
        ...(rightsIn(this.#client, room).archive && { button: 'Restore', run: () => this.#actions.restore(room.name) }),
      };
    }

    const other = room.otherThan(this.#client.user);
    if (other !== undefined && this.#actions.isBlocked(other)) {
      return {
        icon: 'block', text: `You have blocked ${fullNameOf(other)}: no messages go between you.`,
        button: 'Unblock', run: () => this.#actions.unblock(other),
      };
    }

    return this.#mute(room);
  }

  #mute(room) {
    const { mutedUntil } = room;
    if (!isMuted(mutedUntil) || rightsIn(this.#client, room).writeMuted) return undefined;
    this.#timer = whenOneEnds([mutedUntil], () => this.refresh());
    const end = endOf(mutedUntil);
    return { icon: 'mute', text: `You are muted in this room${end ? ` until ${end}` : ''}: you can read, and what you write is refused.` };
  }
}
