import { avatar } from './avatar.js';
import { byId, el, icon } from './dom.js';
import { toggleMenu } from './menu.js';
import { moderationOf } from './moderation.js';
import { learnName, nameOf } from './names.js';

/** Members asked for at once; of larger rooms those online are seen all the same. */
const listed = 200;
const settledAfterMs = 1_000;

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Who is in the open room, and who of them is here now. */
export class People {
  #panel = byId('people');
  #toggle = byId('people-toggle');
  #count = byId('online-count');
  #client;
  #blocks;
  #actions;
  #room = null;
  /** @type {{user: string, role: string}[]} */
  #members = [];
  #hasMore = false;
  #leaving = null;
  /** What the panel was drawn from. */
  #drawn = '';

  /**
   * @param {import('../chat-client.js').ChatClient} client
   * @param {import('./blocks.js').Blocks} blocks
   * @param {{openDirect: (user: string) => void, invite: (room: string) => void, leave: (room: string) => void}} actions
   */
  constructor(client, blocks, actions) {
    this.#client = client;
    this.#blocks = blocks;
    this.#actions = actions;
    this.#toggle.addEventListener('click', () => this.#setOpen(this.#panel.hidden));
    this.#panel.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !isOverlay.matches) return;
      this.#setOpen(false);
      this.#toggle.focus();
    });
    client.on('presence', ({ room, joined, left }) => {
      if (room !== this.#room) return;
      const isNew = (user) => !this.#members.some((member) => member.user === user);
      if (joined.some(isNew)) this.#loadChanges();
      // They went offline, or left the room: the signal does not say. A crowd that goes is asked about once.
      else if (left.length > 0) this.#leaving ??= setTimeout(() => this.#loadChanges(), settledAfterMs);
      this.#render();
    });
    client.on('room', ({ room, change }) => {
      if (room.name === this.#room && change === 'updated') this.#render();
    });
    this.#setOpen(!isOverlay.matches);
    isOverlay.addEventListener('change', () => this.#setOpen(!isOverlay.matches));
  }

  /** @param {string | null} room */
  show(room) {
    if (isOverlay.matches) this.#setOpen(false);
    if (room !== this.#room) this.#members = [];
    this.#room = room;
    this.#render();
    if (!this.#panel.hidden) this.#load();
  }

  #setOpen(open) {
    this.#panel.hidden = !open;
    this.#toggle.setAttribute('aria-expanded', String(open));
    if (open && this.#room) this.#load();
    if (open && isOverlay.matches) this.#panel.querySelector('button')?.focus();
  }

  /** Of a room larger than the list, the list cannot be complete anyway. */
  #loadChanges() {
    clearTimeout(this.#leaving);
    this.#leaving = null;
    if (!this.#panel.hidden && !this.#hasMore) this.#load();
  }

  async #load() {
    const room = this.#room;
    if (!this.#client.memberships.has(room)) return;
    try {
      const { users, more } = await this.#client.members(room, { limit: listed });
      if (room !== this.#room) return;
      for (const { user, name } of users) learnName(user, name);
      this.#members = users;
      this.#hasMore = more;
      this.#render();
    } catch {
      // Those online are known without it, and it is asked again when the panel or the room is opened.
    }
  }

  #render() {
    const room = this.#client.memberships.get(this.#room);
    if (!room) {
      this.#drawn = '';
      return this.#panel.replaceChildren();
    }
    const roles = new Map(this.#members.map(({ user, role }) => [user, role]));
    // Of one's own the server tells at once.
    roles.set(this.#client.user, room.role);
    const sorted = (users) => users.sort((a, b) => byName.compare(nameOf(a), nameOf(b)));
    const online = sorted([...room.users]);
    const offline = sorted([...roles.keys()].filter((user) => !room.users.has(user)));
    this.#count.textContent = `${room.online} online`;
    // Drawn anew only when something changed: a button must not vanish from under the pointer.
    const named = (user) => [user, nameOf(user), roles.get(user)];
    const drawn = JSON.stringify([room.name, room.role, room.online, online.map(named), offline.map(named), this.#hasMore]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const { user: focused, menuOf } = this.#panel.contains(document.activeElement) ? document.activeElement.dataset : {};
    this.#panel.replaceChildren(
      el('header', { class: 'people-head' },
        el('h2', {}, 'People'),
        el('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: () => this.#setOpen(false) }, icon('close'))),
      el('div', { class: 'people-lists' },
        this.#list(`Online (${room.online})`, online, roles, true),
        offline.length > 0 && this.#list('Offline', offline, roles, false),
        this.#hasMore && el('p', { class: 'hint' }, 'And more.')),
      ...(room.kind === 'direct' ? [] : [this.#foot(room.name)]));
    if (focused) this.#panel.querySelector(`[data-user="${CSS.escape(focused)}"]`)?.focus();
    if (menuOf) this.#panel.querySelector(`[data-menu-of="${CSS.escape(menuOf)}"]`)?.focus();
  }

  #foot(room) {
    return el('footer', { class: 'people-foot' },
      el('button', { type: 'button', 'data-testid': 'invite', onclick: () => this.#actions.invite(room) }, 'Invite'),
      el('button', { type: 'button', 'data-testid': 'leave', onclick: () => this.#actions.leave(room) }, 'Leave room'));
  }

  #list(title, users, roles, online) {
    return el('section', {},
      el('h3', {}, title),
      el('ul', {}, ...users.map((user) => el('li', { class: 'person-row' },
        this.#person(user, roles.get(user), online),
        this.#menuButton(user, roles.get(user))))));
  }

  #menuButton(user, role) {
    const choices = () => this.#choices(user, role ?? 'member');
    if (choices().length === 0) return null;
    const label = `More about ${nameOf(user)}`;
    return el('button', {
      type: 'button', class: 'icon-button person-menu', 'data-testid': 'person-menu', 'data-menu-of': user, title: 'More',
      'aria-label': label, 'aria-haspopup': 'menu', 'aria-expanded': 'false', onclick: ({ currentTarget }) => toggleMenu(currentTarget, choices()),
    }, icon('more'));
  }

  #choices(user, role) {
    const room = this.#client.memberships.get(this.#room);
    const isSelf = user === this.#client.user;
    const isBlocked = this.#blocks.has(user);
    return [
      !isSelf && { label: 'Message', run: () => this.#actions.openDirect(user) },
      ...moderationOf(this.#client, room, { user, role }, () => this.#load()),
      !isSelf && {
        label: isBlocked ? 'Unblock' : 'Block', danger: !isBlocked, run: () => this.#blocks.set(user, !isBlocked),
      },
    ].filter(Boolean);
  }

  #person(user, role, online) {
    const name = nameOf(user);
    const tags = [user === this.#client.user && 'you', role !== 'member' && role].filter(Boolean);
    return el('button', {
      type: 'button', class: 'person', 'data-testid': 'person', 'data-user': user, 'data-online': String(online),
      title: `Message ${name}`, onclick: () => this.#actions.openDirect(user),
    },
      avatar(user, name, online ? 'small online' : 'small'),
      el('span', { class: 'person-text' },
        el('span', { class: 'person-name', dir: 'auto' }, name),
        tags.length > 0 && el('span', { class: 'person-tags' }, ...tags.map((tag) => el('span', { class: 'tag' }, tag)))));
  }
}

/** Where the panel lies over the conversation instead of beside it. The style sheet has the same width. */
const isOverlay = matchMedia('(max-width: 1000px)');
