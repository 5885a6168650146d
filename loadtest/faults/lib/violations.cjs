'use strict';

/** Every way in which a server (or, last, this program) can break the promise of docs/PROTOCOL.md, by the invariant it breaks. */
const violationKinds = Object.freeze({
  inversion: 'I1: messages came out of stream order',
  brokenPrev: 'I1: "prev" is neither the channel\'s last message nor inside a gap',
  duplicate: 'I2: messages came again',
  lost: 'I3: messages owed were neither delivered nor announced as lost',
  dishonestGap: 'I4: gaps cover messages that were delivered',
  misdelivered: 'messages came on a channel the client was not subscribed to',
  corrupt: 'payloads differ from what was published or from what another client got',
  protocol: 'frames break the protocol',
  clientRule: 'a client of this program did not keep its own rules: a fault of the harness',
});

const examplesPerKind = 5;

/** Counts violations by kind and keeps the first few of each with all that is needed to follow them up. */
class Violations {
  constructor() {
    this.counts = Object.fromEntries(Object.keys(violationKinds).map((kind) => [kind, 0]));
    this.examples = [];
  }

  /**
   * @param {() => object} describe called only while examples of the kind are still wanted
   * @returns the example, or null when there are enough of them
   */
  note(kind, describe, count = 1) {
    const before = this.counts[kind];
    this.counts[kind] += count;
    if (before >= examplesPerKind || this.examples.filter((example) => example.kind === kind).length >= examplesPerKind) return null;
    const example = { kind, ...describe() };
    this.examples.push(example);
    return example;
  }

  /** What the decoder calls: faults that belong to no client. */
  add(kind, describe, count) {
    this.note(kind, () => ({ text: describe() }), count);
  }

  get total() {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }
}

module.exports = { Violations, violationKinds };
