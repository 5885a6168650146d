'use strict';

const { count, isGeneratorError } = require('../figures.cjs');
const { Histogram } = require('../histogram.cjs');

/** What the publisher told, added up. */
class PublishSum {
  constructor() {
    this.due = 0;
    this.sent = 0;
    this.acknowledged = 0;
    this.failures = new Map();
    this.latency = new Histogram(); // intended time → answer
  }

  add({ due, sent, acknowledged, failures, latency }) {
    this.due += due;
    this.sent += sent;
    this.acknowledged += acknowledged;
    for (const [label, times] of Object.entries(failures)) count(this.failures, label, times);
    this.latency.add(latency);
  }

  /** Failures by whose they are: `failures` the server's, `generatorFailures` this machine's, `goaways` an HTTP/2 peer that sent the connection away. */
  summary(seconds) {
    const split = { failures: {}, generatorFailures: {}, goaways: {} };
    for (const [label, times] of this.failures) {
      const whose = isGeneratorError(label) ? 'generatorFailures' : /goaway|enhance_your_calm/i.test(label) ? 'goaways' : 'failures';
      split[whose][label] = times;
    }
    return { due: this.due, sent: this.sent, acknowledged: this.acknowledged, perSecond: seconds > 0 ? this.acknowledged / seconds : 0, ...split, latency: this.latency.toMilliseconds() };
  }
}

module.exports = { PublishSum };
