import { openDialog } from './dialog.js';
import { byId, el, icon } from './dom.js';
import { toId } from './ids.js';
import { explain } from './toasts.js';

const searchAfterMs = 200;

/**
 * @param {import('../chat-client.js').ChatClient} client
 * @param {(room: string) => void} openRoom
 */
export function newRoom(client, openRoom) {
  openDialog('new-room-dialog', async (data) => {
    const room = await client.create(toId(data.get('room')), {
      kind: data.get('kind'), topic: data.get('topic').trim() || undefined,
    });
    return room.name;
  }, openRoom);
}

/** @param {import('../chat-client.js').ChatClient} client @param {string} room */
export function invite(client, room) {
  byId('invite-title').textContent = `Invite someone to ${room}`;
  openDialog('invite-dialog', (data) => client.invite(room, toId(data.get('user'))));
}

/** @param {import('../chat-client.js').Room} room @param {() => Promise<void>} leaveIt */
export function leave({ name, kind }, leaveIt) {
  byId('leave-title').textContent = `Leave ${name}?`;
  byId('leave-dialog').querySelector('.hint').textContent = kind === 'private'
    ? 'It is private: to come back you need an invitation.'
    : 'You can join again at any time.';
  openDialog('leave-dialog', leaveIt);
}

/**
 * @param {import('../chat-client.js').ChatClient} client
 * @param {(room: string) => void} openRoom joins it if need be
 */
export function findRooms(client, openRoom) {
  const choose = (room) => {
    dialog.close();
    openRoom(room);
  };
  const dialog = openDialog('find-dialog', async () => {
    // Enter means the first room of what was typed, not of what is still shown; also of what is typed while that is asked for.
    clearTimeout(timer);
    while (isOpen() && shown !== wanted()) if (!await search()) return null;
    return results.querySelector('button[data-room]')?.dataset.room ?? null;
  }, openRoom);
  const results = dialog.querySelector('.results');
  const field = dialog.querySelector('input');
  const wanted = () => field.value.trim();
  let latest = 0;
  let shown = null;
  let timer;
  const typed = () => {
    clearTimeout(timer);
    timer = setTimeout(search, searchAfterMs);
  };
  // For this search, and not closed or opened for another one.
  const isOpen = () => dialog.open && field.oninput === typed;

  /** @returns {Promise<boolean>} whether it is worth asking again, should something else be wanted by then */
  const search = async (after) => {
    if (!isOpen()) return false;
    const turn = ++latest;
    const query = wanted();
    // A slow answer to an earlier query must not overwrite a later one, nor what is asked when the dialog is opened anew.
    const isOvertaken = () => !isOpen() || turn !== latest;
    try {
      const { rooms, more } = await client.rooms({ query: query || undefined, after, limit: 50 });
      if (isOvertaken()) return true;
      shown = query;
      results.querySelector('.more')?.remove();
      if (after === undefined) results.replaceChildren();
      results.append(...rooms.filter(({ kind }) => kind !== 'direct').map((room) => result(room, choose)));
      if (more) results.append(el('button', { type: 'button', class: 'more', onclick: () => search(rooms.at(-1).room) }, 'More rooms'));
      if (results.childElementCount === 0) results.append(el('p', { class: 'hint' }, 'No room like that.'));
      return true;
    } catch (error) {
      if (!isOvertaken()) results.replaceChildren(el('p', { class: 'field-error' }, explain(error)));
      return false;
    }
  };

  field.oninput = typed;
  results.replaceChildren();
  search();
}

function result({ room, kind, topic, members, member, archived }, choose) {
  return el('button', { type: 'button', class: 'result', 'data-room': room, 'data-testid': 'find-result', onclick: () => choose(room) },
    icon(kind === 'private' ? 'lock' : 'hash'),
    el('span', { class: 'result-text' },
      el('b', { dir: 'auto' }, room),
      topic && el('span', { class: 'hint', dir: 'auto' }, topic)),
    archived && el('span', { class: 'tag' }, 'archived'),
    el('span', { class: 'hint' }, members === 1 ? '1 member' : `${members} members`),
    el('span', { class: 'tag' }, member ? 'Open' : 'Join'));
}
