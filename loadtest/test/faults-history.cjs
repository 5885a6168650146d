'use strict';

const { Ledger } = require('../lib/ledger.cjs');
const { check } = require('../faults/lib/checker.cjs');
const { ClientLog } = require('../faults/lib/client-log.cjs');
const { FrameTable } = require('../faults/lib/frame-table.cjs');
const { LogStore } = require('../faults/lib/log-store.cjs');
const { Violations } = require('../faults/lib/violations.cjs');

/** A history written by hand: what is stored, and what one client sent and got. `judge` says which kinds of violation the checker finds. */
class History {
  constructor() {
    this.table = new FrameTable();
    this.truths = new Map([['e1', new Ledger()], ['e2', new Ledger()]]);
    this.log = new ClientLog(new LogStore(1 << 20));
    this.connections = 0;
    this.target = 0;
  }

  /** `{a: [1, 3], b: [2]}` */
  stored(byChannel, epoch = 'e1') {
    for (const [name, seqs] of Object.entries(byChannel)) {
      const channel = this.truths.get(epoch).channel(name);
      for (const seq of seqs) channel.add(seq);
    }
    return this;
  }

  open({ seq = 0, epoch = 'e1', server = 0 } = {}) {
    this.epoch = epoch;
    this.log.event({ is: 'open', at: 0, connection: this.connections++, server });
    return this.got({ type: 'welcome', epoch, seq, ts: 1 });
  }

  subscribe(channels, seq, { since, epoch = 'e1', last, recovered, id = 1, ackEpoch = this.epoch, subscribed = channels } = {}) {
    this.log.event({ is: 'sent', at: 0, request: { type: 'subscribe', id, channels, since, epoch: since === undefined ? undefined : epoch, last } });
    return this.got({ type: 'subscription_ack', id, subscribed, count: 1, seq, ts: 1, epoch: ackEpoch, recovered });
  }

  /** A subscribe with `since`, its catch-up and its sync. */
  resume(channels, since, mark, caughtUp = () => {}, { recovered = true, sync = Math.max(since, mark), ...rest } = {}) {
    this.subscribe(channels, mark, { since, recovered, ...rest });
    caughtUp(this);
    return sync === null ? this : this.got({ type: 'sync', id: 1, seq: sync, ts: 1 });
  }

  message(channel, seq, prev) {
    this.log.message(this.table.add(channel, seq, prev, 1));
    return this;
  }

  gap(from, to, channel, reason = 'window') {
    return this.got({ type: 'gap', channel, from, to, reason });
  }

  position(seq) {
    return this.got({ type: 'position', seq, ts: 1 });
  }

  reset(epoch, seq) {
    return this.got({ type: 'reset', epoch, seq, ts: 1 });
  }

  got(frame) {
    this.log.event({ is: 'got', at: 0, frame });
    return this;
  }

  close() {
    this.log.event({ is: 'closed', at: 0, code: 1006, reason: '' });
    return this;
  }

  judge() {
    const violations = new Violations();
    const totals = check({ clients: [{ index: 7, log: this.log }], table: this.table, truths: this.truths, violations, target: this.target });
    const found = Object.fromEntries(Object.entries(violations.counts).filter(([, count]) => count > 0));
    return { found, totals, examples: violations.examples };
  }
}

module.exports = { History };
