'use strict';

const { Histogram } = require('../../lib/histogram.cjs');
const { count } = require('../../lib/figures.cjs');

const generatorErrors = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/** What is counted while a scenario runs; what the checker finds is counted apart. */
class FaultFigures {
  constructor(clock) {
    this.clock = clock;
    this.opened = 0;
    this.messages = 0;
    this.caughtUp = 0; // messages between an ack and its sync
    this.latency = new Histogram(); // µs, from the time a live message was meant to be published to its arrival
    this.ends = new Map(); // how connections ended
    this.resumes = { recovered: 0, notRecovered: 0, elsewhere: 0 };
    this.awayMs = new Histogram(); // ms between two connections
    this.refusals = new Map();
    this.failures = new Map();
    this.generatorFailures = new Map();
    this.errors = new Map();
    this.stops = new Map();
  }

  arrived(client, record) {
    if (!Number.isNaN(record.sent)) this.latency.record((this.clock.epoch() - record.sent) * 1000);
  }

  resumed(client, isRecovered) {
    this.resumes[isRecovered ? 'recovered' : 'notRecovered']++;
    if (client.lastServer !== undefined && client.lastServer !== client.door.server) this.resumes.elsewhere++;
    if (client.endedAt !== undefined) this.awayMs.record(this.clock.now() - client.endedAt);
  }

  ended(client, code, error) {
    const how = client.isLeaving ? 'left at the end'
      : client.movedBy !== null ? `cut by ${client.movedBy}`
        : `${code} ${client.bye?.reason ?? error ?? ''}`.trim();
    count(this.ends, how);
    client.movedBy = null;
    client.lastServer = client.door.server;
    client.endedAt = this.clock.now();
  }

  refused(status, reason) {
    count(this.refusals, `${status} ${reason}`);
  }

  attemptFailed(error) {
    if (error) count(generatorErrors.has(error) ? this.generatorFailures : this.failures, error);
  }

  stopped(code, reason) {
    count(this.stops, `${code} ${reason}`.trim());
  }

  error(code) {
    count(this.errors, code);
  }

  /** How often a connection ended in a way whose name begins so. */
  endsBy(prefix) {
    let sum = 0;
    for (const [how, times] of this.ends) if (how.startsWith(prefix)) sum += times;
    return sum;
  }
}

module.exports = { FaultFigures };
