'use strict';

const http = require('node:http');
const https = require('node:https');
const { Histogram } = require('./histogram.cjs');
const { encodePayload } = require('./payload.cjs');
const { count } = require('./figures.cjs');

const maxInFlight = 1000; // below the server's default of 1,024 waiting publishes
const maxAnswerBytes = 4096;

/**
 * Publishes round robin over the channels at a fixed rate, open loop: the k-th message is due at k / rate whatever
 * became of the others, and carries that time. When too many answers are owed, messages wait and are late, which
 * their latency shows; none is skipped and none is sent twice.
 */
class Publisher {
  /** @param parts settings, endpoint, ledger, run (id), clock */
  constructor({ settings, endpoint, ledger, run, clock }) {
    this.settings = settings;
    this.endpoint = endpoint; // null when somebody else delivers
    this.run = run;
    this.clock = clock;
    this.ledger = ledger;
    this.channels = settings.channels.map((name) => ledger.channel(name));
    const secure = endpoint?.url.protocol === 'https:';
    this.request = secure ? https.request : http.request;
    this.agent = new (secure ? https : http).Agent({ keepAlive: true, maxSockets: settings.publishConnections });
    this.sent = 0;
    this.acknowledged = 0;
    this.inFlight = 0;
    this.failures = new Map();
    this.ackLatency = new Histogram(); // intended time → answer
    this.timer = null;
    this.begunAt = 0;
    this.endedAt = null;
    this.drained = null;
  }

  start() {
    this.begunAt = this.clock.epoch();
    this._sendDue();
  }

  /** How many messages the rate asked for so far. */
  get due() {
    if (this.begunAt === 0) return 0;
    const elapsed = (this.endedAt ?? this.clock.epoch()) - this.begunAt;
    return Math.floor((elapsed / 1000) * this.settings.publishRate) + 1;
  }

  /** Publishes nothing until `goOn`; what would have been due meanwhile is not caught up. */
  rest() {
    clearTimeout(this.timer);
    this.restingSince = this.clock.epoch();
  }

  goOn() {
    this.begunAt += this.clock.epoch() - this.restingSince;
    this._sendDue();
  }

  /** Stops at once and ends when every answer has come or its time is over. */
  async stop() {
    clearTimeout(this.timer);
    this.endedAt ??= this.clock.epoch();
    if (this.inFlight > 0) await new Promise((resolve) => { this.drained = resolve; });
    this.agent.destroy();
  }

  _sendDue() {
    if (this.endedAt !== null) return;
    while (this.sent < this.due && this.inFlight < maxInFlight) this._send();
    const next = this.begunAt + (this.sent * 1000) / this.settings.publishRate - this.clock.epoch();
    this.timer = setTimeout(() => this._sendDue(), Math.max(1, next));
  }

  _send() {
    const intended = this.begunAt + (this.sent * 1000) / this.settings.publishRate;
    const channel = this.channels[this.sent % this.channels.length];
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
    const request = this.request(this._options(channel, body.length), (response) => readAnswer(response, finish));
    request.setTimeout(this.settings.publishTimeoutMs, () => {
      finish(`no answer within ${this.settings.publishTimeoutMs} ms`);
      request.destroy();
    });
    request.on('error', (error) => finish(error.code ?? error.message));
    request.end(body);
  }

  _options(channel, length) {
    const { url, address, port } = this.endpoint;
    const headers = { Host: url.host, 'Content-Type': 'application/json', 'Content-Length': length };
    if (this.settings.publishToken) headers.Authorization = `Bearer ${this.settings.publishToken}`;
    const path = `${url.pathname.replace(/\/$/, '')}/${encodeURIComponent(channel.name)}${url.search}`;
    return { agent: this.agent, method: 'POST', host: address, port, path, headers, servername: url.hostname };
  }

  _acknowledged(channel, seq, number, intended) {
    this.acknowledged++;
    this.ackLatency.record((this.clock.epoch() - intended) * 1000);
    this.ledger.acknowledged(channel, seq, number);
  }
}

function readAnswer(response, finish) {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk) => {
    if (text.length < maxAnswerBytes) text += chunk;
  });
  response.on('error', (error) => finish(error.code ?? error.message));
  response.on('end', () => {
    let answer = null;
    try {
      answer = JSON.parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    if (response.statusCode !== 200) finish(`${response.statusCode} ${String(answer?.error ?? 'no reason').slice(0, 64)}`);
    else if (!Number.isSafeInteger(answer?.seq) || answer.seq < 1) finish('200 without a seq');
    else finish(null, answer.seq);
  });
}

module.exports = { Publisher };
