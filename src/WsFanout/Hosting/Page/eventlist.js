// The list of what the connection met: all of it, or one kind.

import { at, element, mark, say } from './dom.js';
import { Events, KINDS } from './events.js';

const MOST = 100;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

export class EventList {
  #events = new Events(MOST);
  #kind = null; #shown = 0; #isAnother = false;
  #buttons = [null, ...KINDS].map(kind => {
    const number = element('span');
    return { kind, number, button: element('button', { type: 'button' }, `${kind ?? 'all'} `, number) };
  });

  /** @param {() => void} redraw asks for a drawing soon */
  constructor(redraw) {
    for (const { kind, button } of this.#buttons) {
      button.addEventListener('click', () => {
        this.#kind = kind;
        this.#isAnother = true;
        redraw();
      });
      at('event-kinds').append(button);
    }
  }

  add(kind, text, tone = '') { this.#events.add(kind, text, tone, Date.now()); }

  draw() {
    for (const { kind, number, button } of this.#buttons) {
      say(number, String(this.#events.count(kind)));
      mark(button, 'aria-pressed', kind === this.#kind);
    }
    const list = at('events');
    // Another choice of the same is no news: only what comes is read out.
    mark(list, 'aria-live', this.#isAnother ? 'off' : 'polite');
    if (this.#isAnother) {
      list.replaceChildren();
      this.#shown = 0;
      this.#isAnother = false;
    }
    list.prepend(...this.#events.newest({ kind: this.#kind, above: this.#shown, most: MOST }).map(lineOf));
    while (list.childElementCount > MOST) list.lastElementChild.remove();
    this.#shown = this.#events.serial;
  }
}

const lineOf = ({ kind, text, tone, at: time }) => element('li', { class: tone, 'data-kind': kind }, `${clock.format(time)} ${text}`);
