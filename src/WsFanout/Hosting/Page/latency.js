// How long messages were on their way: quantiles of the last minute, and of each second for the plot.

import { Histogram } from './histogram.js';
import { SECONDS, Series } from './series.js';

const MINUTE = 60;

export const QUANTILES = [0.5, 0.95, 0.99];

export class Latencies {
  #bySecond = Array.from({ length: MINUTE }, () => new Histogram());
  #minute = new Histogram();
  #series = QUANTILES.map(() => new Series(SECONDS, NaN));
  #second = null;

  add(second, ms) {
    this.#turn(second);
    this.#bySecond[second % MINUTE].add(ms);
    this.#minute.add(ms);
  }

  /** The quantile of the last minute; NaN without a message in it. */
  recent(second, share) {
    this.#turn(second);
    return this.#minute.quantile(share);
  }

  /** Of each quantile what it was in each second that is over, oldest first; NaN in a second without a message. */
  past(second) {
    this.#turn(second);
    return this.#series.map(series => series.past(second));
  }

  #turn(second) {
    this.#second ??= second;
    // After a long sleep of the page each second of the minute is let go of once.
    let next = Math.max(this.#second + 1, second - MINUTE + 1);
    if (next > second) return;
    const over = this.#bySecond[this.#second % MINUTE];
    for (const [i, share] of QUANTILES.entries()) this.#series[i].set(this.#second, over.quantile(share));
    for (; next <= second; next++) {
      this.#minute.subtract(this.#bySecond[next % MINUTE]);
      this.#bySecond[next % MINUTE].clear();
    }
    this.#second = second;
  }
}
