'use strict';

const maxEntries = 20_000_000;
const maxChannels = 200_000;

/** Spreads sequence numbers over 26 bits, so that a sum of a hundred million of them stays exact in a double. */
function fingerprint(seq) {
  return Math.imul(seq | 0, 0x9e3779b1) >>> 6;
}

function grown(numbers, needed) {
  const larger = new numbers.constructor(Math.max(needed, numbers.length * 2));
  larger.set(numbers);
  return larger;
}

/**
 * Every message known to be stored on one channel: acknowledged to our publisher or seen by any client.
 * Sequence numbers stay sorted; nearly all of them arrive at the end.
 */
class ChannelLedger {
  constructor(name, id, group) {
    this.name = name;
    this.id = id;
    this.group = group; // of channels whose figures are told apart
    this.seqs = new Float64Array(64);
    this.marks = new Uint32Array(64); // beside seqs: a hash of the payload of somebody else's message, 0 for one of ours
    this.length = 0;
    this.published = 0; // how many of our publishes were sent: their numbers are 0 … published - 1
    this.seqOfOwn = new Float64Array(64); // our publish number → seq, 0 while unknown
    this.again = new Map(); // seq of a second copy of one publish → its number
    this.prefix = null; // sums of fingerprints, built when judging
  }

  /** @returns {boolean} false when it was known */
  add(seq, mark = 0) {
    const at = this.firstAbove(seq);
    if (at > 0 && this.seqs[at - 1] === seq) {
      if (this.marks[at - 1] === 0) this.marks[at - 1] = mark;
      return false;
    }
    if (this.length === this.seqs.length) {
      this.seqs = grown(this.seqs, this.length + 1);
      this.marks = grown(this.marks, this.length + 1);
    }
    if (at < this.length) {
      this.seqs.copyWithin(at + 1, at, this.length);
      this.marks.copyWithin(at + 1, at, this.length);
    }
    this.seqs[at] = seq;
    this.marks[at] = mark;
    this.length++;
    this.prefix = null;
    return true;
  }

  /** Takes over what all processes together know: sorted, and more than is here. */
  replace(seqs) {
    this.seqs = seqs;
    this.length = seqs.length;
    this.prefix = null;
  }

  has(seq) {
    const at = this.firstAbove(seq);
    return at > 0 && this.seqs[at - 1] === seq;
  }

  /** The hash of the payload at `seq`; 0 when it is ours or unknown. */
  markOf(seq) {
    return this.has(seq) ? this.marks[this.firstAbove(seq) - 1] : 0;
  }

  /** Index of the first entry above `seq`. */
  firstAbove(seq) {
    let high = this.length;
    for (let near = 0; near < 8 && high > 0 && this.seqs[high - 1] > seq; near++) high--;
    if (high === 0 || this.seqs[high - 1] <= seq) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.seqs[middle] <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Number and fingerprint sum of the entries in (after, upTo]. */
  range(after, upTo) {
    if (this.prefix === null) {
      this.prefix = new Float64Array(this.length + 1);
      for (let i = 0; i < this.length; i++) this.prefix[i + 1] = this.prefix[i] + fingerprint(this.seqs[i]);
    }
    const from = this.firstAbove(after);
    const to = Math.max(from, this.firstAbove(upTo));
    return { count: to - from, print: this.prefix[to] - this.prefix[from] };
  }
}

/** What the stream holds, as far as this run can know: the truth that every client is measured by. */
class Ledger {
  /** @param {(channel: string) => number} groupOf 0 for all when nothing is told apart */
  constructor(groupOf = () => 0) {
    this.groupOf = groupOf;
    this.byName = new Map();
    this.channels = [];
    this.nextId = 0;
    this.entries = 0;
    this.lastAckedSeq = 0;
    this.storedTwice = 0; // publishes' second and further numbers
    this.overflowed = false; // too much traffic to keep account of: completeness can't be decided any more
  }

  channel(name) {
    let channel = this.byName.get(name);
    if (channel === undefined) {
      channel = new ChannelLedger(name, this.nextId++, this.groupOf(name));
      if (this.channels.length >= maxChannels) {
        this.overflowed = true;
        return channel;
      }
      this.byName.set(name, channel);
      this.channels.push(channel);
    }
    return channel;
  }

  /** A message that a client was given. `ownNumber` is our publish number, or -1 for somebody else's message, of which `mark` is a hash. */
  seen(channel, seq, ownNumber, mark = 0) {
    this._add(channel, seq, mark);
    if (ownNumber >= 0) this.pair(channel, ownNumber, seq);
  }

  /** Whether our publisher can have sent a message of this number on the channel by now. */
  canBeOurs(channel, number) {
    return number < channel.published;
  }

  /** The server's answer to our publish. */
  acknowledged(channel, seq, ownNumber) {
    this._add(channel, seq);
    this.pair(channel, ownNumber, seq);
    if (seq > this.lastAckedSeq) this.lastAckedSeq = seq;
  }

  /** Our publish of that number is stored at `seq`. */
  pair(channel, ownNumber, seq) {
    if (ownNumber >= channel.seqOfOwn.length) channel.seqOfOwn = grown(channel.seqOfOwn, ownNumber + 1);
    const known = channel.seqOfOwn[ownNumber];
    if (known === 0) {
      channel.seqOfOwn[ownNumber] = seq;
    } else if (known !== seq && !channel.again.has(seq)) {
      channel.again.set(seq, ownNumber);
      this.storedTwice++;
    }
  }

  _add(channel, seq, mark = 0) {
    if (this.overflowed) return;
    if (channel.add(seq, mark) && ++this.entries > maxEntries) this.overflowed = true;
  }
}

module.exports = { Ledger, fingerprint, maxEntries };
