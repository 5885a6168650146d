// A plot of the last minutes: lines, axes and a cursor that pointer or arrow keys move, a slider for who can't see it. Drawn in the pixels it has, so that text is no larger or smaller.

import { drawing, mark, say } from './dom.js';
import { pathOf } from './scale.js';
import { SECONDS } from './series.js';

const EDGE = { left: 46, right: 14, top: 8, bottom: 20 }; // style.css lays the strip of states under it by the same
const NARROW = 360; // too narrow for the unit at each minute
const MINUTE = 60;
const NO_SECOND = 'no second chosen';
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

export class Plot {
  #svg; #readout;
  #grid = drawing('g', { class: 'grid' });
  #marks = drawing('g', { class: 'marks' });
  #paths; #line = drawing('line', { class: 'cursor' });
  #width = 0; #height = 0;
  #drawn = null; // what draw was given last
  #cursor = null; // the second that is looked at

  /** @param {string[]} classes of the lines, the first on top */
  constructor(svg, readout, classes) {
    this.#svg = svg;
    this.#readout = readout;
    this.#paths = classes.map(name => drawing('path', { class: `curve ${name}` }));
    for (const [name, value] of Object.entries({ 'aria-valuemin': -SECONDS, 'aria-valuemax': 0 })) mark(svg, name, value);
    this.#tellCursor(0, NO_SECOND);
    svg.append(this.#grid, this.#marks, ...[...this.#paths].reverse(), this.#line);
    new ResizeObserver(([{ contentRect }]) => {
      this.#width = contentRect.width;
      this.#height = contentRect.height;
      mark(svg, 'viewBox', `0 0 ${this.#width} ${this.#height}`);
      this.#redraw();
    }).observe(svg);
    svg.addEventListener('pointermove', event => this.#point(event));
    svg.addEventListener('pointerdown', event => this.#point(event));
    svg.addEventListener('pointerleave', ({ pointerType }) => { if (pointerType === 'mouse') this.#look(null); }); // a finger has left as soon as it is lifted
    svg.addEventListener('keydown', event => this.#step(event));
    svg.addEventListener('blur', () => this.#look(null));
  }

  /**
   * @param {object} picture
   * @param {number} picture.second now; the lines end a second before
   * @param {number[][]} picture.lines values of the seconds that are over, oldest first, NaN where there is none
   * @param {{ticks: number[], share: (value: number) => number}} picture.scale
   * @param {(value: number) => string} picture.write a value beside the axis
   * @param {(values: number[]) => string} picture.tell one value of each line in words
   * @param {string} picture.label all of it in words, for who can't see it
   * @param {number[]} [picture.marks] values that a line goes across at
   */
  draw(picture) {
    this.#drawn = picture;
    if (document.activeElement !== this.#svg) mark(this.#svg, 'aria-label', picture.label); // it would be read out anew each second
    this.#redraw();
  }

  #redraw() {
    if (!this.#drawn || this.#width === 0) return;
    const { lines, scale, write, marks = [] } = this.#drawn;
    this.#grid.replaceChildren(...scale.ticks.map(tick => this.#tick(this.#y(tick), write(tick))), ...this.#minutes());
    this.#marks.replaceChildren(...marks.map(value => this.#across(this.#y(value))));
    for (const [i, values] of lines.entries()) mark(this.#paths[i], 'd', pathOf(values, one => this.#x(SECONDS - one), value => this.#y(value)));
    this.#drawCursor();
  }

  #x(ago) { return EDGE.left + (1 - ago / SECONDS) * (this.#width - EDGE.left - EDGE.right); }

  #y(value) { return EDGE.top + (1 - this.#drawn.scale.share(value)) * (this.#height - EDGE.top - EDGE.bottom); }

  #across(y) { return drawing('line', { x1: EDGE.left, x2: this.#width - EDGE.right, y1: y, y2: y }); }

  #tick(y, text) {
    return drawing('g', {}, this.#across(y), drawing('text', { x: EDGE.left - 6, y: y + 4, 'text-anchor': 'end' }, text));
  }

  * #minutes() {
    for (let ago = 0; ago <= SECONDS; ago += MINUTE) {
      const text = ago === 0 ? 'now' : `−${ago / MINUTE}${ago === SECONDS || this.#width >= NARROW ? ' min' : ''}`;
      yield drawing('text', { x: this.#x(ago), y: this.#height - 5, 'text-anchor': 'middle' }, text);
    }
  }

  #point({ clientX }) {
    if (!this.#drawn || this.#width === 0) return;
    const share = (clientX - this.#svg.getBoundingClientRect().left - EDGE.left) / (this.#width - EDGE.left - EDGE.right);
    this.#look(this.#drawn.second - Math.round((1 - share) * SECONDS));
  }

  #step(event) {
    if (!this.#drawn) return;
    const now = this.#drawn.second;
    const by = event.shiftKey ? 10 : 1;
    const to = { ArrowLeft: (this.#cursor ?? now) - by, ArrowRight: (this.#cursor ?? now) + by, Home: now - SECONDS, End: now - 1, Escape: null }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#look(to);
  }

  #look(second) {
    const now = this.#drawn?.second;
    this.#cursor = second === null ? null : Math.min(now - 1, Math.max(now - SECONDS, second));
    this.#drawCursor();
  }

  // It stays with its second, which wanders; so what is read out does not change by itself.
  #drawCursor() {
    const ago = this.#cursor === null ? null : this.#drawn.second - this.#cursor;
    if (ago === null || ago > SECONDS) {
      mark(this.#line, 'visibility', 'hidden');
      say(this.#readout, '');
      this.#tellCursor(0, NO_SECOND);
      return;
    }
    const x = this.#x(ago);
    for (const [name, value] of Object.entries({ x1: x, x2: x, y1: EDGE.top, y2: this.#height - EDGE.bottom, visibility: 'visible' })) mark(this.#line, name, value);
    const values = this.#drawn.lines.map(line => line[SECONDS - ago]);
    const what = Number.isNaN(values[0]) ? 'nothing' : this.#drawn.tell(values);
    const text = `${clock.format(performance.timeOrigin + this.#cursor * 1000)} ${what}`;
    say(this.#readout, text);
    this.#tellCursor(-ago, text);
  }

  #tellCursor(second, text) {
    mark(this.#svg, 'aria-valuenow', second);
    mark(this.#svg, 'aria-valuetext', text);
  }
}
