// One value for each second, as far back as a plot looks: a ring, so that time costs no memory. A second without a value is NaN.

/** How far the plots look back. */
export const SECONDS = 300;

export class Series {
  #values; #empty;
  #second = null;

  /**
   * @param {number} length whole seconds that are kept besides the running one
   * @param {number} empty what a second is, once it has begun, in which nothing happened
   */
  constructor(length, empty = 0) {
    this.#values = new Float64Array(length + 1).fill(NaN);
    this.#empty = empty;
  }

  /** Seconds only go up. */
  turn(second) {
    const from = this.#second === null ? second : Math.max(this.#second + 1, second - this.#values.length + 1);
    for (let one = from; one <= second; one++) this.#values[one % this.#values.length] = this.#empty;
    if (from <= second) this.#second = second;
  }

  add(second, amount = 1) {
    this.turn(second);
    this.#values[second % this.#values.length] += amount;
  }

  /** Also of a second that is over; one that is forgotten, or was before the first, is left alone. */
  set(second, value) {
    if (this.#second === null || second > this.#second) this.turn(second);
    if (second > this.#second - this.#values.length) this.#values[second % this.#values.length] = value;
  }

  /** The whole seconds that are over, oldest first. */
  past(second) {
    this.turn(second);
    const { length } = this.#values;
    return Array.from({ length: length - 1 }, (_, i) => this.#values[(second + 1 + i) % length]);
  }

  /** Their sum. */
  sum(second) {
    this.turn(second);
    let sum = 0;
    for (let i = 0; i < this.#values.length; i++) {
      const value = this.#values[i];
      if (i !== second % this.#values.length && value > 0) sum += value;
    }
    return sum;
  }
}
