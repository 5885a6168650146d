'use strict';

const { Figures } = require('../figures.cjs');
const { ProcessWatch } = require('../process-watch.cjs');
const { PublishSum } = require('./publish-sum.cjs');
const { Series, rowOf, shown } = require('./series.cjs');
const { Window } = require('./window.cjs');

const lookEveryMs = 1000;

/**
 * Asks all processes once a second what they have seen since the last time, and gives it to everybody who adds it up: the totals, the
 * series, the windows that are open. Windows open and close at a look of their own, so they hold exactly what came in between.
 */
class Looks {
  constructor(load) {
    this.load = load;
    this.clock = load.clock;
    this.total = new Figures(load.clock, load.groups.names.length, Math.max(1, load.settings.userClasses.length));
    this.publishing = new PublishSum();
    this.series = new Series();
    this.latest = null;
    this.latestLook = null;
    this.windows = new Set();
    this.phase = null;
    this.turn = Promise.resolve(); // looks come one after the other
    this.failure = null;
    this.watch = null;
    this.timers = [];
  }

  start() {
    const { load } = this;
    this.watch = new ProcessWatch(this.clock);
    this.timers = [setInterval(() => this._regularly(), lookEveryMs), setInterval(() => load.facts.look(), load.settings.metricsEveryMs)];
    this.isLooking = false;
  }

  /** A process of the generator ended while nobody was waiting for it. */
  throwIfFailed() {
    if (this.failure !== null) throw this.failure;
  }

  async open(name) {
    const askedAt = this.clock.now();
    await this.load.facts.lookAnew();
    let window = null;
    await this._look(() => { window = this._newWindow(name, askedAt); });
    return window;
  }

  async close(window) {
    await this.load.facts.lookAnew();
    await this._look(() => this.windows.delete(window));
    return this._tell(window);
  }

  /** Closes the phase under way and opens the next one at the same look. @returns the closed one, told, or null */
  async begin(name) {
    const askedAt = this.clock.now();
    await this.load.facts.lookAnew();
    const ended = this.phase;
    await this._look(() => {
      this.windows.delete(ended);
      this.phase = this._newWindow(name, askedAt);
    });
    return ended === null ? null : this._tell(ended);
  }

  stop() {
    this.timers.forEach(clearInterval);
    this.watch?.end();
  }

  _newWindow(name, askedAt) {
    const { groups, settings } = this.load;
    const window = new Window(name, groups, settings.userClasses, this.clock);
    window.askedAt = askedAt;
    this.windows.add(window);
    return window;
  }

  _tell(window) {
    const server = this.load.facts.between(window.askedAt, this.clock.now());
    if (server.silentSince !== null) server.silentSince = Number(((server.silentSince - this.load.startedAt) / 1000).toFixed(1));
    const told = window.tell(this.load.startedAt, this.load.clients, server);
    const { subscribed, connecting } = told.clients;
    told.generator.ports = { usedOfAnAddress: Math.ceil((subscribed + connecting) / this.load.sources.length), available: this.load.limits.ports };
    return told;
  }

  /** When the one before is not back yet, its answers will hold more. */
  _regularly() {
    if (this.isLooking) return;
    this.isLooking = true;
    this._look(() => {}).catch((error) => { this.failure ??= error; }).finally(() => { this.isLooking = false; });
  }

  /** @param {() => void} atEnd called before anything else can look */
  _look(atEnd) {
    const look = this.turn.then(async () => {
      this._add(await this._ask());
      atEnd();
    });
    this.turn = look.catch(() => {});
    return look;
  }

  async _ask() {
    const { fleet } = this.load;
    const [crowds, publisher] = await Promise.all([fleet.all('take'), fleet.publisher?.call('take') ?? null]);
    const watches = Object.fromEntries(fleet.crowds.map(({ name }, index) => [name, crowds[index].watch]));
    if (publisher !== null) watches.publisher = publisher.watch;
    watches.coordinator = this.watch.take();
    const seconds = crowds.reduce((sum, { watch }) => sum + watch.seconds, 0) / crowds.length;
    return { at: this.clock.now(), seconds, crowds, publisher: publisher?.publishing ?? null, watches, census: sumOfCensus(crowds) };
  }

  _add(look) {
    for (const { figures } of look.crowds) this.total.add(figures);
    if (look.publisher !== null) this.publishing.add(look.publisher);
    for (const window of this.windows) window.add(look);
    const row = rowOf(look, this.load.startedAt);
    this.series.add(row);
    this.latest = shown(row);
    this.latestLook = look;
    this.load.onLook(this.latest);
  }
}

function sumOfCensus(crowds) {
  const sum = { classes: crowds[0].census.classes.map(() => 0) };
  for (const { census } of crowds) {
    for (const [state, count] of Object.entries(census)) {
      if (state === 'classes') count.forEach((one, at) => { sum.classes[at] += one; });
      else sum[state] = (sum[state] ?? 0) + count;
    }
  }
  return sum;
}

module.exports = { Looks };
