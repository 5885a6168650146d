'use strict';

const { Histogram } = require('./histogram.cjs');

const generatorErrors = new Set(['EADDRNOTAVAIL', 'EADDRINUSE', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);
const maxLabels = 200;

const numbers = ['messages', 'ownDeliveries', 'frameBytes', 'clockAhead', 'attempts', 'subscribedClients', 'subscriptions', 'lostClients', 'leftClients'];
const labelled = ['refusals', 'failures', 'generatorFailures', 'disconnects', 'serverErrors', 'gaps', 'refusedSubscriptions'];
const times = ['handshake', 'ready'];
const timesOfGroups = ['publish', 'stream'];

/**
 * What the clients of one process count while the load runs, and the sum of such counts. A process hands over what came since the last
 * time (`take`), the coordinator adds that up (`add`). Times in microseconds.
 */
class Figures {
  /**
   * @param {number} groups of channels that are told apart
   * @param {number} classes of users
   */
  constructor(clock, groups = 1, classes = 1) {
    this.clock = clock;
    for (const name of numbers) this[name] = 0;
    for (const name of labelled) this[name] = new Map();
    this.handshake = new Histogram(); // connect called → 101
    this.ready = new Histogram(); // connect called → subscription_ack
    this.publish = newHistograms(groups); // a publish's intended time → received
    this.stream = newHistograms(groups); // the broker's stamp → received
    this.deliveries = new Array(groups).fill(0); // the new ones among the messages
    this.classDeliveries = new Array(classes).fill(0); // the same by class of user
  }

  get delivered() {
    return this.deliveries.reduce((a, b) => a + b, 0);
  }

  get refusedCount() {
    return total(this.refusals);
  }

  get failedCount() {
    return total(this.failures) + total(this.generatorFailures);
  }

  received(record) {
    this.messages++;
    const { group } = record.channel;
    const age = (this.clock.wall() - record.ts) * 1000;
    if (age < 0) this.clockAhead++;
    this.stream[group].record(age);
    if (Number.isNaN(record.sent)) return;
    this.ownDeliveries++;
    this.publish[group].record((this.clock.epoch() - record.sent) * 1000);
  }

  newMessage(record, userClass) {
    this.deliveries[record.channel.group]++;
    this.classDeliveries[userClass]++;
  }

  attempted() {
    this.attempts++;
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

  left() {
    this.leftClients++;
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

  /** All counts since the last call, as plain data. */
  take() {
    const taken = { deliveries: this.deliveries.slice(), classDeliveries: this.classDeliveries.slice() };
    for (const name of numbers) taken[name] = this[name];
    for (const name of labelled) taken[name] = Object.fromEntries(this[name]);
    for (const name of times) taken[name] = this[name].pack();
    for (const name of timesOfGroups) taken[name] = this[name].map((one) => one.pack());
    this._clear();
    return taken;
  }

  add(taken) {
    for (const name of numbers) this[name] += taken[name];
    for (const name of labelled) for (const [label, times] of Object.entries(taken[name])) count(this[name], label, times);
    for (const name of times) this[name].add(taken[name]);
    for (const name of timesOfGroups) taken[name].forEach((one, group) => this[name][group].add(one));
    for (const name of ['deliveries', 'classDeliveries']) taken[name].forEach((times, at) => { this[name][at] += times; });
  }

  _clear() {
    for (const name of numbers) this[name] = 0;
    for (const name of labelled) this[name].clear();
    for (const name of times) this[name].clear();
    for (const name of timesOfGroups) this[name].forEach((one) => one.clear());
    this.deliveries.fill(0);
    this.classDeliveries.fill(0);
  }
}

function newHistograms(groups) {
  return Array.from({ length: groups }, () => new Histogram());
}

/** Labels come from the server: a hostile one must not fill our memory. */
function count(map, label, times = 1) {
  const key = map.has(label) || map.size < maxLabels ? label : 'others';
  map.set(key, (map.get(key) ?? 0) + times);
}

function total(map) {
  let sum = 0;
  for (const value of map.values()) sum += value;
  return sum;
}

/** Whether an error's code says that this machine lacks something, not the server. */
function isGeneratorError(code) {
  return generatorErrors.has(code);
}

module.exports = { Figures, count, total, isGeneratorError };
