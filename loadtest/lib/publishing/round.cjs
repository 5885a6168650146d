'use strict';

const { performance } = require('node:perf_hooks');
const { Histogram } = require('../histogram.cjs');
const { GeneratorWatch } = require('../generator-watch.cjs');
const { systemClock } = require('../clock.cjs');
const { Http1Client } = require('./http1-client.cjs');
const { Http2Client } = require('./http2-client.cjs');
const { http1Request, http2Request } = require('./request.cjs');
const { readServer, spent } = require('./server-side.cjs');

const busyLoopPercent = 95;
const seq = Buffer.from('"seq"');

/** One round: so many clients in one mode, for a while. What the warm-up brings is not counted. */
class Round {
  /** @param {{mode: string, clients: number, size: number, frame: number}} kind */
  constructor(settings, kind) {
    this.settings = settings;
    this.mode = kind.mode;
    this.size = kind.size;
    this.kind = kind;
    this.isOver = false;
    this.isCounting = false;
    this.latency = new Histogram(); // microseconds from the request to its answer
    this.stored = 0;
    this.messages = 0;
    this.failures = new Map();
  }

  /** Microseconds. */
  now() {
    return performance.now() * 1000;
  }

  answered(status, sentAt, body) {
    if (!this.isCounting) return;
    if (status !== 200) {
      this.failed(`status ${status}`);
      return;
    }
    this.stored++;
    this.messages += this.mode === 'lines' ? count(body, seq) : 1;
    this.latency.record(this.now() - sentAt);
  }

  failed(reason) {
    if (this.isCounting) this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }

  /** @param {AbortSignal} stop ends it early */
  async run(stop) {
    const clients = this._clients();
    for (const client of clients) client.start();
    await pause(this.settings.warmUpMs, stop);
    const before = await readServer(this.settings.metricsUrl);
    const watch = new GeneratorWatch(systemClock);
    watch.begin('round');
    this.isCounting = true;
    const begunAt = this.now();
    await pause(this.settings.durationMs, stop);
    const seconds = (this.now() - begunAt) / 1e6;
    this.isCounting = false;
    watch.end();
    const after = await readServer(this.settings.metricsUrl);
    this.isOver = true;
    for (const client of clients) client.stop();
    return this._figures(seconds, watch.phases.round, before === null || after === null ? null : spent(before, after, seconds));
  }

  _clients() {
    const { settings, kind } = this;
    const numbers = Array.from({ length: kind.clients }, (_, number) => number);
    if (kind.mode !== 'http2') return numbers.map((number) => new Http1Client(number, settings.publishUrl, http1Request(number, settings, kind), this));
    const connections = [];
    for (let from = 0; from < kind.clients; from += settings.streams) {
      connections.push(new Http2Client(settings.publishUrl, numbers.slice(from, from + settings.streams).map((number) => http2Request(number, settings, kind)), kind.frame, this));
    }
    return connections;
  }

  _figures(seconds, generator, server) {
    const failed = [...this.failures.values()].reduce((sum, one) => sum + one, 0);
    const requests = this.stored + failed;
    return {
      ...this.kind,
      seconds,
      requests,
      failures: Object.fromEntries(this.failures),
      successPercent: requests === 0 ? 0 : (this.stored / requests) * 100,
      requestsPerSecond: this.stored / seconds,
      messagesPerSecond: this.messages / seconds,
      megabytesPerSecond: (this.messages * this.size) / seconds / 1e6,
      latencyMs: this.latency.toMilliseconds(),
      generator: { ...generator, isBottleneck: generator.loopBusyPercent >= busyLoopPercent },
      server,
    };
  }
}

function count(bytes, what) {
  let times = 0;
  for (let at = bytes.indexOf(what); at >= 0; at = bytes.indexOf(what, at + what.length)) times++;
  return times;
}

function pause(ms, stop) {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    }
  });
}

module.exports = { Round };
