import { avatar } from './avatar.js';
import { arrange, byId, el, icon, watchPresses } from './dom.js';
import { toggleMenu } from './menu.js';
import { moderationOf } from './moderation.js';
import { endOf, isMuted, whenOneEnds } from './mutes.js';
import { fullNameOf, handleOf, learnName, nameAndHandle, nameOf } from './names.js';
import { rightsIn } from './rights.js';

/** Members asked for at once; of larger rooms those online are seen all the same. */
const listed = 200;
const settledAfterMs = 1_000;
/** What other moderators do is told to nobody but whom they do it to. */
const moderatedEveryMs = 15_000;

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
  /** @type {{user: string, role: string, mutedUntil?: string}[]} */
  #members = [];
  #hasMore = false;
  /** Counts what was asked: an earlier answer that comes late tells nothing new. */
  #asked = 0;
  #leaving = null;
  /** What the panel was drawn from. */
  #drawn = '';
  /** Its parts, by what each was drawn from: those that have not changed stay, with the focus that they may have. @type {Map<string, HTMLElement>} */
  #parts = new Map();
  /** Set to the next end of a mute of those who are listed. */
  #muteTimer;
  /** A menu of the panel is open: the button that it belongs to stays. */
  #hasMenu = false;
  #isPressed;

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
    this.#isPressed = watchPresses(this.#panel, () => this.#render());
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
    client.on('state', ({ state }) => state === 'online' && this.#loadIfSeen());
    document.addEventListener('visibilitychange', () => this.#loadIfSeen());
    setInterval(() => this.#mayModerate && this.#loadIfSeen(), moderatedEveryMs);
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

  #loadIfSeen() {
    if (!this.#panel.hidden && document.visibilityState === 'visible') this.#load();
  }

  get #mayModerate() {
    const room = this.#client.memberships.get(this.#room);
    return room !== undefined && rightsIn(this.#client, room).moderate;
  }

  async #load() {
    const room = this.#room;
    if (!this.#client.memberships.has(room)) return;
    const asked = ++this.#asked;
    this.#panel.setAttribute('aria-busy', 'true');
    try {
      const { users, more } = await this.#client.members(room, { limit: listed });
      if (room !== this.#room || asked !== this.#asked) return;
      for (const { user, name } of users) learnName(user, name);
      this.#members = users;
      this.#hasMore = more;
      this.#render();
    } catch {
      // Those online are known without it, and it is asked again when the panel or the room is opened.
    } finally {
      if (asked === this.#asked) this.#panel.removeAttribute('aria-busy');
    }
  }

  #render() {
    if (this.#hasMenu || this.#isPressed()) return;
    clearTimeout(this.#muteTimer);
    const room = this.#client.memberships.get(this.#room);
    if (!room) {
      this.#drawn = '';
      this.#parts.clear();
      return this.#panel.replaceChildren();
    }
    const members = this.#listed(room);
    this.#muteTimer = whenOneEnds([...members.values()].map(({ mutedUntil }) => mutedUntil), () => this.#render());
    const sorted = (users) => users
      .sort((a, b) => byName.compare(nameOf(a), nameOf(b)))
      .map((user) => members.get(user) ?? { user, role: 'member' });
    const online = sorted([...room.users]);
    const offline = sorted([...members.keys()].filter((user) => !room.users.has(user)));
    this.#count.textContent = `${room.online} online`;
    const named = (member) => [member, nameOf(member.user)];
    const drawn = JSON.stringify([
      room.name, room.role, this.#client.isAdministrator, room.online, online.map(named), offline.map(named), this.#hasMore,
    ]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#draw(room, online, offline);
  }

  #draw(room, online, offline) {
    const { user: focused, menuOf } = this.#panel.contains(document.activeElement) ? document.activeElement.dataset : {};
    const parts = new Map();
    const part = (from, make) => {
      const key = JSON.stringify(from);
      const made = this.#parts.get(key) ?? make();
      parts.set(key, made);
      return made;
    };
    const list = (title, members, isOnline) => {
      const section = part(['list', isOnline], () => el('section', {}, el('h3'), el('ul')));
      section.firstChild.textContent = title;
      arrange(section.lastChild, members.map((member) => part(
        ['row', room.name, room.role, this.#client.isAdministrator, isOnline, member, nameOf(member.user)],
        () => el('li', { class: 'person-row' }, this.#person(member, isOnline), this.#menuButton(member)))));
      return section;
    };
    const lists = part(['lists'], () => el('div', { class: 'people-lists' }));
    arrange(lists, [
      list(`Online (${room.online})`, online, true),
      offline.length > 0 && list('Offline', offline, false),
      this.#hasMore && part(['more'], () => el('p', { class: 'hint' }, 'And more.')),
    ].filter(Boolean));
    const { invite } = rightsIn(this.#client, room);
    arrange(this.#panel, [
      part(['head'], () => this.#head()),
      lists,
      room.kind !== 'direct' && part(['foot', room.name, invite], () => this.#foot(room.name, invite)),
    ].filter(Boolean));
    this.#parts = parts;
    if (this.#panel.contains(document.activeElement)) return;
    if (focused) this.#panel.querySelector(`[data-user="${CSS.escape(focused)}"]`)?.focus();
    if (menuOf) this.#panel.querySelector(`[data-menu-of="${CSS.escape(menuOf)}"]`)?.focus();
  }

  /**
   * The members whom the server has listed, this user in any case, and until when they are muted, if they are.
   * @returns {Map<string, {user: string, role: string, muted?: boolean, mutedUntil?: string}>}
   */
  #listed(room) {
    const users = new Map(this.#members.map((member) => [member.user, member]));
    // Of one's own the server tells at once.
    users.set(this.#client.user, { user: this.#client.user, role: room.role, mutedUntil: room.mutedUntil });
    for (const [user, { role, mutedUntil }] of users) {
      const muted = isMuted(mutedUntil);
      users.set(user, { user, role, muted, mutedUntil: muted ? mutedUntil : undefined });
    }
    return users;
  }

  #head() {
    return el('header', { class: 'people-head' },
      el('h2', {}, 'People'),
      el('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: () => this.#setOpen(false) }, icon('close')));
  }

  #foot(room, mayInvite) {
    return el('footer', { class: 'people-foot' },
      mayInvite && el('button', { type: 'button', 'data-testid': 'invite', onclick: () => this.#actions.invite(room) }, 'Invite'),
      el('button', { type: 'button', 'data-testid': 'leave', onclick: () => this.#actions.leave(room) }, 'Leave room'));
  }

  #menuButton(member) {
    const choices = () => this.#choices(member);
    if (choices().length === 0) return null;
    const label = `More about ${fullNameOf(member.user)}`;
    return el('button', {
      type: 'button', class: 'icon-button person-menu', 'data-testid': 'person-menu', 'data-menu-of': member.user, title: 'More',
      'aria-label': label, 'aria-haspopup': 'menu', 'aria-expanded': 'false', onclick: ({ currentTarget }) => this.#toggleMenu(currentTarget, choices()),
    }, icon('more'));
  }

  #toggleMenu(opener, choices) {
    toggleMenu(opener, choices, () => {
      this.#hasMenu = false;
      this.#render();
    });
    this.#hasMenu = opener.getAttribute('aria-expanded') === 'true';
  }

  #choices(member) {
    const { user } = member;
    const room = this.#client.memberships.get(this.#room);
    const isSelf = user === this.#client.user;
    const isBlocked = this.#blocks.has(user);
    return [
      !isSelf && { label: 'Message', run: () => this.#actions.openDirect(user) },
      ...moderationOf(this.#client, room, member, () => this.#load()),
      !isSelf && {
        label: isBlocked ? 'Unblock' : 'Block', danger: !isBlocked, run: () => this.#blocks.set(user, !isBlocked),
      },
    ].filter(Boolean);
  }

  #person({ user, role, mutedUntil }, online) {
    const name = nameOf(user);
    const tags = [user === this.#client.user && 'you', role !== 'member' && role].filter(Boolean).map((tag) => el('span', { class: 'tag' }, tag));
    if (mutedUntil) tags.push(muteTag(mutedUntil));
    return el('button', {
      type: 'button', class: 'person', 'data-testid': 'person', 'data-user': user, 'data-online': String(online),
      title: `Message ${fullNameOf(user)}`, onclick: () => this.#actions.openDirect(user),
    },
      avatar(user, name, online ? 'small online' : 'small'),
      el('span', { class: 'person-text' },
        ...nameAndHandle('person-name', name, handleOf(user)),
        tags.length > 0 && el('span', { class: 'person-tags' }, ...tags)));
  }
}

function muteTag(until) {
  const end = endOf(until);
  const text = end ? `muted until ${end}` : 'muted for good';
  return el('span', { class: 'muted-mark', role: 'img', 'data-testid': 'muted', title: text, 'aria-label': text }, icon('mute'));
}

/** Where the panel lies over the conversation instead of beside it. The style sheet has the same width. */
const isOverlay = matchMedia('(max-width: 1000px)');
