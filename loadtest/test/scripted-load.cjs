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
    this.finished = false;
  }

  async start() {}

  async setClients(count) {
    this.asked.push(count);
    this.wanted = count;
    this._letIn();
  }

  async setRate(messagesPerSecond) {
    this.rate = messagesPerSecond;
  }

  async churn(perSecond) {
    this.churning = perSecond;
  }

  async measure(seconds) {
    this.looks++;
    const { server } = this;
    this._letIn();
    const newcomers = this.cameIn / seconds + this.churning;
    const wantedCores = this._cores(newcomers) * (1 + server.noise * (this.random() + this.random() + this.random() - 1.5));
    const cpuPercent = Math.min(100, (wantedCores / server.cores) * 100);
    this._govern(cpuPercent);
    const rate = this.state === 'paused' ? this.rate * 0.8 : this.rate;
    const deliveredPerSecond = rate * server.share * this.clients;
    const p99 = server.restingP99 * (1 + (cpuPercent / 100) ** 6 * (cpuPercent >= 99 ? 1000 : 30));
    const window = {
      seconds,
      clients: { subscribed: this.clients, lost: this.clients >= server.lossFrom ? 5 : 0, refused: this.refused, failed: {} },
      connect: { count: this.cameIn + this.churning * seconds, p50: 1, p99: 5 },
      delivered: deliveredPerSecond * seconds,
      deliveredPerSecond,
      gapsAnnounced: 0,
      latency: { count: Math.round(deliveredPerSecond * seconds), p50: p99 / 2, p90: p99 * 0.8, p99, p999: p99 * 1.5, max: p99 * 2 },
      publishing: { due: this.rate * seconds, sent: this.rate * seconds, acknowledged: rate * seconds, failures: {} },
      server: this.clients >= server.silentFrom ? null : {
        cpuCores: Math.min(server.cores, wantedCores), cpuPercent, memoryBytes: this._memory(), tasks: 20 + 2 * this.clients, states: { [this.state]: 1 },
      },
      generator: { lagP99Ms: 1, cpuPercent: 20, complaints: this.clients * (1 + this.rate / 100) >= server.complainFrom ? ['event loop 900 ms late at p99, at most 200'] : [] },
    };
    this.cameIn = 0;
    this.refused = {};
    return window;
  }

  async finish() {
    this.finished = true;
    return { run: 'scripted', settings: {}, criteria: [] };
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
    return { version: '1.2.3', cpuLimitCores: cores, cpuRejectPercent: reject, cpuPausePercent: pause, memoryRejectPercent: 85, memoryLimitBytes: memoryLimit, maxConnections, maxTasks: 1e6 };
  }
}

module.exports = { ScriptedLoad };
