'use strict';

/** Every way in which a server can break the promise, and how a report calls it. */
const faultKinds = Object.freeze({
  lost: 'messages owed were never delivered',
  duplicate: 'messages were delivered twice on one connection',
  inversion: 'messages came out of stream order',
  brokenPrev: 'messages whose "prev" is not the message before',
  dishonestGap: 'announced gaps cover a message that was delivered',
  misdelivered: 'messages came on a channel the client did not ask for',
  corrupt: 'payloads differ from what was published or from what another client got',
  protocol: 'frames break the protocol',
  reset: 'the stream was another one in the middle of the run',
});

const examplesPerKind = 5;

/** Counts faults by kind and keeps the first few of each for the report. */
class Faults {
  constructor() {
    this.counts = Object.fromEntries(Object.keys(faultKinds).map((kind) => [kind, 0]));
    this.examples = Object.fromEntries(Object.keys(faultKinds).map((kind) => [kind, []]));
  }

  /** @param {() => string} describe called only while examples are still wanted */
  add(kind, describe, count = 1) {
    this.counts[kind] += count;
    if (this.examples[kind].length < examplesPerKind) this.examples[kind].push(describe());
  }

  /** Adds those of another process. */
  addAll({ counts, examples }) {
    for (const kind of Object.keys(counts)) {
      this.counts[kind] += counts[kind];
      this.examples[kind].push(...examples[kind].slice(0, examplesPerKind - this.examples[kind].length));
    }
  }

  get total() {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }
}

module.exports = { Faults, faultKinds };
