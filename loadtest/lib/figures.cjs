'use strict';

const { Histogram } = require('./histogram.cjs');

const generatorErrors = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);
const maxLabels = 200;

/** Everything that is counted while the load runs. Times in microseconds. */
class Figures {
  constructor(clock) {
    this.clock = clock;
    this.handshake = new Histogram(); // connect called → 101
    this.ready = new Histogram(); // connect called → subscription_ack
    this.latency = { ramp: newLatency(), hold: newLatency() };
    this.interval = newLatency(); // since the last progress line
    this.phase = 'ramp';
    this.messages = 0; // message frames of any kind
    this.deliveries = 0; // the new ones among them
    this.ownDeliveries = 0;
    this.frameBytes = 0;
    this.clockAhead = 0; // messages whose stream time lies in our future
    this.subscribedClients = 0; // ever
    this.subscriptions = 0;
    this.lostClients = 0;
    this.refusals = new Map();
    this.failures = new Map();
    this.generatorFailures = new Map();
    this.disconnects = new Map();
    this.serverErrors = new Map();
    this.gaps = new Map();
    this.refusedSubscriptions = new Map();
  }

  get refusedCount() {
    return total(this.refusals);
  }

  get failedCount() {
    return total(this.failures) + total(this.generatorFailures);
  }

  received(record) {
    this.messages++;
    const latency = this.latency[this.phase];
    const age = (this.clock.wall() - record.ts) * 1000;
    if (age < 0) this.clockAhead++;
    latency.stream.record(age);
    if (Number.isNaN(record.sent)) return;
    this.ownDeliveries++;
    const own = (this.clock.epoch() - record.sent) * 1000;
    latency.publish.record(own);
    this.interval.publish.record(own);
  }

  delivered(record) {
    this.deliveries++;
    if (Number.isNaN(record.sent)) this.interval.stream.record((this.clock.wall() - record.ts) * 1000);
  }

  subscribed(readyMicroseconds, names) {
    this.subscribedClients++;
    this.subscriptions += names;
    this.ready.record(readyMicroseconds);
  }

  refused(status, reason) {
    count(this.refusals, `${status} ${reason}`);
  }

  /** An attempt that ended before its subscription_ack; refusals have been counted already. */
  attemptFailed(failure, errorCode) {
    if (failure.startsWith('refused ')) return;
    count(generatorErrors.has(errorCode) ? this.generatorFailures : this.failures, failure);
  }

  disconnected(code, reason, error) {
    this.lostClients++;
    count(this.disconnects, [code, reason || null, error].filter((part) => part).join(' '));
  }

  serverError(code) {
    count(this.serverErrors, String(code).slice(0, 64));
  }

  gapAnnounced(reason) {
    count(this.gaps, String(reason).slice(0, 64));
  }

  subscriptionsRefused(names) {
    for (const name of names) count(this.refusedSubscriptions, name);
  }
}

function newLatency() {
  return { publish: new Histogram(), stream: new Histogram() };
}

/** Labels come from the server: a hostile one must not fill our memory. */
function count(map, label) {
  const key = map.has(label) || map.size < maxLabels ? label : 'others';
  map.set(key, (map.get(key) ?? 0) + 1);
}

function total(map) {
  let sum = 0;
  for (const value of map.values()) sum += value;
  return sum;
}

module.exports = { Figures, count, total };
