'use strict';

const { randomBytes } = require('node:crypto');
const { epochBase, pause } = require('../clock.cjs');
const { reach, CannotRun } = require('../endpoint.cjs');
const { Groups } = require('../groups.cjs');
const { lacksOf } = require('../machine/check.cjs');
const { readLimits } = require('../machine/limits.cjs');
const { ServerFacts } = require('../server-facts.cjs');
const { buildReport } = require('../report/report.cjs');
const { Account } = require('./account.cjs');
const { Fleet, uniteLedgers } = require('./fleet.cjs');
const { processesFor, sourcesFor } = require('./layout.cjs');
const { Looks } = require('./looks.cjs');

const never = new AbortController().signal;
const untilLookMs = 200;

/**
 * A load that can be steered: so many clients, so many messages a second, for so long. The clients are in processes of their own, the
 * publisher in another one; this one asks them once a second what they have seen, and adds it up.
 *
 * `start`, then any of `setClients`, `setRate`, `churn`, `begin` and `measure`, then `finish`, and `end` whatever happens. Every method may
 * throw CannotRun when a process of the generator has ended. `onLook`, when set, is told every look as a row of the series.
 */
class Load {
  /** @param {number} mostClients that will ever be asked for: by it processes and addresses are laid out */
  constructor(settings, clock, say, mostClients = settings.targetConnections) {
    this.settings = settings;
    this.clock = clock;
    this.say = say;
    this.mostClients = mostClients;
    this.run = randomBytes(6).toString('hex');
    this.startedAt = clock.now();
    this.startedAtWall = new Date(clock.wall()).toISOString();
    this.groups = new Groups(settings.shares);
    this.facts = new ServerFacts(settings, clock);
    this.fleet = null;
    this.looks = null;
    this.clients = 0; // asked for
    this.rate = 0;
    this.windows = []; // told ones, in the order in which they closed
    this.onLook = () => {};
  }

  /** The last look as a row of the series, or null. */
  get latest() {
    return this.looks.latest;
  }

  /** Checks this machine, reaches the server, starts the processes, waits for START_AT. @throws {CannotRun} */
  async start(stop = never) {
    const { settings } = this;
    const limits = readLimits();
    this.limits = limits;
    this.endpoint = await reach(settings.wsUrl, settings.connectionTimeoutMs);
    this.sources = sourcesFor(this.mostClients, settings.sourceAddresses, this.endpoint.address, limits);
    const processes = processesFor(this.mostClients, settings.processes, limits);
    const lacks = await lacksOf({ clients: this.mostClients, processes, sources: this.sources, address: this.endpoint.address, settings }, limits);
    if (lacks.length > 0 && !settings.allowShortage) throw new CannotRun(`${lacks.map(({ sentence, cure }) => `${sentence}: ${cure}`).join('; ')} (--check tells everything; ALLOW_SHORTAGE=true starts all the same)`);
    this.base = epochBase();
    this.fleet = new Fleet({ settings, run: this.run, epochBase: this.base });
    await this.fleet.startCrowds(processes, this.endpoint, this.sources);
    if (settings.publishRate > 0) await this._startPublisher();
    this.looks = new Looks(this);
    await this._waitForStart(stop);
    this.startedAt = this.clock.now();
    this.startedAtWall = new Date(this.clock.wall()).toISOString();
    this.looks.start();
  }

  /**
   * Brings newcomers in at the ramp rate, or lets the newest go. Ends when every newcomer has had its first chance, or at once when `stop`
   * is aborted; whoever was refused or failed goes on trying.
   * @returns a window over that time: `clients` says how many are in, waiting, lost, refused
   */
  async setClients(count, { ratePerSecond = this.settings.rampRate, stop = never } = {}) {
    const before = this.clients;
    const step = this.fleet.crowds.length;
    const window = await this.looks.open('clients');
    this.clients = count;
    const halt = () => this.fleet.all('halt').catch(() => {});
    stop.addEventListener('abort', halt, { once: true });
    if (count < before) {
      await this.fleet.all('shrink', () => ({ from: count }));
    } else if (!stop.aborted) {
      await this.fleet.all('grow', (index) => {
        const offset = (((index - before) % step) + step) % step;
        return { first: before + offset, end: count, step, ratePerSecond: ratePerSecond / step, delayMs: (offset / ratePerSecond) * 1000 };
      });
    }
    stop.removeEventListener('abort', halt);
    return this.looks.close(window);
  }

  /** Publishes so many messages a second from now on, open loop; 0 publishes nothing. */
  async setRate(messagesPerSecond) {
    if (messagesPerSecond > 0 && this.settings.channels.length === 0) throw new CannotRun('publishing needs CHANNELS');
    this.rate = messagesPerSecond;
    if (this.fleet.publisher === null) {
      if (messagesPerSecond === 0) return;
      await this._startPublisher();
    }
    await this.fleet.all('publishing', () => ({ rate: messagesPerSecond }));
    await this.fleet.publisher.call('setRate', { rate: messagesPerSecond });
  }

  /** Replaces so many subscribed clients a second by newcomers; 0 ends that. */
  async churn(perSecond) {
    await this.fleet.all('churn', () => ({ perSecond: perSecond / this.fleet.crowds.length }));
  }

  /** Begins a phase of the run and ends the one before, at the same look. @returns the window of the phase that ended, or null */
  async begin(phase) {
    const ended = await this.looks.begin(phase);
    if (ended !== null) this.windows.push(ended);
    return ended;
  }

  /**
   * Watches for so long, or until a condition of the latest look holds.
   * @param {number | {until: (row: object | null) => boolean, seconds: number}} long `seconds` is the longest
   * @returns the window
   */
  async measure(long, { name = 'window', stop = never } = {}) {
    const { until = () => false, seconds } = typeof long === 'number' ? { seconds: long } : long;
    const window = await this.looks.open(name);
    await this.wait(seconds, stop, until);
    const told = await this.looks.close(window);
    this.windows.push(told);
    return told;
  }

  /** Waits like `measure`, without a window. */
  async wait(seconds, stop = never, until = () => false) {
    const deadline = this.clock.now() + seconds * 1000;
    while (!stop.aborted && this.clock.now() < deadline && !until(this.latest)) {
      this.looks.throwIfFailed();
      await pause(Math.min(untilLookMs, Math.max(0, deadline - this.clock.now())), stop);
    }
  }

  /**
   * Ends publishing, waits until every client has been sent everything, settles the account, sends everybody home.
   * @returns the report, without criteria. Interrupted, clients are judged by what they are known to have reached.
   */
  async finish(stop = never) {
    await this.begin('settle');
    const { fleet, settings } = this;
    await fleet.all('stopTrying');
    const acknowledged = fleet.publisher === null ? { lastAckedSeq: 0 } : await fleet.publisher.call('stop');
    const abort = () => fleet.all('abort').catch(() => {});
    if (stop.aborted) await abort();
    stop.addEventListener('abort', abort, { once: true });
    const silent = await fleet.all('settle', () => ({ target: acknowledged.lastAckedSeq, timeoutMs: settings.settleTimeoutMs }));
    stop.removeEventListener('abort', abort);
    const account = new Account((channel) => this.groups.indexOf(channel));
    account.ledger.lastAckedSeq = acknowledged.lastAckedSeq;
    await uniteLedgers(fleet, account);
    const target = stop.aborted ? 0 : acknowledged.lastAckedSeq;
    const decided = await fleet.all('decide', () => ({ target, overflowed: account.overflowed }));
    await this.begin('end');
    this.looks.stop();
    await fleet.all('leave');
    const unresponsive = stop.aborted ? 0 : silent.reduce((a, b) => a + b, 0);
    return buildReport(this, { account, decided, unresponsive, interrupted: stop.aborted });
  }

  /** Ends all processes at once, and waits until they are gone. */
  async end() {
    this.looks?.stop();
    await this.fleet?.end();
  }

  async _startPublisher() {
    await this.fleet.startPublisher(await reach(this.settings.publishUrl, this.settings.connectionTimeoutMs));
  }

  async _waitForStart(stop) {
    const { startAt } = this.settings;
    if (startAt === null) return;
    const missing = startAt - this.clock.wall();
    this.say(missing > 0 ? `Waiting ${Math.round(missing / 1000)} s for START_AT.` : `START_AT was ${Math.round(-missing / 1000)} s ago.`);
    if (missing > 0) await pause(missing, stop);
  }
}

module.exports = { Load };
