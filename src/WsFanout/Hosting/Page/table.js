// The channels as a table that can be sorted and filtered; of very many a part is shown and the rest counted.

import { Channels } from './channels.js';
import { at, drawing, element, mark, say } from './dom.js';
import { age, count, rate } from './words.js';

const MOST = 200;

/** The way each order begins: the busiest, the furthest and the freshest first. */
const BEGINS_DESCENDING = { name: false, rate: true, seq: true, age: false };

export class ChannelTable {
  #channels; #lines = [];
  #order = 'name'; #isDescending = false;
  #isFiltered = false; // anew: what it leaves is announced, once

  /** @param {() => void} redraw asks for a drawing soon */
  constructor(second, redraw) {
    this.begin(second);
    at('channel-filter').addEventListener('input', () => {
      this.#isFiltered = true;
      redraw();
    });
    at('channel-head').addEventListener('click', ({ target }) => {
      const { order } = target.dataset;
      if (!order) return;
      this.#isDescending = order === this.#order ? !this.#isDescending : BEGINS_DESCENDING[order];
      this.#order = order;
      redraw();
    });
  }

  begin(second) { this.#channels = new Channels(second); }

  heard({ channel, seq }, second) { this.#channels.heard(channel, seq, second, performance.now()); }

  draw(second) {
    const filter = at('channel-filter').value;
    const { rows, matching } = this.#channels.list(second, { filter, order: this.#order, isDescending: this.#isDescending, most: MOST });
    say(at('known'), count(this.#channels.size));
    const words = this.#countOf(rows.length, matching, filter);
    say(at('channel-count'), words);
    if (this.#isFiltered) say(at('channel-found'), words);
    this.#isFiltered = false;
    for (const button of at('channel-head').querySelectorAll('button')) {
      const isOrder = button.dataset.order === this.#order;
      mark(button.closest('th'), 'aria-sort', isOrder ? (this.#isDescending ? 'descending' : 'ascending') : 'none');
    }
    while (this.#lines.length < rows.length) this.#lines.push(new Line(at('channel-rows')));
    while (this.#lines.length > rows.length) this.#lines.pop().remove();
    const now = performance.now();
    for (const [i, row] of rows.entries()) this.#lines[i].draw(row, now);
  }

  #countOf(shown, matching, filter) {
    const { size, forgotten } = this.#channels;
    if (size === 0) return 'No channel yet.';
    const parts = [size === 1 ? '1 channel' : `${count(size)} channels`];
    if (filter.trim()) parts.push(`${count(matching)} fit the filter`);
    if (shown < matching) parts.push(`${count(shown)} shown, ${count(matching - shown)} more not`);
    if (forgotten > 0) parts.push(`${count(forgotten)} more forgotten, the longest silent first`);
    return parts.join('; ');
  }
}

class Line {
  #row = element('tr'); #cells; #curve = drawing('polyline');

  constructor(body) {
    this.#cells = ['name', 'number', 'number seq', 'number'].map(kind => element('td', { class: kind }));
    const spark = drawing('svg', { class: 'spark', viewBox: '0 0 59 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, this.#curve);
    this.#row.append(...this.#cells, element('td', {}, spark));
    body.append(this.#row);
  }

  draw({ name, seq, at: heardAt, rate: perSecond, past }, now) {
    const [nameCell, ...others] = this.#cells;
    say(nameCell, name);
    mark(nameCell, 'title', name);
    for (const [i, text] of [rate(perSecond), String(seq), age((now - heardAt) / 1000)].entries()) say(others[i], text);
    const most = Math.max(1, ...past);
    mark(this.#curve, 'points', past.map((value, i) => `${i},${(9.5 - 9 * value / most).toFixed(1)}`).join(' '));
  }

  remove() { this.#row.remove(); }
}
