'use strict';

const { isPattern, compilePattern } = require('../../lib/names.cjs');

/** Ranges of sequence numbers that were announced as lost: of one channel, of the channels of a pattern, or of all. */
class Gaps {
  constructor() {
    this.byChannel = new Map();
    this.wide = []; // {covers, from, to}
    this.count = 0;
  }

  add(channel, from, to) {
    this.count++;
    if (channel !== undefined && !isPattern(channel)) {
      const list = this.byChannel.get(channel);
      if (list === undefined) this.byChannel.set(channel, [{ from, to }]);
      else list.push({ from, to });
      return;
    }
    this.wide.push({ covers: matcher(channel), from, to });
  }

  /** The gap that covers `seq` of this channel, or null. */
  at(channel, seq) {
    for (const gap of this.byChannel.get(channel) ?? []) if (gap.from <= seq && seq <= gap.to) return gap;
    for (const gap of this.wide) if (gap.from <= seq && seq <= gap.to && gap.covers(channel)) return gap;
    return null;
  }

  /** The gaps of one channel, as a check for many numbers. */
  of(channel) {
    const mine = [...(this.byChannel.get(channel) ?? []), ...this.wide.filter((gap) => gap.covers(channel))];
    return mine.length === 0 ? nothing : (seq) => mine.some((gap) => gap.from <= seq && seq <= gap.to);
  }
}

function nothing() {
  return false;
}

/** Which channels a name speaks of: absent means any. */
function matcher(name) {
  if (name === undefined) return () => true;
  return isPattern(name) ? compilePattern(name) : (channel) => channel === name;
}

module.exports = { Gaps, matcher };
