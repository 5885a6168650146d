'use strict';

const { randomBytes } = require('node:crypto');
const { reach, CannotRun } = require('./endpoint.cjs');
const { shortage, GeneratorWatch } = require('./generator-watch.cjs');
const { ServerFacts } = require('./server-facts.cjs');
const { Publisher } = require('./publisher.cjs');
const { Crowd, pause } = require('./crowd.cjs');
const { Decoder } = require('./decoder.cjs');
const { Figures } = require('./figures.cjs');
const { Faults } = require('./faults.cjs');
const { Ledger } = require('./ledger.cjs');
const { Plans } = require('./plans.cjs');
const { buildReport } = require('./report.cjs');
const { loadRules } = require('./rules.cjs');
const { progressLine } = require('./report-text.cjs');
const { judge } = require('./verdict.cjs');

const progressEveryMs = 5000;

/**
 * One run: ramp, hold, settle, leave, judge. Publishing goes on from the first client to the end of the hold.
 * `stop` (an AbortSignal) ends ramp or hold early; what there is gets judged and reported.
 */
class LoadRun {
  constructor(settings, clock, say) {
    this.settings = settings;
    this.clock = clock;
    this.say = say;
    this.id = randomBytes(6).toString('hex');
    this.startedAt = new Date(clock.wall()).toISOString();
    this.interrupted = false;
    this.figures = new Figures(clock);
    this.faults = new Faults();
    this.ledger = new Ledger();
    this.watch = new GeneratorWatch(clock);
    this.facts = new ServerFacts(settings, clock);
    this.publisher = null;
    this.crowd = null;
    this.unresponsive = 0;
    this.messagesInHold = 0;
    this.completeness = null;
  }

  /** @returns the report with its criteria. @throws {CannotRun} */
  async execute(stop) {
    await this._prepare();
    const progress = setInterval(() => this._progress(), progressEveryMs);
    this.lastProgress = { at: this.clock.now(), messages: 0 };
    this.begunAt = this.clock.now();
    try {
      this._begin('ramp');
      this.publisher?.start();
      await this.crowd.ramp(stop);
      await this.facts.look('ramp');
      this._begin('hold');
      const before = this.figures.messages;
      await this.facts.look('hold');
      await pause(this.settings.durationMs, stop);
      await this.facts.look('hold');
      this.messagesInHold = this.figures.messages - before;
      this._begin('settle');
      this.crowd.stopTrying();
      await this.publisher?.stop();
      if (!stop.aborted) this.unresponsive = await this.crowd.settle(this.ledger.lastAckedSeq, this.settings.settleTimeoutMs, stop);
      this.interrupted = stop.aborted;
      // Interrupted, the clients are judged by what they are known to have reached: more was not waited for.
      this._decide(this.interrupted ? 0 : this.ledger.lastAckedSeq);
    } finally {
      this.watch.end();
      clearInterval(progress);
      await this.publisher?.stop();
      await this.crowd.leave();
    }
    const report = buildReport(this);
    report.criteria = judge(report, this.settings);
    return report;
  }

  async _prepare() {
    const { settings } = this;
    const lack = shortage(settings.targetConnections, settings.publishRate > 0 ? settings.publishConnections : 0);
    if (lack !== null) throw new CannotRun(lack);
    const endpoint = await reach(settings.wsUrl, settings.connectionTimeoutMs);
    const { ledger, clock, faults, figures } = this;
    if (settings.publishRate > 0) {
      const publishEndpoint = await reach(settings.publishUrl, settings.connectionTimeoutMs);
      this.publisher = new Publisher({ settings, endpoint: publishEndpoint, ledger, run: this.id, clock });
    }
    const decoder = new Decoder(ledger, this.id, settings.publishSize, faults);
    const { Backoff } = await loadRules();
    this.crowd = new Crowd({ endpoint, decoder, faults, figures, plans: new Plans(settings), settings, clock, Backoff });
    this.say(`${this.id}: ${settings.targetConnections} clients to ${settings.wsUrl.href} (${endpoint.address}) at ${settings.rampRate}/s, `
      + `${settings.durationMs / 1000} s at full load, ${settings.publishRate > 0 ? `publishing ${settings.publishRate}/s` : 'listening only'}`);
  }

  _begin(phase) {
    this.watch.begin(phase);
    if (phase !== 'settle') this.figures.phase = phase;
    this.phase = phase;
  }

  /** Whoever is still connected owes everything up to `target`; who was lost, all up to the last thing it got. */
  _decide(target) {
    const total = { owed: 0, lost: 0, announced: 0, decided: !this.ledger.overflowed };
    for (const client of this.crowd.clients) {
      const { receipts } = client;
      if (receipts === null) continue;
      const one = receipts.settle(this.ledger, client.state === 'subscribed' ? target : 0);
      total.owed += one.owed;
      total.lost += one.lost;
      total.announced += one.announced;
      if (receipts.undecided) total.decided = false;
    }
    this.completeness = total;
  }

  _progress() {
    const now = this.clock.now();
    const { figures, faults, publisher, crowd } = this;
    const perSecond = (figures.messages - this.lastProgress.messages) / ((now - this.lastProgress.at) / 1000);
    const latency = figures.interval.publish.count > 0 ? figures.interval.publish : figures.interval.stream;
    this.say(progressLine({
      seconds: (now - this.begunAt) / 1000,
      phase: this.phase,
      census: crowd.census(),
      target: crowd.clients.length,
      perSecond,
      latency: latency.toMilliseconds(),
      figures,
      faults,
      publisher,
    }));
    this.lastProgress = { at: now, messages: figures.messages };
    figures.interval.publish.clear();
    figures.interval.stream.clear();
    void this.facts.look(this.phase); // never rejects; a look under way is joined
  }
}

module.exports = { LoadRun, CannotRun };
