'use strict';

const { fingerprint } = require('./ledger.cjs');
const { compilePattern, isPattern } = require('./names.cjs');

const maxGaps = 1000;
const maxBreaks = 256;
const fields = 3; // of a slot: last seq, number received, sum of fingerprints

/**
 * What one connection was given, in a few numbers a channel, and the check of every frame against the promise:
 * rising sequence, no duplicate, an unbroken `prev` chain, honest gaps. Whether all that was owed has arrived is
 * decided at the end, by count and fingerprint, against the ledger.
 */
class Receipts {
  /** @param {number} startSeq the `seq` of the subscription_ack: what is stored above it is owed */
  constructor(clientIndex, plan, startSeq, faults) {
    this.clientIndex = clientIndex;
    this.plan = plan;
    this.startSeq = startSeq;
    this.faults = faults;
    this.state = new Float64Array(Math.max(1, plan.channels.length) * fields);
    this.position = startSeq; // the highest seq of any message, pong or position
    this.received = 0;
    this.gaps = []; // {channel, covers, from, to}
    this.breaks = []; // stretches of a channel that were skipped: a later message from inside is late, not doubled
    this.sealed = false; // after a reset the old numbers mean nothing any more
    this.undecided = false; // more gaps than this account can hold
  }

  /** @returns {boolean} true when the message is new to this connection */
  message(record) {
    if (this.sealed) return true;
    const { channel, seq } = record;
    const slot = this.plan.slotOf(channel);
    if (slot < 0) {
      this._fault('misdelivered', () => `seq ${seq} on ${channel.name}, subscribed to ${this.plan.names.slice(0, 5).join(', ')}`);
      return false;
    }
    const at = slot * fields;
    if (at >= this.state.length) this._grow(at + fields);
    const last = this.state[at];
    if (seq <= this.position) return this._notRising(record, slot, last);
    if (record.prev !== (last === 0 ? -1 : last)) this._checkPrev(record, slot, last);
    if (this.gaps.length > 0) this._checkGaps(record);
    this.state[at] = seq;
    this.position = seq;
    this._count(at, seq);
    return true;
  }

  gap(channelName, from, to) {
    if (this.sealed) return;
    const covers = channelName === undefined ? () => true
      : isPattern(channelName) ? compilePattern(channelName) : (name) => name === channelName;
    for (let slot = 0; slot * fields < this.state.length && slot < this.plan.channels.length; slot++) {
      const last = this.state[slot * fields];
      if (last >= from && last <= to && covers(this.plan.channels[slot].name)) {
        this._fault('dishonestGap', () => `gap ${from}-${to} covers seq ${last} of ${this.plan.channels[slot].name}, which was delivered`);
        return;
      }
    }
    if (this.gaps.length < maxGaps) this.gaps.push({ covers, from, to });
    else this.undecided = true;
  }

  /** The server says that everything up to `seq` that concerns this client has been sent. */
  reached(seq) {
    if (this.sealed) return;
    if (seq < this.position) {
      this._fault('protocol', () => `position ${seq} after ${this.position} had been sent`);
    } else {
      this.position = seq;
    }
  }

  seal() {
    this.sealed = true;
  }

  /**
   * Compares with the ledger. `upTo` is the sequence that this client must have seen; what it was given beyond
   * counts as well.
   * @param {(channel, figures) => void} [onChannel] told of each channel by itself
   * @returns {{owed: number, lost: number, announced: number, surplus: number}}
   */
  settle(ledger, upTo, onChannel) {
    for (const channel of this.plan.patterns.length > 0 ? ledger.channels : this.plan.exact) {
      this.plan.slotOf(typeof channel === 'string' ? ledger.channel(channel) : channel);
    }
    const end = this.sealed ? this.position : Math.max(this.position, upTo);
    const total = { owed: 0, lost: 0, announced: 0, surplus: 0 };
    for (let slot = 0; slot < this.plan.channels.length; slot++) {
      const one = this._settleChannel(this.plan.channels[slot], slot * fields, end);
      for (const name of Object.keys(total)) total[name] += one[name];
      onChannel?.(this.plan.channels[slot], one);
    }
    return total;
  }

  _settleChannel(channel, at, end) {
    const owed = channel.range(this.startSeq, end);
    const announced = this._announced(channel, end);
    const count = at < this.state.length ? this.state[at + 1] : 0;
    const print = at < this.state.length ? this.state[at + 2] : 0;
    const missing = owed.count - announced.count - count;
    const result = { owed: owed.count, lost: 0, announced: announced.count, surplus: 0 };
    if (missing === 0 && owed.print - announced.print === print) return result;
    if (missing >= 0) {
      // Equal numbers with unequal fingerprints: at least one is missing and another one too many.
      result.lost = Math.max(1, missing);
      this._fault('lost', () => `${result.lost} of ${owed.count} owed on ${channel.name} between seq ${this.startSeq} and ${end}`, result.lost);
    } else {
      result.surplus = -missing;
      this._fault('dishonestGap', () => `${-missing} messages on ${channel.name} were delivered although a gap covers them`, -missing);
    }
    return result;
  }

  _announced(channel, end) {
    const total = { count: 0, print: 0 };
    if (this.gaps.length === 0) return total;
    const mine = this.gaps.filter((gap) => gap.covers(channel.name)).sort((a, b) => a.from - b.from);
    let done = this.startSeq;
    for (const gap of mine) {
      const part = channel.range(Math.max(done, gap.from - 1), Math.min(gap.to, end));
      total.count += part.count;
      total.print += part.print;
      done = Math.max(done, Math.min(gap.to, end));
    }
    return total;
  }

  _notRising(record, slot, last) {
    const { channel, seq } = record;
    if (seq === last) {
      this._fault('duplicate', () => `seq ${seq} on ${channel.name} twice`);
      return false;
    }
    const late = seq > last || this.breaks.some((gone) => gone.slot === slot && gone.after < seq && seq < gone.before);
    if (!late) {
      this._fault('duplicate', () => `seq ${seq} on ${channel.name} again after ${last}`);
      return false;
    }
    this._fault('inversion', () => `seq ${seq} on ${channel.name} after ${this.position} had been reached`);
    if (seq <= this.startSeq) return true;
    if (seq > last) this.state[slot * fields] = seq;
    this._count(slot * fields, seq);
    return true;
  }

  _checkPrev(record, slot, last) {
    const { channel, seq, prev } = record;
    // Before the first message of a channel only this is known: nothing above the ack's seq may be skipped.
    if (last === 0 && prev <= this.startSeq) return;
    const after = Math.max(last, this.startSeq);
    if (this.breaks.length < maxBreaks) this.breaks.push({ slot, after, before: seq });
    if (prev === 0) return;
    if (prev < seq && prev > last && this.gaps.some((gap) => gap.from <= prev && prev <= gap.to && gap.covers(channel.name))) return;
    this._fault('brokenPrev', () => `seq ${seq} on ${channel.name} says prev ${prev}, the last one seen is ${last || 'none'}`);
  }

  _checkGaps(record) {
    const { channel, seq } = record;
    const lie = this.gaps.find((gap) => gap.from <= seq && seq <= gap.to && gap.covers(channel.name));
    if (lie) this._fault('dishonestGap', () => `seq ${seq} on ${channel.name} was delivered inside the announced gap ${lie.from}-${lie.to}`);
  }

  _count(at, seq) {
    this.state[at + 1]++;
    this.state[at + 2] += fingerprint(seq);
    this.received++;
  }

  _grow(needed) {
    const grown = new Float64Array(Math.max(needed, this.state.length * 2));
    grown.set(this.state);
    this.state = grown;
  }

  _fault(kind, describe, count) {
    this.faults.add(kind, () => `client ${this.clientIndex}: ${describe()}`, count);
  }
}

module.exports = { Receipts };
