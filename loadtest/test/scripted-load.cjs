'use strict';

const { mulberry32 } = require('../lib/plans.cjs');

/**
 * A load on a server that is a formula: the interface of the real one, in no time at all. CPU comes from known costs, with noise of a seeded
 * generator; above the thresholds it refuses and pauses as the real one does, with the same hysteresis.
 */
class ScriptedLoad {
  constructor(server = {}) {
    this.server = {
      costs: { idle: 0.008, client: 2e-6, message: 0.0003, delivery: 7e-6, handshake: 0.0002 },
      cores: 0.5, reject: 75, pause: 80, memoryLimit: 512 * 2 ** 20, memoryFixed: 100 * 2 ** 20, memoryPerClient: 40_000, maxConnections: 100_000,
      noise: 0, seed: 1, share: 0.1, restingP99: 3, complainFrom: Infinity, lossFrom: Infinity, silentFrom: Infinity, ...server,
    };
    this.random = mulberry32(this.server.seed);
    this.clients = 0;
    this.wanted = 0;
    this.rate = 0;
    this.churning = 0;
    this.state = 'normal';
    this.looks = 0;
    this.cameIn = 0;
    this.refused = {};
    this.asked = [];
    this.at = 0;
    this.windows = [];
    this.series = { load: [], server: [] };
    this.open = null;
    this.finished = false;
  }

  async start() {}

  async setClients(count) {
    this.asked.push(count);
    this.wanted = count;
    this._letIn();
    return this._window('clients', 1, false);
  }

  async setRate(messagesPerSecond) {
    this.rate = messagesPerSecond;
  }

  async begin(phase) {
    const ended = this.open;
    const { at } = this;
    this.open = { name: phase, at, complaints: [] };
    if (ended === null) return null;
    const window = { ...this._window(ended.name, Math.max(0.001, at - ended.at), false), generator: { complaints: ended.complaints } };
    this.windows.push(window);
    return window;
  }

  async end() {
    await new Promise((resolve) => { setImmediate(resolve); }); // processes take a moment to go
    this.ended = true;
  }

  async churn(perSecond) {
    this.churning = perSecond;
  }

  async measure(seconds, { name = 'window' } = {}) {
    this.looks++;
    const window = this._window(name, seconds);
    this.cameIn = 0;
    this.refused = {};
    this.at += seconds;
    this._record(window);
    return window;
  }

  /** @param isLook time goes by, so the CPU is felt */
  _window(name, seconds, isLook = true) {
    const { server } = this;
    if (isLook) this._letIn();
    const newcomers = this.cameIn / seconds + this.churning;
    const noise = isLook ? server.noise * (this.random() + this.random() + this.random() - 1.5) : 0;
    const wantedCores = this._cores(newcomers) * (1 + noise);
    const cpuPercent = Math.min(100, (wantedCores / server.cores) * 100);
    if (isLook) this._govern(cpuPercent);
    const rate = this.state === 'paused' ? this.rate * 0.8 : this.rate;
    const deliveredPerSecond = rate * server.share * this.clients;
    const p99 = server.restingP99 * (1 + (cpuPercent / 100) ** 6 * (cpuPercent >= 99 ? 1000 : 30));
    return {
      name,
      seconds,
      clients: { target: this.wanted, subscribed: this.clients, lost: this.clients >= server.lossFrom ? 5 : 0, refused: this.refused, failed: {} },
      connecting: { subscribed: this.cameIn + this.churning * seconds, ready: { p50: 1, p99: 5 } },
      delivered: deliveredPerSecond * seconds,
      deliveredPerSecond,
      latency: { count: Math.round(deliveredPerSecond * seconds), p50: p99 / 2, p90: p99 * 0.8, p99, p999: p99 * 1.5, max: p99 * 2 },
      publishing: { due: this.rate * seconds, sent: this.rate * seconds, acknowledged: rate * seconds, failures: {} },
      server: this.clients >= server.silentFrom ? { looks: 0 } : {
        looks: 2, cpuCores: Math.min(server.cores, wantedCores), cpuPercent: only(cpuPercent), memoryBytes: only(this._memory()), tasks: only(20 + 2 * this.clients),
        states: { [this.state]: 1 }, dropped: {},
      },
      generator: { complaints: this.clients * (1 + this.rate / 100) >= server.complainFrom ? ['event loop 900 ms late at p99, at most 200'] : [] },
    };
  }

  async finish(stop) {
    this.finished = true;
    this.server.onFinish?.();
    return { run: 'scripted', startedAt: '2026-01-01T00:00:00Z', settings: {}, windows: this.windows, series: this.series, interrupted: stop?.aborted ?? false };
  }

  _record({ clients, deliveredPerSecond, latency, server, generator }) {
    this.open?.complaints.push(...generator.complaints);
    this.series.load.push({ at: this.at, subscribed: clients.subscribed, deliveredPerSecond, publishedPerSecond: this.rate, latency, lagP99Ms: 1, cpuPercent: 20 });
    if (server.looks > 0) this.series.server.push({ at: this.at, cpuPercent: server.cpuPercent.mean, memoryBytes: server.memoryBytes.max, tasks: server.tasks.max, state: this.state });
  }

  _letIn() {
    const { server } = this;
    if (this.wanted <= this.clients) {
      this.clients = this.wanted;
      return;
    }
    const refuse = (reason, times) => { if (times > 0) this.refused[reason] = (this.refused[reason] ?? 0) + times; };
    const memoryFull = Math.floor((0.85 * server.memoryLimit - server.memoryFixed) / server.memoryPerClient);
    if (this.state !== 'normal') {
      refuse('503 cpu', this.wanted - this.clients);
      return;
    }
    const room = Math.min(this.wanted, server.maxConnections, memoryFull);
    if (room < this.wanted) refuse(room === memoryFull ? '503 memory' : '503 max_connections', this.wanted - Math.max(room, this.clients));
    this.cameIn += Math.max(0, room - this.clients);
    this.clients = Math.max(this.clients, room);
  }

  _cores(newcomersPerSecond) {
    const { costs, share } = this.server;
    return costs.idle + this.clients * costs.client + this.rate * costs.message + this.rate * share * this.clients * costs.delivery + newcomersPerSecond * costs.handshake;
  }

  _govern(percent) {
    const { reject, pause } = this.server;
    if (percent > pause) this.state = 'paused';
    else if (percent > reject) this.state = this.state === 'paused' && percent >= pause - 5 ? 'paused' : 'rejecting';
    else if (percent < reject - 5) this.state = 'normal';
    else if (this.state === 'paused') this.state = 'rejecting';
  }

  _memory() {
    return Math.round(this.server.memoryFixed + this.clients * this.server.memoryPerClient);
  }

  /** Where the formula reaches the threshold. */
  clientsAt(percent, rate) {
    const { costs, cores, share } = this.server;
    return ((percent / 100) * cores - costs.idle - rate * costs.message) / (costs.client + rate * share * costs.delivery);
  }

  rateAt(percent, clients) {
    const { costs, cores, share } = this.server;
    return ((percent / 100) * cores - costs.idle - clients * costs.client) / (costs.message + share * clients * costs.delivery);
  }

  limits() {
    const { cores, reject, pause, memoryLimit, maxConnections } = this.server;
    return { version: '1.2.3', cpuLimitCores: cores, cpuRejectPercent: reject, cpuResumePercent: reject - 5, cpuPausePercent: pause, memoryRejectPercent: 85, memoryLimitBytes: memoryLimit, maxConnections, maxTasks: 1e6 };
  }
}

/** A series that had one value all the time. */
function only(value) {
  return { first: value, last: value, mean: value, max: value };
}

module.exports = { ScriptedLoad };
