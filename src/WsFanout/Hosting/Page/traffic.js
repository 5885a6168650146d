// What the client hears, as figures and over the last minutes: messages a second, and how long they were on their way.

import { at, say } from './dom.js';
import { Latencies, QUANTILES } from './latency.js';
import { Plot } from './plot.js';
import { decades, linear, mostOf } from './scale.js';
import { SECONDS, Series } from './series.js';
import { count, milliseconds, rate, short } from './words.js';

const RECENT = 5;
const NAMES = ['p50', 'p95', 'p99'];

export class Traffic {
  #rates; #latencies; #total;
  #ratePlot = new Plot(at('rate-plot'), at('rate-readout'), ['first']);
  #latencyPlot = new Plot(at('latency-plot'), at('latency-readout'), ['first', 'second', 'third']);

  constructor(second) { this.begin(second); }

  begin(second) {
    this.#rates = new Series(SECONDS);
    this.#rates.turn(second);
    this.#latencies = new Latencies();
    this.#total = 0;
  }

  /** @param {number | null} latency in ms; null when it says nothing of the server */
  message(second, latency) {
    this.#rates.add(second);
    if (latency !== null) this.#latencies.add(second, latency);
    this.#total++;
  }

  drawFigures(second) {
    const recent = this.#rates.past(second).slice(-RECENT).filter(value => !Number.isNaN(value));
    say(at('rate'), rate(recent.reduce((sum, value) => sum + value, 0) / (recent.length || 1)));
    say(at('total'), count(this.#total));
    for (const [i, id] of ['median', 'tail', 'worst'].entries()) say(at(id), milliseconds(this.#latencies.recent(second, QUANTILES[i])));
  }

  drawPlots(second) {
    const rates = this.#rates.past(second);
    this.#ratePlot.draw({
      second,
      lines: [rates],
      scale: linear(mostOf([rates], 4)),
      write: short,
      tell: ([value]) => `${count(value)} messages`,
      label: `messages a second in the last 5 minutes: ${rates.at(-1) || 0} in the last second, ${mostOf([rates], 0)} at most`,
    });

    const latencies = this.#latencies.past(second);
    const now = NAMES.map((name, i) => `${name} ${milliseconds(this.#latencies.recent(second, QUANTILES[i]))}`);
    this.#latencyPlot.draw({
      second,
      lines: latencies,
      scale: decades(mostOf(latencies, 10)),
      write: tick => (tick < 1000 ? `${tick} ms` : `${tick / 1000} s`),
      tell: values => values.map((value, i) => `${NAMES[i]} ${milliseconds(value)}`).join(', '),
      label: `latency in the last 5 minutes, each second for itself: ${now.join(', ')} in the last minute`,
    });
  }
}
