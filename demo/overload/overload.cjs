'use strict';

// A burst that a server of a tenth of a core can't carry: what it does, what newcomers meet, and that its clients lose nothing.
// demo/run.sh starts it beside a server; it ends with 0 when all of that was seen.

const { randomBytes } = require('node:crypto');
const { readSettings } = require('../../loadtest/lib/settings.cjs');
const { reach } = require('../../loadtest/lib/endpoint.cjs');
const { pause, systemClock: clock } = require('../../loadtest/lib/clock.cjs');
const { demoChannels } = require('../../loadtest/lib/demo-channels.cjs');
const { Crowd } = require('../../loadtest/lib/crowd.cjs');
const { Decoder } = require('../../loadtest/lib/decoder.cjs');
const { Figures } = require('../../loadtest/lib/figures.cjs');
const { loadRules } = require('../../loadtest/lib/rules.cjs');
const { Faults, faultKinds } = require('../../loadtest/lib/faults.cjs');
const { Ledger } = require('../../loadtest/lib/ledger.cjs');
const { Plans } = require('../../loadtest/lib/plans.cjs');
const { Feed } = require('./feed.cjs');
const { Watch } = require('./watch.cjs');
const { Newcomers } = require('./newcomers.cjs');

const clients = 200;
const betweenClientsMs = 50;
const channels = 10;
const payloadBytes = 200;
const steadyRate = 4; // messages a second; each goes to every client
const firstBurstRate = 10;
const fastGrowth = 1.12; // of the burst, every half second,
const slowGrowth = 1.05; // and near the thresholds, so that the way between them can be seen
const nearPercent = 45;
const mostBurstRate = 1000;
const burstAfterPauseMs = 3000;
const calmPercent = 55; // clients come in, and the burst begins, only below

// From the start of this program.
const clientsInByMs = 40_000;
const pausedByMs = 60_000;
const normalByMs = 83_000;
const caughtUpByMs = 86_000;
const settleMs = 2000;

class Story {
  constructor(env) {
    this.begunAt = clock.now();
    const { settings, problems } = readSettings({
      WS_URL: env.DEMO_WS_URL,
      TARGET_CONNECTIONS: String(clients),
      CHANNELS: demoChannels.slice(0, channels).join(','),
      SUBSCRIPTION_MODE: 'all',
      PUBLISH_SIZE: String(payloadBytes),
    });
    if (problems.length > 0) throw new Error(problems.join('; '));
    this.settings = settings;
    this.natsUrl = env.DEMO_NATS_URL;
    this.prefix = env.WS_SUBJECT_PREFIX ?? 'odin.token.';
    this.ledger = new Ledger();
    this.faults = new Faults();
    this.figures = new Figures(clock);
    this.say = (line) => process.stdout.write(`${((clock.now() - this.begunAt) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
  }

  /** @returns {Promise<string[]>} what was missing */
  async tell() {
    await this._prepare();
    try {
      await this._letClientsIn();
      await this._burst();
      await this._waitUntil(() => this.watch.state === 'normal', normalByMs);
      this.feed.stop();
      this.newcomers.stop();
      await this._waitUntil(() => this.feed.underWay.size === 0 && this.watch.unread === 0, caughtUpByMs);
      if (this.watch.mostUnread > 0) this.say(`${this.watch.unread} messages unread in the stream`);
      await this.crowd.settle(this.ledger.lastAckedSeq, settleMs, new AbortController().signal);
      return this._sumUp();
    } finally {
      this.newcomers.stop();
      this.watch.stop();
      this.feed.close();
      await this.crowd.leave();
    }
  }

  async _prepare() {
    const { settings, ledger, faults, figures, say } = this;
    const run = randomBytes(6).toString('hex');
    const endpoint = await reach(settings.wsUrl, settings.connectionTimeoutMs);
    const decoder = new Decoder(ledger, run, payloadBytes, faults);
    const { Backoff } = await loadRules();
    this.crowd = new Crowd({ endpointFor: () => endpoint, decoder, faults, figures, plans: new Plans(settings), settings, clock, Backoff });
    this.feed = new Feed({ url: this.natsUrl, prefix: this.prefix, names: settings.channels, run, bytes: payloadBytes, ledger, clock });
    this.newcomers = new Newcomers({ endpoint, say });
    this.watch = new Watch({ url: settings.healthUrl, say, clock, lag: (seq) => Math.max(0, ledger.lastAckedSeq - seq) });
    await this.watch.start();
    await this.feed.start();
  }

  /** Handshakes cost as well: they wait for their turn, so that it is the burst alone that overloads. */
  async _letClientsIn() {
    const isCalm = () => this.watch.state === 'normal' && this.watch.cpuPercent < calmPercent;
    const isIn = () => this.crowd.census().subscribed === clients;
    await this._waitUntil(isCalm, clientsInByMs);
    for (let number = 0; number < clients; number++) {
      this.crowd.enter(number);
      await pause(betweenClientsMs);
      await this._waitUntil(isCalm, clientsInByMs);
    }
    await this._waitUntil(isIn, clientsInByMs);
    if (!isIn()) throw new Error(`only ${this.crowd.census().subscribed} of ${clients} clients are in after ${clientsInByMs / 1000} s: is this machine busy with something else?`);
    this.feed.rate = steadyRate;
    this.newcomers.start();
    this.say(`${clients} clients are in, each subscribed to all ${channels} channels; ${steadyRate} messages a second, a newcomer every 0.5 s`);
    await this._waitUntil(isCalm, clientsInByMs);
  }

  async _burst() {
    const { feed, watch } = this;
    watch.begin();
    this.say(`the burst begins: ${firstBurstRate} messages a second, more and more until the server pauses`);
    feed.rate = firstBurstRate;
    while (watch.state !== 'paused' && !this._isPast(pausedByMs)) {
      await this._waitUntil(() => watch.state === 'paused', pausedByMs, 500);
      feed.rate = Math.min(mostBurstRate, feed.rate * (watch.cpuPercent < nearPercent ? fastGrowth : slowGrowth));
    }
    if (watch.state === 'paused') await pause(burstAfterPauseMs);
    this.say(`the burst ends at ${feed.rate.toFixed(0)} messages a second; back to ${steadyRate}`);
    feed.rate = steadyRate;
  }

  _sumUp() {
    const { watch, newcomers, feed, figures, faults, ledger, crowd } = this;
    let lost = 0;
    for (const { receipts, state } of crowd.clients) lost += receipts?.settle(ledger, state === 'subscribed' ? ledger.lastAckedSeq : 0).lost ?? 0;
    const stayed = crowd.census().subscribed;
    const gaps = [...figures.gaps.values()].reduce((sum, count) => sum + count, 0);
    const received = crowd.clients.map((client) => client.receipts?.received ?? 0);
    process.stdout.write([
      '',
      `  states      ${[...watch.seen].join(', ')}; ${watch.changes} changes; now ${watch.state}`,
      `  pause       ${(watch.longestPauseMs / 1000).toFixed(1)} s the longest; up to ${watch.mostUnread} messages waited in the stream`,
      `  newcomers   ${newcomers.refused} refused, ${newcomers.withRetryAfter} of them with Retry-After; ${newcomers.letIn} let in`,
      `  messages    ${feed.stored} stored; each of ${stayed} clients received ${range(received)}; ${lost} lost, ${gaps} gaps`,
      '',
    ].join('\n'));
    const wrong = Object.entries(faults.counts).filter(([, count]) => count > 0).map(([kind, count]) => `${count} × ${faultKinds[kind]}, e.g. ${faults.examples[kind][0]}`);
    return [
      [stayed === clients, `${clients - stayed} of the ${clients} clients are not connected`],
      ...['normal', 'rejecting', 'paused'].map((state) => [watch.seen.has(state), `the server was never ${state}`]),
      [watch.state === 'normal', `the server did not come back: it is ${watch.state}`],
      [watch.unread === 0, `${watch.unread} messages are still unread in the stream`],
      [newcomers.refused > 0 && newcomers.withRetryAfter === newcomers.refused, 'no newcomer was refused with a Retry-After, or one without'],
      [newcomers.letIn > 0, 'no newcomer was let in'],
      [newcomers.failed === 0, `${newcomers.failed} newcomers got no answer`],
      [feed.stored === feed.sent, `${feed.sent - feed.stored} of ${feed.sent} messages were not stored${feed.problem ? `: ${feed.problem}` : ''}`],
      [received.every((count) => count >= feed.stored), `a client received ${Math.min(...received)} of ${feed.stored} messages`],
      [gaps === 0, `${gaps} gaps were announced`],
    ].filter(([holds]) => !holds).map(([, problem]) => problem).concat(wrong);
  }

  _isPast(ms) {
    return clock.now() - this.begunAt >= ms;
  }

  /** Until the condition holds, the hour has come or, when given, so many milliseconds have passed. */
  async _waitUntil(condition, byMs, atMostMs = Infinity) {
    const begun = clock.now();
    while (!condition() && !this._isPast(byMs) && clock.now() - begun < atMostMs) await pause(20);
  }
}

function range(counts) {
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  return least === most ? `all ${least}` : `${least} to ${most}`;
}

new Story(process.env).tell().then((missing) => {
  process.stdout.write(missing.length === 0
    ? '  Overload came and went: newcomers were refused, intake paused, the server came back, nothing was lost.\n\n'
    : `  NOT as it should be: ${missing.join('; ')}.\n\n`);
  process.exit(missing.length === 0 ? 0 : 1);
}, (error) => {
  process.stderr.write(`demo: ${error.message}\n`);
  process.exit(1);
});
