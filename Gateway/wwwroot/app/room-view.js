import { Blocks } from './blocks.js';
import { Composer } from './composer.js';
import { closeDialogOfRoom } from './dialog.js';
import { byId } from './dom.js';
import { closeMenu, toggleMenu } from './menu.js';
import { archive, editTopic, liftBan, restore } from './moderation.js';
import { fullNameOf, nameAndHandle, onNameLearned, roomTitle, roomTitleParts } from './names.js';
import { People } from './people.js';
import { rightsIn } from './rights.js';
import { RoomNotice } from './room-notice.js';
import { Timeline } from './timeline.js';
import { explain, toast } from './toasts.js';

/** At this width the list and the room take turns. The style sheet has the same. */
const isNarrow = matchMedia('(max-width: 640px)');

/** The room that is open: its head, its messages, its composer and its people; and the page's address. */
export class RoomView {
  #client;
  #conversations;
  #onSelect;
  #composer;
  #timeline;
  #people;
  #blocks;
  #notice;
  #actions;
  /** @type {string | null} */
  #current = null;
  /** The room that this user is leaving at the moment. @type {string | null} */
  #leaving = null;
  /** Counts what this user asked to see: a room that takes long to join must not come over a later one. */
  #asked = 0;

  /**
   * @param {import('../chat-client.js').ChatClient} client
   * @param {Map<string, import('./conversation.js').Conversation>} conversations
   * @param {{onSelect: (room: string | null) => void, invite: (room: string) => void, leave: (room: string) => void}} actions
   */
  constructor(client, conversations, { onSelect, invite, leave }) {
    this.#client = client;
    this.#conversations = conversations;
    this.#onSelect = onSelect;
    const openDirect = (user) => this.open(client.directRoom(user));
    this.#composer = new Composer(client, () => this.#timeline.follow());
    this.#timeline = new Timeline({ me: () => client.user, openDirect }, () => this.#markRead());
    this.#actions = { invite, leave };
    this.#blocks = new Blocks(client, () => this.#notice.refresh());
    this.#people = new People(client, this.#blocks, { openDirect, invite, leave });
    this.#notice = new RoomNotice(client, {
      isBlocked: (user) => this.#blocks.has(user),
      unblock: (user) => this.#blocks.set(user, false),
      restore: (room) => restore(client, room),
    });
    byId('room-menu').addEventListener('click', ({ currentTarget }) =>
      toggleMenu(currentTarget, this.#choices(client.memberships.get(this.#current))));
    byId('back').addEventListener('click', () => this.close());
    window.addEventListener('popstate', () => this.#follow());
    window.addEventListener('focus', () => this.#markRead());
    document.addEventListener('visibilitychange', () => this.#markRead());
    client.on('typing', ({ room }) => room === this.#current && this.#renderTyping());
    client.on('room', ({ room, change, error }) => this.#roomChanged(room, change, error));
    onNameLearned((user) => this.#renamed(user));
  }

  get current() {
    return this.#current;
  }

  /**
   * Opens a room, joining it if need be. Of several that are being joined the last that was asked for is shown.
   * @param {string} asked its name, as far as the one who asks knows it
   */
  async open(asked) {
    const turn = ++this.#asked;
    const name = this.#client.memberships.has(asked) ? asked : await this.#join(asked);
    if (turn !== this.#asked) return;
    this.#composer.release();
    if (name === undefined) return;
    const room = this.#client.memberships.get(name);
    if (name !== this.#current) {
      this.#setAddress(name);
      this.#show(name);
    }
    if (room?.archived) byId('room-title').focus();
    else if (!isNarrow.matches) this.#composer.focus();
  }

  /** @param {string} asked @returns {Promise<string | undefined>} its name, if it could be joined */
  async #join(asked) {
    this.#composer.hold();
    try {
      return (await this.#client.join(asked))?.name;
    } catch (error) {
      toast(`${asked} could not be opened. ${explain(error)}`);
      return undefined;
    }
  }

  /** @param {string} room @returns {Promise<void>} */
  async leave(room) {
    this.#leaving = room;
    try {
      await this.#client.leave(room);
    } finally {
      this.#leaving = null;
    }
  }

  /** Goes back to the list of rooms. */
  close() {
    this.#asked++;
    this.#clear();
  }

  /** @param {{conversation: import('./conversation.js').Conversation, type: string}} change */
  update(change) {
    if (change.conversation.name === this.#current) {
      this.#timeline.update(change);
    } else {
      change.conversation.shrink();
    }
  }

  #clear() {
    this.#setAddress(null);
    this.#show(null);
  }

  #show(name) {
    const room = this.#client.memberships.get(name);
    const conversation = this.#conversations.get(name) ?? null;
    const title = room ? roomTitle(room, this.#client.user) : '';
    this.#current = name;
    // Of a room that is left or lost nothing can be chosen any more.
    closeMenu();
    byId('app').classList.toggle('has-room', name !== null);
    byId('welcome').hidden = name !== null;
    byId('room').hidden = name === null;
    this.#renderHead(room);
    this.#composer.show(conversation, title);
    this.#timeline.show(conversation, room && room.unread > 0 ? room.readSeq + 1 : null);
    this.#people.show(name);
    if (room?.kind === 'direct') this.#blocks.refresh();
    this.#renderTyping();
    this.#onSelect(name);
  }

  #roomChanged(room, change, error) {
    if (room.name !== this.#current) return;
    if (change === 'removed') {
      toast(this.#farewell(room, error));
      // Whatever is asked about it has no answer any more.
      closeDialogOfRoom();
      this.#clear();
      (isNarrow.matches ? byId('find-room') : byId('welcome-title')).focus();
    } else {
      this.#renderHead(room);
    }
  }

  #farewell(room, error) {
    const title = roomTitle(room, this.#client.user);
    if (room.name === this.#leaving) return `You have left ${title}.`;
    // Nobody can take that away.
    if (room.kind === 'direct') return `You have left ${title} in another window.`;
    return [
      `You are no longer in ${title}.`,
      error ? explain(error) : 'A moderator has removed you, or you have left it in another window.',
      room.kind === 'private' ? 'To come back you need an invitation.' : 'Unless you are banned you can find it and join again.',
      this.#composer.isUsed && 'What you were writing is kept until then.',
    ].filter(Boolean).join(' ');
  }

  #renderHead(room) {
    byId('room-title').replaceChildren(...(room ? nameAndHandle('room-title-name', ...roomTitleParts(room, this.#client.user)) : []));
    byId('room-topic').textContent = room?.topic ?? '';
    byId('room-topic').title = room?.topic ?? '';
    byId('room-archived').hidden = !room?.archived;
    byId('room-menu').hidden = this.#choices(room).length === 0;
    this.#notice.show(room);
  }

  /** @param {import('../chat-client.js').Room | undefined} room */
  #choices(room) {
    if (!room) return [];
    const client = this.#client;
    const other = room.otherThan(client.user);
    if (other !== undefined) {
      const isBlocked = this.#blocks.has(other);
      const toggle = { label: isBlocked ? 'Unblock' : 'Block', danger: !isBlocked, run: () => this.#blocks.set(other, !isBlocked) };
      return other === client.user ? [] : [toggle];
    }

    const may = rightsIn(client, room);
    return [
      may.topic && { label: 'Edit topic…', run: () => editTopic(client, room) },
      may.invite && { label: 'Invite…', run: () => this.#actions.invite(room.name) },
      may.moderate && { label: 'Lift a ban…', run: () => liftBan(client, room.name) },
      may.archive && room.archived && { label: 'Restore', run: () => restore(client, room.name) },
      may.archive && !room.archived && { label: 'Archive…', danger: true, run: () => archive(client, room.name) },
      { label: 'Leave…', danger: true, run: () => this.#actions.leave(room.name) },
    ];
  }

  #renamed(user) {
    const room = this.#client.memberships.get(this.#current);
    if (room?.otherThan(this.#client.user) !== user) return;
    this.#renderHead(room);
    this.#composer.name(roomTitle(room, this.#client.user));
  }

  #renderTyping() {
    const users = this.#client.memberships.get(this.#current)?.typing.map((user) => fullNameOf(user)) ?? [];
    byId('typing').textContent = users.length === 0 ? ''
      : users.length === 1 ? `${users[0]} is typing…`
      : users.length === 2 ? `${users[0]} and ${users[1]} are typing…`
      : 'Several people are typing…';
  }

  /** What is on the screen of a person who looks at it counts as read. */
  #markRead() {
    const room = this.#client.memberships.get(this.#current);
    if (room && this.#timeline.isAtEnd && document.visibilityState === 'visible' && document.hasFocus()) {
      this.#client.read(room.name, room.seq);
    }
  }

  #setAddress(room) {
    const address = new URL(location.href);
    if (room === null) address.searchParams.delete('room');
    else address.searchParams.set('room', room);
    if (address.href !== location.href) history.pushState(null, '', address);
  }

  /** The browser went back or forward. A room left meanwhile is not joined again for that. */
  #follow() {
    const name = new URLSearchParams(location.search).get('room');
    if (this.#client.memberships.has(name)) return this.open(name);
    this.#asked++;
    this.#show(null);
  }
}
