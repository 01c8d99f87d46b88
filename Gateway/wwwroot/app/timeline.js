import { byId } from './dom.js';
import { eventEntry, pendingEntry } from './message-view.js';
import { nameOf } from './names.js';
import { explain, toast } from './toasts.js';

/** Messages in the document at once: enough for several screens, few enough to lay out in a moment. */
const windowSize = 240;
const step = 60;
/** More is made ready when the edge comes this near, in pixels. */
const edge = 600;
/** Still counted as looking at the newest, in pixels. */
const slack = 48;

/**
 * Shows a window of a conversation's messages. It grows at the edge that is scrolled to and is cut at the other,
 * and what the reader looks at stays where it is while that happens.
 */
export class Timeline {
  #scroller = byId('timeline');
  #entries = byId('entries');
  #pending = byId('pending');
  #start = byId('timeline-start');
  #jump = byId('jump');
  #context;
  #onEnd;
  /** @type {import('./conversation.js').Conversation | null} */
  #conversation = null;
  #firstUnread = null;
  /** The messages in the document: from the index `#top` up to before `#bottom`. */
  #top = 0;
  #bottom = 0;
  /** Messages appended to the conversation since the last drawing. */
  #fresh = 0;
  #frame = null;
  /** Messages that came while the reader looked at older ones. */
  #missed = 0;
  /** What the pending messages in the document were drawn from. */
  #drawnPending = '';
  #follows = true;

  /**
   * @param {{me: () => string, openDirect: (user: string) => void}} context
   * @param {() => void} onEnd the reader has come to the newest message
   */
  constructor({ me, openDirect }, onEnd) {
    this.#context = { me, openDirect };
    this.#onEnd = onEnd;
    this.#scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.#jump.addEventListener('click', () => this.#toEnd());
    // The composer grows, a phone's keyboard comes up, a font arrives: the newest message stays in view.
    const resized = new ResizeObserver(() => this.#follows && this.#scrollToEnd());
    resized.observe(this.#scroller);
    resized.observe(this.#entries);
    resized.observe(this.#pending);
  }

  /** Whether the newest message is in view. */
  get isAtEnd() {
    return this.#conversation !== null && this.#follows;
  }

  /**
   * @param {import('./conversation.js').Conversation | null} conversation
   * @param {number | null} firstUnread the seq to mark as the first new one
   */
  show(conversation, firstUnread) {
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#conversation = conversation;
    this.#firstUnread = firstUnread;
    if (conversation) this.#toEnd();
  }

  /** Shows the newest message, and goes on doing so. */
  follow() {
    if (!this.#follows) this.#toEnd();
  }

  /** @param {{conversation: object, type: string, count?: number}} change */
  update({ conversation, type, count }) {
    if (conversation !== this.#conversation) return;
    if (type === 'append') this.#fresh++;
    if (type === 'append' || type === 'pending') this.#drawSoon();
    else if (type === 'prepend') this.#prepended(count);
    else if (type === 'reset') this.#toEnd();
    else this.#renderStart();
  }

  /** Once a frame, however many messages come in it; in a tab that nobody sees, once it is seen. */
  #drawSoon() {
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
    const { length } = this.#conversation.messages;
    const fresh = this.#fresh;
    const reachesThem = this.#bottom === length - fresh;
    this.#fresh = 0;
    if (this.#follows && fresh > step) return this.#toEnd();
    if (this.#follows) {
      this.#insertBelow(length);
      this.#cutAbove();
    } else {
      if (reachesThem) this.#insertBelow(Math.max(this.#bottom, Math.min(length, this.#top + windowSize)));
      this.#missed += fresh;
    }
    this.#renderPending();
    this.#renderStart();
    if (this.#follows) this.#scrollToEnd();
    if (this.#follows && fresh > 0) this.#reachedEnd();
    else this.#renderBelow();
  }

  #prepended(count) {
    this.#top += count;
    this.#bottom += count;
    this.#draw();
    this.#growUp();
    this.#fill();
  }

  #scrolled() {
    if (!this.#conversation) return;
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const below = scrollHeight - clientHeight - scrollTop;
    this.#follows = below <= slack && this.#bottom === this.#conversation.messages.length - this.#fresh;
    if (this.#fresh > 0) this.#draw();
    if (this.#follows) this.#reachedEnd();
    else if (below < edge && this.#bottom < this.#conversation.messages.length) this.#growDown();
    this.#renderBelow();
    this.#fill();
  }

  /** Makes more ready above when the upper edge is near, from what is here or from history. */
  #fill() {
    while (this.#top > 0 && this.#scroller.scrollTop <= edge) this.#growUp();
    if (this.#scroller.scrollTop <= edge) {
      this.#conversation.loadOlder().catch((error) => toast(`Earlier messages could not be read. ${explain(error)}`));
    }
    this.#renderStart();
  }

  #growUp() {
    this.#keepPlace(() => {
      this.#insertAbove(Math.max(0, this.#top - step));
      if (!this.#follows) this.#cutBelow();
    });
    if (this.#follows) this.#scrollToEnd();
  }

  #growDown() {
    this.#keepPlace(() => {
      this.#insertBelow(Math.min(this.#conversation.messages.length, this.#bottom + step));
      this.#cutAbove();
    });
  }

  /** Starts over with the newest messages. */
  #toEnd() {
    const { messages } = this.#conversation;
    this.#scroller.setAttribute('aria-busy', 'true');
    this.#entries.replaceChildren();
    this.#bottom = messages.length;
    this.#top = messages.length;
    this.#fresh = 0;
    this.#insertAbove(Math.max(0, messages.length - step));
    this.#renderPending();
    this.#renderStart();
    this.#follows = true;
    this.#scrollToEnd();
    this.#scroller.removeAttribute('aria-busy');
    this.#reachedEnd();
    this.#fill();
  }

  #reachedEnd() {
    this.#missed = 0;
    this.#renderBelow();
    this.#onEnd();
  }

  #insertAbove(top) {
    if (top === this.#top) return;
    this.#scroller.setAttribute('aria-busy', 'true');
    const above = Array.from({ length: this.#top - top }, (_, offset) => this.#entry(top + offset));
    // What was the first now has one above it, with which it may share its day and its head.
    if (this.#bottom > this.#top) this.#entries.firstChild.replaceWith(this.#entry(this.#top));
    this.#entries.prepend(...above);
    this.#top = top;
    this.#scroller.removeAttribute('aria-busy');
  }

  #insertBelow(bottom) {
    this.#entries.append(...Array.from({ length: bottom - this.#bottom }, (_, offset) => this.#entry(this.#bottom + offset)));
    this.#bottom = bottom;
  }

  #cutAbove() {
    for (; this.#bottom - this.#top > windowSize; this.#top++) this.#entries.firstChild.remove();
  }

  #cutBelow() {
    for (; this.#bottom - this.#top > windowSize; this.#bottom--) this.#entries.lastChild.remove();
  }

  #entry(index) {
    const { messages } = this.#conversation;
    return eventEntry(messages[index], messages[index - 1], {
      me: this.#context.me(), firstUnread: this.#firstUnread, openDirect: this.#context.openDirect,
    });
  }

  #renderPending() {
    const conversation = this.#conversation;
    // Drawn anew only for a change of their own: a button must not vanish from under the pointer.
    const drawn = JSON.stringify([conversation.name, ...conversation.pending.values()]);
    if (drawn === this.#drawnPending) return;
    this.#drawnPending = drawn;
    const me = this.#context.me();
    const last = conversation.messages.at(-1);
    let previous = last && { ...last, at: new Date(last.at) };
    const name = nameOf(me);
    this.#pending.replaceChildren(...[...conversation.pending.values()].map((pending) => {
      const entry = pendingEntry(pending, previous, {
        me, name,
        retry: (key) => conversation.retry(key),
        discard: (key) => conversation.giveUp(key),
      });
      previous = { from: me, at: pending.at };
      return entry;
    }));
  }

  #renderStart() {
    const { more, loading, messages } = this.#conversation;
    if (more || this.#top > 0) this.#start.textContent = loading ? 'Loading earlier messages…' : '';
    else this.#start.textContent = messages.length > 0 ? 'This is where it all began.' : 'Nothing here yet. Say something!';
  }

  /** What is below the window: pending messages, or others and a way to get there. */
  #renderBelow() {
    this.#pending.hidden = this.#bottom < this.#conversation.messages.length;
    this.#jump.hidden = this.#follows;
    this.#jump.lastElementChild.textContent = this.#missed > 0 ? `${this.#missed} new` : 'Newest';
  }

  #scrollToEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** Not every browser anchors its scrolling, and none does at the very top. */
  #keepPlace(change) {
    const edgeTop = this.#scroller.getBoundingClientRect().top;
    const isInView = (entry) => entry.getBoundingClientRect().bottom > edgeTop;
    // An entry about to be made anew would lose the place: the second in view is as good a mark as the first.
    const inView = [...this.#entries.children].findIndex(isInView);
    const mark = this.#entries.children[inView === 0 ? 1 : inView];
    const was = mark?.getBoundingClientRect().top;
    change();
    if (mark?.isConnected) this.#scroller.scrollTop += mark.getBoundingClientRect().top - was;
  }
}
