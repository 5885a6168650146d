// The channels that the subscription has brought: how much, how far and how long ago. Bounded, however many there are.

import { covers } from './client.js';
import { Series } from './series.js';

const MINUTE = 60;

const byName = (a, b) => (a.name < b.name ? -1 : 1);

const orders = {
  name: byName,
  rate: (a, b) => a.rate - b.rate || byName(a, b),
  seq: (a, b) => a.seq - b.seq,
  age: (a, b) => b.at - a.at || byName(a, b),
};

export class Channels {
  #known = new Map(); // name → {name, seq, at, bySecond, rate}
  #since; #most;
  #forgotten = 0;

  /**
   * @param {number} second from when on they are counted
   * @param {number} most Channels remembered. Full: the tenth that has been silent longest is forgotten; one that speaks again is new.
   */
  constructor(second, most = 2_000) {
    this.#since = second;
    this.#most = most;
  }

  get size() { return this.#known.size; }

  /** Channels that were forgotten, counted each time. */
  get forgotten() { return this.#forgotten; }

  /** @param {number} at when, in ms */
  heard(name, seq, second, at) {
    let one = this.#known.get(name);
    if (!one) {
      if (this.#known.size >= this.#most) this.#forget();
      one = { name, seq, at, bySecond: new Series(MINUTE), rate: 0 };
      this.#known.set(name, one);
    }
    one.seq = seq;
    one.at = at;
    one.bySecond.add(second);
  }

  /**
   * Those that the filter lets through, in order, at most so many: a pattern as in a subscription, or a part of the name.
   * @returns {{rows: {name: string, seq: number, at: number, rate: number, past: number[]}[], matching: number}} rate: messages a
   *   second in the last minute; past: messages in each of its seconds
   */
  list(second, { filter = '', order = 'name', isDescending = false, most = 200 } = {}) {
    const seconds = Math.max(1, Math.min(MINUTE, second - this.#since));
    const chosen = [...this.#known.values()].filter(filterOf(filter));
    for (const one of chosen) one.rate = one.bySecond.sum(second) / seconds;
    chosen.sort(orders[order]);
    if (isDescending) chosen.reverse();
    return {
      matching: chosen.length,
      rows: chosen.slice(0, most).map(({ name, seq, at, rate, bySecond }) => ({ name, seq, at, rate, past: bySecond.past(second).map(value => value || 0) })),
    };
  }

  #forget() {
    const silent = [...this.#known.values()].sort((a, b) => a.at - b.at).slice(0, Math.ceil(this.#most / 10));
    for (const { name } of silent) this.#known.delete(name);
    this.#forgotten += silent.length;
  }
}

function filterOf(text) {
  const wanted = text.trim();
  if (/[*>]/.test(wanted)) return ({ name }) => covers(wanted, name);
  const part = wanted.toLowerCase();
  return ({ name }) => name.toLowerCase().includes(part);
}
