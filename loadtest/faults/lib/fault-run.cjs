'use strict';

const { randomBytes } = require('node:crypto');
const { CannotRun } = require('../../lib/endpoint.cjs');
const { Decoder } = require('../../lib/decoder.cjs');
const { GeneratorWatch, shortage } = require('../../lib/generator-watch.cjs');
const { Ledger } = require('../../lib/ledger.cjs');
const { Publisher } = require('../../lib/publisher.cjs');
const { pause } = require('../../lib/clock.cjs');
const { check } = require('./checker.cjs');
const { FaultFigures } = require('./fault-figures.cjs');
const { FrameTable } = require('./frame-table.cjs');
const { Installation } = require('./installation.cjs');
const { LogStore } = require('./log-store.cjs');
const { ResumingClient } = require('./resuming-client.cjs');
const { StreamPublisher } = require('./stream-publisher.cjs');
const { Violations } = require('./violations.cjs');
const { seeded, drawing, pick } = require('./random.cjs');

const rampPerSecond = 100;
const rampMs = 60_000;
const lookMs = 20;
const askEveryMs = 500;
const progressMs = 5_000;

// The broker's own, where its streams keep messages for longer.
const longestIdMemoryMs = 120_000;

/**
 * One run of a scenario with one seed: all clients in, publishing, faults for a while, everybody back and up to date, all connections closed;
 * then the checker reads what was recorded.
 */
class FaultRun {
  constructor(scenario, settings, seed, clock, say) {
    this.scenario = scenario;
    this.settings = settings;
    this.seed = seed;
    this.clock = clock;
    this.say = say;
    this.id = randomBytes(6).toString('hex');
    this.random = seeded(seed, 'faults');
    this.draw = drawing(this.random);
    this.table = new FrameTable();
    this.store = new LogStore(settings.recordMemoryMB * 1024 * 1024);
    this.truths = new Map(); // epoch → Ledger
    this.decoders = new Map();
    this.violations = new Violations();
    this.figures = new FaultFigures(clock);
    this.watch = new GeneratorWatch(clock);
    this.counts = {}; // what the scenario did
    this.notes = [];
    this.clients = [];
    this.publisher = null;
    this.installation = null;
    this.begunAt = clock.now();
  }

  /** @returns the run itself, with everything a report needs. @throws {CannotRun} */
  async execute() {
    const lack = shortage(this.settings.clients * 2 + (this.scenario.descriptors?.(this.settings) ?? 0), 16);
    if (lack !== null) throw new CannotRun(lack);
    const progress = setInterval(() => this._progress(), progressMs);
    try {
      await this._prepare();
      this.watch.begin('hold');
      await this.scenario.disturb(this);
      this.watch.begin('settle');
      await this.publisher.stop();
      await this._settle();
    } catch (error) {
      error.message += this._serverWords();
      throw error;
    } finally {
      this.watch.end();
      clearInterval(progress);
      await this.publisher?.stop(0);
      await this._leave();
      await this.installation?.stop();
    }
    this._check();
    this.store.close();
    return this;
  }

  /** The number of what the scenario did so far. */
  count(what, times = 1) {
    this.counts[what] = (this.counts[what] ?? 0) + times;
  }

  decoderOf(epoch) {
    let decoder = this.decoders.get(epoch);
    if (decoder === undefined) {
      const ledger = this.truths.get(epoch) ?? new Ledger();
      if (epoch !== null) this.truths.set(epoch, ledger);
      decoder = new Decoder(ledger, this.id, this.settings.publishSize, this.violations);
      this.decoders.set(epoch, decoder);
    }
    return decoder;
  }

  /** Any server, a share of the connections through its proxy; or the one that the scenario says, straight. */
  choose(client) {
    const own = this.scenario.choose?.(this, client);
    if (own !== undefined) return { server: own, endpoint: this.installation.doors[own].endpoint, proxy: null };
    const server = Math.floor(client.random() * this.installation.doors.length);
    const door = this.installation.doors[server];
    const isProxied = client.random() * 100 < this.settings.proxyShare;
    const endpoint = isProxied ? door.throughProxy : door.endpoint;
    return { server, endpoint: door.sources === undefined ? endpoint : { ...endpoint, localAddress: door.sources[client.index % door.sources.length] }, proxy: isProxied ? door.proxy : null };
  }

  /** Cuts one connection, in one of three ways. @returns {boolean} */
  cutOne(client) {
    const how = client.door?.proxy ? 'proxy' : this.draw(['reset', 'abort']);
    const isCut = client.cut(how);
    if (isCut) this.count('kills');
    return isCut;
  }

  liveClients() {
    return this.clients.filter((client) => client.state === 'live');
  }

  /** Waits for a condition. @returns {Promise<boolean>} false: the time is over */
  async until(condition, timeoutMs) {
    const deadline = this.clock.now() + timeoutMs;
    while (!condition()) {
      if (this.clock.now() > deadline) return false;
      await pause(lookMs);
    }
    return true;
  }

  async _prepare() {
    const { settings } = this;
    this.phase = 'start';
    this.installation = await Installation.start(settings, this.scenario);
    this.phase = 'ramp';
    this.watch.begin('ramp');
    this._newClients();
    for (const client of this.clients) {
      client.connect();
      await pause(1000 / rampPerSecond);
    }
    const allIn = await this.until(() => this.clients.every((client) => client.state === 'live'), rampMs);
    if (!allIn) throw new CannotRun(`only ${this.liveClients().length} of ${this.clients.length} clients got in within ${rampMs / 1000} s (${show(this.figures.refusals)} ${show(this.figures.failures)})`);
    this._publish();
    this.phase = 'faults';
  }

  _newClients() {
    const { settings } = this;
    const random = seeded(this.seed, 'subscriptions');
    const groups = [...new Set(settings.channels.filter((name) => name.includes('.')).map((name) => name.slice(0, name.indexOf('.'))))];
    for (let i = 0; i < settings.clients; i++) {
      const names = pick(settings.channels, settings.channelsPerClient, Math.floor(random() * 2 ** 31));
      const share = settings.patternShare / 100;
      const hasPattern = Math.floor((i + 1) * share + 1e-9) > Math.floor(i * share + 1e-9);
      if (hasPattern && groups.length > 0) names[names.length - 1] = `${groups[i % groups.length]}.${i % 2 === 0 ? '>' : '*'}`;
      this.clients.push(new ResumingClient(i, names, this, seeded(this.seed, `client ${i}`)));
    }
  }

  _publish() {
    const { settings, installation, clock } = this;
    const epochs = new Set(this.clients.map((client) => client.position.epoch));
    if (epochs.size > 1) throw new CannotRun(`the servers say different epochs (${[...epochs].join(', ')}): they are not of one stream`);
    const ledger = this.truths.get([...epochs][0]);
    const parts = { settings, endpoint: installation.publishEndpoint, ledger, run: this.id, clock };
    this.ledger = ledger;
    this.publisher = installation.natsUrls.length > 0
      ? new StreamPublisher({ ...parts, natsUrls: installation.natsUrls, subjectPrefix: settings.subjectPrefix, idMemoryMs: this.scenario.idMemoryMs ?? longestIdMemoryMs })
      : new Publisher(parts);
    this.publisher.start();
  }

  /** Everybody back, and everything that was acknowledged delivered or told. */
  async _settle() {
    this.phase = 'settle';
    for (const client of this.clients) client.comeBack();
    const target = this.ledger.lastAckedSeq;
    let askAt = 0;
    this.settled = await this.until(() => {
      const behind = this.clients.filter((client) => client.state !== 'done' && !(client.state === 'live' && client.pongSeq >= target));
      if (behind.length > 0 && this.clock.now() >= askAt) {
        askAt = this.clock.now() + askEveryMs;
        for (const client of behind) client.askPosition();
      }
      return behind.length === 0;
    }, this.settings.settleTimeoutMs);
  }

  async _leave() {
    for (const client of this.clients) client.leave();
    await this.until(() => this.clients.every((client) => client.connection === null), progressMs);
    for (const client of this.clients) client.connection?.abort();
  }

  _check() {
    const begun = this.clock.now();
    // A pong moves no position, so who has got everything is asked of the pongs.
    this.behind = this.clients.filter((client) => !(client.pongSeq >= this.ledger.lastAckedSeq)).map((client) => client.index);
    this.totals = check(this);
    this.checkMs = Math.round(this.clock.now() - begun);
  }

  _progress() {
    const { figures, publisher } = this;
    const states = {};
    for (const client of this.clients) states[client.state] = (states[client.state] ?? 0) + 1;
    this.say(`${((this.clock.now() - this.begunAt) / 1000).toFixed(0).padStart(4)} s ${this.phase}: ${Object.entries(states).map(([state, times]) => `${times} ${state}`).join(', ')}; `
      + `${figures.messages} frames, ${publisher?.acknowledged ?? 0} published; resumes ${figures.resumes.recovered} recovered, ${figures.resumes.notRecovered} not; ${Object.entries(this.counts).map(([what, times]) => `${times} ${what}`).join(', ')}`);
  }

  _serverWords() {
    return (this.installation?.servers ?? []).filter((server) => server.child !== null).map((server, i) => `\n  server ${i + 1} said last: ${server.lastWords()}`).join('');
  }
}

function show(counts) {
  return [...counts].map(([what, times]) => `${times} × ${what}`).join(', ');
}

module.exports = { FaultRun };
