// The server's state as its /health tells it: beside its limits now, and over the last minutes.

import { at, drawing, element, mark, say } from './dom.js';
import { factsOf, metersOf, stateOf, summaryOf } from './health.js';
import { Plot } from './plot.js';
import { linear, mostOf } from './scale.js';
import { SECONDS, Series } from './series.js';
import { States } from './states.js';
import { span } from './words.js';

/** Between two answers that are no further apart the newer one is taken for what was. Seconds. */
const SHORT = 10;

/** So long after another process has answered than before it is said. Seconds. */
const CHANGE_SHOWN = 60;

/** In the strip of states, 10 high: the worse the higher. */
const HEIGHTS = { normal: 3, rejecting: 6, paused: 10 };

export class ServerPanel {
  #meters = new Map(); #facts = new Map();
  #states = new States(); #cpu = new Series(SECONDS, NaN);
  #plot = new Plot(at('cpu-plot'), at('cpu-readout'), ['first']);
  #marks = []; #toldAt = null;
  #startedAt = null; #changedAt = null;

  /** @param {object | null} health the answer, null when there was none */
  tell(health, isElsewhere, second) {
    at('server-elsewhere').hidden = !isElsewhere;
    at('server-known').hidden = isElsewhere;
    mark(at('server-known'), 'data-stale', !health);
    if (health) this.#meet(health.started_at, second);
    say(at('server-silent'), health ? this.#changeIn(second) : '/health does not answer; what stands here is what it said last.');
    if (!health) return;
    mark(at('server-state'), 'data-state', health.state);
    say(at('server-state'), stateOf(health));
    say(at('server-since'), `for ${span(health.state_seconds)}`);
    const meters = metersOf(health);
    for (const meter of meters) this.#drawMeter(meter);
    this.#marks = meters[0].marks;
    for (const [name, text, tone] of factsOf(health)) this.#drawFact(name, text, tone);
    this.#keep(health, second);
  }

  draw(second) {
    const cpu = this.#cpu.past(second);
    const last = cpu.filter(value => !Number.isNaN(value)).at(-1);
    this.#plot.draw({
      second,
      lines: [cpu],
      scale: linear(mostOf([cpu], 100)),
      write: tick => `${tick} %`,
      tell: ([value]) => `${value.toFixed(0)} %`,
      label: `CPU in percent of its limit in the last 5 minutes: ${last === undefined ? 'not known yet' : `${last.toFixed(0)} % now, ${mostOf([cpu], 0).toFixed(0)} % at most`}`,
      marks: this.#marks,
    });

    const runs = this.#states.runs(second);
    const summary = `state in the last 5 minutes: ${summaryOf(runs)}`;
    say(at('strip-summary'), summary);
    mark(at('strip'), 'aria-label', summary);
    at('strip').replaceChildren(...runs.map(({ name, from, to }) =>
      drawing('rect', { class: name, x: SECONDS - from, width: from - to, y: 10 - HEIGHTS[name], height: HEIGHTS[name] })));
  }

  // One process must not go on in the lines of another. The connection above may be to a third one.
  #meet(startedAt, second) {
    if (this.#startedAt !== null && this.#startedAt !== startedAt) {
      this.#states = new States();
      this.#cpu = new Series(SECONDS, NaN);
      this.#toldAt = null;
      this.#changedAt = second;
    }
    this.#startedAt = startedAt;
  }

  #changeIn(second) {
    if (this.#changedAt === null || second - this.#changedAt > CHANGE_SHOWN) return '';
    return 'Another process answers here than before: the server was started anew, or a balancer asks several, and each look shows another one.';
  }

  #keep(health, second) {
    const { percent } = health.checks.cpu;
    const from = this.#toldAt !== null && second - this.#toldAt <= SHORT ? this.#toldAt + 1 : second;
    for (let one = from; one <= second; one++) this.#cpu.set(one, percent);
    this.#toldAt = second;
    this.#states.tell(second, health.state, health.state_seconds);
  }

  #drawMeter({ key, percent, tone, text, hint, marks }) {
    if (!this.#meters.has(key)) this.#meters.set(key, new Meter(at(`meter-${key}`), at(`meter-${key}-text`), at(`meter-${key}-hint`)));
    this.#meters.get(key).draw(percent, tone, text, hint, marks);
  }

  #drawFact(name, text, tone) {
    if (!this.#facts.has(name)) {
      const value = element('dd');
      this.#facts.set(name, value);
      at('server-facts').append(element('div', {}, element('dt', {}, name), value));
    }
    const value = this.#facts.get(name);
    say(value, text);
    mark(value, 'class', tone);
  }
}

class Meter {
  #svg; #text; #hint;
  #bar = drawing('rect', { class: 'bar', width: 0, height: 8 });
  #marks = drawing('g');

  constructor(svg, text, hint) {
    this.#svg = svg;
    this.#text = text;
    this.#hint = hint;
    svg.append(drawing('rect', { class: 'track', width: 100, height: 8 }), this.#bar, this.#marks);
  }

  draw(percent, tone, text, hint, marks) {
    const width = Math.min(100, Math.max(0, percent));
    mark(this.#bar, 'width', width);
    mark(this.#svg, 'class', `meter ${tone}`);
    mark(this.#svg, 'aria-valuenow', width.toFixed(0));
    mark(this.#svg, 'aria-valuetext', text);
    say(this.#text, text);
    say(this.#hint, hint);
    if (this.#marks.childElementCount !== marks.length) this.#marks.replaceChildren(...marks.map(() => drawing('line', { y1: 0, y2: 8 })));
    for (const [i, at100] of marks.entries()) for (const name of ['x1', 'x2']) mark(this.#marks.children[i], name, at100);
  }
}
