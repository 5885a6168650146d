'use strict';

const { Histogram } = require('./histogram.cjs');
const { encodePayload } = require('./payload.cjs');
const { count } = require('./figures.cjs');
const { Turns } = require('./groups.cjs');
const { Http1Sending } = require('./http1-sending.cjs');
const { Http2Sending } = require('./http2-sending.cjs');

const maxInFlight = 1000; // below the server's default of 1,024 waiting publishes
const maxAnswerBytes = 4096;

/**
 * Publishes at a fixed rate, open loop, on the channels in turn (or by their groups' shares): the k-th message is due at k / rate whatever
 * became of the others, and carries that time. When too many answers are owed, messages wait and are late, which their latency shows; none
 * is skipped and none is sent twice. A new rate begins a new stretch; what was due before keeps its time.
 */
class Publisher {
  /** @param parts settings, endpoint, ledger, run (id), clock */
  constructor({ settings, endpoint, ledger, run, clock }) {
    this.settings = settings;
    this.endpoint = endpoint; // null when somebody else delivers
    this.run = run;
    this.clock = clock;
    this.ledger = ledger;
    this.turns = new Turns(settings.shares ?? [], settings.channels.map((name) => ledger.channel(name)));
    this.sending = new (settings.publishProtocol === 'http2' ? Http2Sending : Http1Sending)(endpoint, settings.publishConnections);
    this.sent = 0;
    this.acknowledged = 0;
    this.inFlight = 0;
    this.failures = new Map();
    this.ackLatency = new Histogram(); // intended time → answer
    this.taken = { due: 0, sent: 0, acknowledged: 0, failures: new Map() };
    this.recentLatency = new Histogram(); // of what was not taken yet
    this.timer = null;
    this.stretches = []; // {first, at, rate}: message first + i is due at `at` + i / rate; past ones until they are sent
    this.endedAt = null;
    this.drained = null;
  }

  start() {
    this.setRate(this.settings.publishRate);
  }

  /** @param {number} rate messages a second from now on; 0 publishes nothing */
  setRate(rate) {
    if (this.endedAt !== null) return;
    clearTimeout(this.timer);
    this.stretches.push({ first: this.due, at: this.clock.epoch(), rate });
    this._sendDue();
  }

  /** How many messages the rate asked for so far. */
  get due() {
    const stretch = this.stretches.at(-1);
    if (stretch === undefined) return 0;
    const elapsed = (this.endedAt ?? this.clock.epoch()) - stretch.at;
    return stretch.first + (stretch.rate > 0 ? Math.floor((elapsed / 1000) * stretch.rate) + 1 : 0);
  }

  /** Counts since the last call, as plain data. */
  take() {
    const now = { due: this.due, sent: this.sent, acknowledged: this.acknowledged, failures: new Map(this.failures) };
    const since = (name) => now[name] - this.taken[name];
    const failures = [...now.failures].map(([label, times]) => [label, times - (this.taken.failures.get(label) ?? 0)]);
    const fresh = { due: since('due'), sent: since('sent'), acknowledged: since('acknowledged'), failures: Object.fromEntries(failures.filter(([, times]) => times > 0)), latency: this.recentLatency.pack() };
    this.taken = now;
    this.recentLatency.clear();
    return fresh;
  }

  /** Publishes nothing until `goOn`; what would have been due meanwhile is not caught up. */
  rest() {
    clearTimeout(this.timer);
    this.restingSince = this.clock.epoch();
  }

  goOn() {
    this.stretches.at(-1).at += this.clock.epoch() - this.restingSince;
    this._sendDue();
  }

  /** Stops at once and ends when every answer has come or its time is over. */
  async stop() {
    clearTimeout(this.timer);
    this.endedAt ??= this.clock.epoch();
    if (this.inFlight > 0) await new Promise((resolve) => { this.drained = resolve; });
    this.sending.close();
  }

  _sendDue() {
    if (this.endedAt !== null) return;
    while (this.sent < this.due && this.inFlight < maxInFlight) this._send();
    if (this.stretches.at(-1).rate === 0 && this.sent >= this.due) return;
    this.timer = setTimeout(() => this._sendDue(), Math.max(1, this._intended() - this.clock.epoch()));
  }

  /** When the next message is meant to leave. */
  _intended() {
    while (this.stretches.length > 1 && this.sent >= this.stretches[1].first) this.stretches.shift();
    const { first, at, rate } = this.stretches[0];
    return rate > 0 ? at + ((this.sent - first) * 1000) / rate : at;
  }

  _send() {
    const intended = this._intended();
    const channel = this.turns.next();
    const number = channel.published++;
    this.sent++;
    this.inFlight++;
    const body = Buffer.from(encodePayload(this.run, channel.name, number, intended, this.settings.publishSize));
    let finished = false;
    const finish = (failure, seq) => {
      if (finished) return;
      finished = true;
      if (failure === null) this._acknowledged(channel, seq, number, intended);
      else count(this.failures, failure);
      this.inFlight--;
      if (this.inFlight === 0 && this.drained !== null) this.drained();
    };
    this._deliver(channel, number, body, finish);
  }

  /** Hands one message over; `finish(failure)` or `finish(null, seq)` is called at least once, the first call counts. */
  _deliver(channel, number, body, finish) {
    const { url } = this.endpoint;
    const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
    if (this.settings.publishToken) headers.Authorization = `Bearer ${this.settings.publishToken}`;
    const path = `${url.pathname.replace(/\/$/, '')}/${encodeURIComponent(channel.name)}${url.search}`;
    this.sending.send(path, headers, body, this.settings.publishTimeoutMs, maxAnswerBytes, (failure, status, text) => {
      if (failure !== null) finish(failure);
      else finish(...outcomeOf(status, text));
    });
  }

  _acknowledged(channel, seq, number, intended) {
    this.acknowledged++;
    const late = (this.clock.epoch() - intended) * 1000;
    this.ackLatency.record(late);
    this.recentLatency.record(late);
    this.ledger.acknowledged(channel, seq, number);
  }
}

/** What an answer says: a failure, or null and the seq. */
function outcomeOf(status, text) {
  let answer = null;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (status !== 200) return [`${status} ${String(answer?.error ?? 'no reason').slice(0, 64)}`];
  return Number.isSafeInteger(answer?.seq) && answer.seq >= 1 ? [null, answer.seq] : ['200 without a seq'];
}

module.exports = { Publisher };
