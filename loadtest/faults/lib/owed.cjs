'use strict';

/**
 * What is stored on a channel in (after, upTo], against what was given and what was announced as lost.
 * @param channel a ChannelLedger: the truth
 * @param {number[]} given in the order it came; undefined: nothing
 * @param {(seq: number) => boolean} isAnnounced
 */
function owed(channel, after, upTo, given = [], isAnnounced) {
  const sorted = isRising(given) ? given : given.slice().sort((a, b) => a - b);
  const lost = [];
  let announced = 0;
  const from = channel.firstAbove(after);
  const to = Math.max(from, channel.firstAbove(upTo));
  for (let i = from, k = firstAbove(sorted, after); i < to; i++) {
    const seq = channel.seqs[i];
    while (k < sorted.length && sorted[k] < seq) k++;
    if (sorted[k] === seq) continue;
    if (isAnnounced(seq)) announced++;
    else lost.push(seq);
  }
  const where = (seq) => {
    const k = firstAbove(sorted, seq);
    return `seq ${seq} is missing between ${sorted[k - 1] ?? 'the beginning'} and ${sorted[k] ?? 'the end'}`;
  };
  return { count: to - from, announced, lost, where };
}

/** Ranges (after, upTo] of which none overlaps another: a message that several subscriptions want is owed once. */
function joined(ranges) {
  const whole = [];
  for (const [after, upTo] of ranges.sort((a, b) => a[0] - b[0])) {
    const last = whole.at(-1);
    if (last !== undefined && after <= last[1]) last[1] = Math.max(last[1], upTo);
    else whole.push([after, upTo]);
  }
  return whole;
}

function isRising(list) {
  for (let i = 1; i < list.length; i++) if (list[i] <= list[i - 1]) return false;
  return true;
}

function firstAbove(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

module.exports = { owed, joined };
