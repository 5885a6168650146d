'use strict';

const { Faults } = require('../faults.cjs');
const { Ledger, maxEntries } = require('../ledger.cjs');

/**
 * The common ledger of all processes. Each of them keeps its own of what its clients were given, the publisher one of what was acknowledged;
 * when the load is over they are united here, channel by channel, and every process measures its clients by the union. What one process can
 * see but not decide (whether a number was ever published, whether another process got other bytes) is decided here.
 */
class Account {
  constructor(groupOf) {
    this.ledger = new Ledger(groupOf);
    this.faults = new Faults();
    this.overflowed = false;
  }

  get lastAckedSeq() {
    return this.ledger.lastAckedSeq;
  }

  /** @param packed what `packChannel` gives of the publisher's ledger, `published` included */
  acknowledged(packed) {
    const channel = this.ledger.channel(packed.name);
    channel.published = packed.published;
    this._unite(channel, packed);
  }

  /** @param packed what `packChannel` gives of the ledger of a process with clients */
  seen(packed) {
    this._unite(this.ledger.channel(packed.name), packed);
  }

  /** Faults that show only in the union. To be called once, when everything is in. */
  check() {
    let entries = 0;
    for (const channel of this.ledger.channels) {
      entries += channel.length;
      for (let number = channel.published; number < channel.seqOfOwn.length; number++) {
        const seq = channel.seqOfOwn[number];
        if (seq !== 0) this.faults.add('corrupt', () => `seq ${seq} on ${channel.name} says it is our number ${number}, which was never published`);
      }
    }
    this.ledger.entries = entries;
    if (entries > maxEntries) this.overflowed = true;
    if (!this.overflowed) this._checkChannels(entries);
  }

  /** The united sequence numbers of a channel, for a process that knows only `length` of them; null when it knows all. */
  moreThan(name, length) {
    const channel = this.ledger.channel(name);
    return channel.length === length ? null : channel.seqs.slice(0, channel.length);
  }

  _unite(channel, packed) {
    if (this.overflowed) return;
    this._compareMarks(channel, packed);
    const united = union(channel, packed);
    channel.replace(united.seqs);
    channel.marks = united.marks;
    for (let number = 0; number < packed.seqOfOwn.length; number++) {
      if (packed.seqOfOwn[number] !== 0) this.ledger.pair(channel, number, packed.seqOfOwn[number]);
    }
    for (const [seq, number] of packed.again) this.ledger.pair(channel, number, seq);
  }

  _compareMarks(channel, packed) {
    for (let i = 0; i < packed.seqs.length; i++) {
      if (packed.marks[i] === 0) continue;
      const known = channel.markOf(packed.seqs[i]);
      if (known !== 0 && known !== packed.marks[i]) {
        this.faults.add('corrupt', () => `seq ${packed.seqs[i]} on ${channel.name} differs from what a client of another process got`);
      }
    }
  }

  /** No sequence number can stand on two channels. */
  _checkChannels(entries) {
    const all = new Float64Array(entries);
    let at = 0;
    for (const channel of this.ledger.channels) {
      all.set(channel.seqs.subarray(0, channel.length), at);
      at += channel.length;
    }
    all.sort();
    for (let i = 1; i < all.length; i++) {
      if (all[i] !== all[i - 1]) continue;
      const seq = all[i];
      const on = this.ledger.channels.filter((channel) => channel.has(seq)).map((channel) => channel.name);
      this.faults.add('corrupt', () => `seq ${seq} is on ${on.join(' and ')}`);
    }
  }
}

/** Both sorted, none twice. */
function union(channel, packed) {
  const seqs = new Float64Array(channel.length + packed.seqs.length);
  const marks = new Uint32Array(seqs.length);
  let [a, b, length] = [0, 0, 0];
  while (a < channel.length || b < packed.seqs.length) {
    const left = a < channel.length ? channel.seqs[a] : Infinity;
    const right = b < packed.seqs.length ? packed.seqs[b] : Infinity;
    seqs[length] = Math.min(left, right);
    marks[length] = (left <= right ? channel.marks[a] : 0) || (right <= left ? packed.marks[b] : 0);
    if (left <= right) a++;
    if (right <= left) b++;
    length++;
  }
  return { seqs: seqs.slice(0, length), marks: marks.slice(0, length) };
}

/** A channel's part of a ledger as plain arrays, which go from process to process as bytes. */
function packChannel(channel) {
  let owns = channel.seqOfOwn.length;
  while (owns > 0 && channel.seqOfOwn[owns - 1] === 0) owns--;
  return {
    name: channel.name,
    published: channel.published,
    seqs: channel.seqs.slice(0, channel.length),
    marks: channel.marks.slice(0, channel.length),
    seqOfOwn: channel.seqOfOwn.slice(0, owns),
    again: [...channel.again],
  };
}

module.exports = { Account, packChannel };
