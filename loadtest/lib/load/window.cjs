'use strict';

const { Figures } = require('../figures.cjs');
const { Histogram } = require('../histogram.cjs');
const { WatchSum } = require('../process-watch.cjs');
const { complaintsOf } = require('../report/complaints.cjs');
const { PublishSum } = require('./publish-sum.cjs');

/** A stretch of a run: what all processes told between two looks, added up. */
class Window {
  constructor(name, groups, userClasses, clock) {
    this.name = name;
    this.groups = groups;
    this.userClasses = userClasses;
    this.clock = clock;
    this.openedAt = clock.now();
    this.askedAt = this.openedAt; // when the server was asked what it says at the opening
    this.figures = new Figures(clock, groups.names.length, Math.max(1, userClasses.length));
    this.publishing = new PublishSum();
    this.watches = new Map();
    this.census = null;
    this.seconds = 0;
  }

  add(look) {
    for (const { figures } of look.crowds) this.figures.add(figures);
    if (look.publisher !== null) this.publishing.add(look.publisher);
    for (const [name, watch] of Object.entries(look.watches)) {
      if (!this.watches.has(name)) this.watches.set(name, new WatchSum());
      this.watches.get(name).add(watch);
    }
    this.census = look.census;
    this.seconds += look.seconds;
  }

  /**
   * @param {object} server what the server said meanwhile
   * @returns plain data: the unit of reports, and of what the modes decide by. Times in ms.
   */
  tell(startedAt, target, server) {
    const { figures, seconds, census } = this;
    const perSecond = (count) => (seconds > 0 ? Number((count / seconds).toFixed(2)) : 0);
    const publish = Histogram.of(...figures.publish.map((one) => one.pack()));
    const stream = Histogram.of(...figures.stream.map((one) => one.pack()));
    const publishing = this.publishing.summary(seconds);
    const generatorFailures = sumOf(Object.fromEntries(figures.generatorFailures), publishing.generatorFailures);
    const processes = [...this.watches].map(([name, watch]) => ({ name, ...watch.summary() }));
    return {
      name: this.name,
      from: round((this.openedAt - startedAt) / 1000, 2),
      seconds: round(seconds, 2),
      clients: {
        target, subscribed: census.subscribed, waiting: census.waiting, connecting: census.connecting + census.subscribing, unable: census.unable,
        lost: figures.lostClients, left: figures.leftClients, refused: Object.fromEntries(figures.refusals), failed: Object.fromEntries(figures.failures),
      },
      connecting: { attempts: figures.attempts, subscribed: figures.subscribedClients, handshake: figures.handshake.toMilliseconds(), ready: figures.ready.toMilliseconds() },
      received: figures.messages,
      delivered: figures.delivered,
      deliveredPerSecond: perSecond(figures.delivered),
      bytes: figures.frameBytes,
      latency: latencyOf(publish, stream),
      groups: this.groups.tell((at) => ({ delivered: figures.deliveries[at], deliveredPerSecond: perSecond(figures.deliveries[at]), latency: latencyOf(figures.publish[at], figures.stream[at]) })),
      users: this._users(perSecond),
      publishing,
      server,
      generator: { processes, failures: generatorFailures, goaways: publishing.goaways, complaints: complaintsOf({ processes, failures: generatorFailures }) },
      histograms: {
        publish: publish.pack(), stream: stream.pack(), handshake: figures.handshake.pack(), ready: figures.ready.pack(), acknowledged: this.publishing.latency.pack(),
        groups: this.groups.tell((at) => (figures.publish[at].count > 0 ? figures.publish[at] : figures.stream[at]).pack()),
      },
    };
  }

  /** What users of each class got, per user. */
  _users(perSecond) {
    return Object.fromEntries(this.userClasses.map((one, at) => {
      const clients = this.census.classes[at];
      return [one.name, { clients, channels: one.channels, planned: one.range, intended: one.rate, received: clients > 0 ? round(perSecond(this.figures.classDeliveries[at]) / clients, 3) : 0 }];
    }));
  }
}

/** From a publish's intended time when any was ours, else from the broker's stamp. */
function latencyOf(publish, stream) {
  return publish.count > 0 ? { from: 'due', ...publish.toMilliseconds() } : { from: 'stored', ...stream.toMilliseconds() };
}

function sumOf(...counts) {
  const total = {};
  for (const one of counts) for (const [label, times] of Object.entries(one)) total[label] = (total[label] ?? 0) + times;
  return total;
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}

module.exports = { Window, sumOf };
