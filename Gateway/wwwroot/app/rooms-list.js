import { avatar } from './avatar.js';
import { byId, el, icon, watchPresses } from './dom.js';
import { nameAndHandle, onNameLearned, roomTitle, roomTitleParts } from './names.js';

const iconOf = (room) => (room.archived ? 'archive' : room.kind === 'private' ? 'lock' : 'hash');

const byTitle = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Unread messages are counted up to here. */
const mostShown = 999;

/** The list of this user's rooms, with what is unread in each. */
export class RoomsList {
  #nav = byId('room-list');
  #client;
  #open;
  #current = null;
  #isDue = false;
  /** What the items were made from. */
  #drawn = null;
  #isPressed;

  /**
   * @param {import('../chat-client.js').ChatClient} client
   * @param {(room: string) => void} open
   */
  constructor(client, open) {
    this.#client = client;
    this.#open = open;
    this.#nav.addEventListener('keydown', (event) => this.#moveFocus(event));
    this.#isPressed = watchPresses(this.#nav, () => this.refresh());
    for (const type of ['room', 'event', 'presence', 'reset']) client.on(type, () => this.refresh());
    onNameLearned(() => this.refresh());
    this.refresh();
  }

  /** @param {string | null} room */
  select(room) {
    this.#current = room;
    this.refresh();
  }

  /** The room a number of places further down the list, around its ends. @param {number} places */
  neighbour(places) {
    const rooms = this.#sections().flatMap(([, list]) => list);
    if (rooms.length === 0) return null;
    const at = rooms.findIndex((room) => room.name === this.#current);
    return rooms[at < 0 ? 0 : (at + places + rooms.length) % rooms.length].name;
  }

  /** Draws the list once for all changes of a turn. */
  refresh() {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#render();
    });
  }

  #sections() {
    const me = this.#client.user;
    const rooms = [...this.#client.memberships.values()]
      .sort((a, b) => byTitle.compare(roomTitle(a, me), roomTitle(b, me)));
    return [
      ['Rooms', rooms.filter((room) => room.kind !== 'direct')],
      ['Direct messages', rooms.filter((room) => room.kind === 'direct')],
    ];
  }

  #render() {
    if (this.#isPressed()) return;
    const me = this.#client.user;
    const sections = this.#sections().filter(([, rooms]) => rooms.length > 0);
    // The items are made anew only when rooms come, go or change places: what is pressed or focused stays.
    const drawn = JSON.stringify(sections.map(([title, rooms]) => [title, rooms.map((room) => [room.name, iconOf(room), roomTitle(room, me)])]));
    if (drawn !== this.#drawn) this.#build(sections);
    this.#drawn = drawn;
    for (const item of this.#nav.querySelectorAll('.room-item')) {
      this.#describe(item, this.#client.memberships.get(item.dataset.room));
    }
    const unread = [...this.#client.memberships.values()].reduce((sum, room) => sum + room.unread, 0);
    const current = this.#client.memberships.get(this.#current);
    const place = current ? `${roomTitle(current, me)} · OrleansChat` : 'OrleansChat';
    document.title = unread > 0 ? `(${unread}) ${place}` : place;
  }

  #build(sections) {
    const focused = this.#nav.contains(document.activeElement) ? document.activeElement.dataset.room : undefined;
    this.#nav.replaceChildren(...sections.map(([title, rooms]) => el('section', {},
      el('h2', {}, title),
      el('ul', {}, ...rooms.map((room) => el('li', {}, this.#item(room)))))));
    if (sections.length === 0) this.#nav.append(el('p', { class: 'hint' }, 'You are in no room yet.'));
    if (focused) this.#nav.querySelector(`[data-room="${CSS.escape(focused)}"]`)?.focus();
  }

  #item(room) {
    const [name, handle] = roomTitleParts(room, this.#client.user);
    const other = room.otherThan(this.#client.user);
    return el('button', {
      type: 'button', class: 'room-item', 'data-testid': 'room-item', 'data-room': room.name,
      onclick: () => this.#open(room.name),
    },
      other === undefined ? icon(iconOf(room)) : avatar(other, name, 'small'),
      el('span', { class: 'room-item-text' }, ...nameAndHandle('room-item-name', name, handle)));
  }

  /** Brings an item up to date with what changes often. */
  #describe(item, room) {
    const { unread } = room;
    item.classList.toggle('has-unread', unread > 0);
    if (room.name === this.#current) item.setAttribute('aria-current', 'page');
    else item.removeAttribute('aria-current');
    item.querySelector('.avatar')?.classList.toggle('online', room.users.has(room.otherThan(this.#client.user)));
    const badge = item.querySelector('.badge') ?? el('span', { class: 'badge', 'data-testid': 'unread' });
    if (unread === 0) return badge.remove();
    badge.setAttribute('aria-label', `${unread} unread`);
    badge.textContent = unread > mostShown ? `${mostShown}+` : String(unread);
    if (!badge.isConnected) item.append(badge);
  }

  #moveFocus(event) {
    const items = [...this.#nav.querySelectorAll('button')];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined || event.altKey || !items[to]) return;
    event.preventDefault();
    items[to].focus();
  }
}
