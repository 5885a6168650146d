'use strict';

/** Sums over the readings of a phase, for criteria that hold for all of it. */
function tally(readings) {
  const total = { seconds: 0, lost: 0, deliveries: 0, gaps: 0, published: 0, refused: {}, failed: {}, connects: 0, unanswered: 0, highestP99: null, highestCpuPercent: null };
  let due = 0;
  for (const reading of readings) {
    total.seconds += reading.seconds;
    total.lost += reading.lost;
    total.deliveries += reading.deliveriesPerSecond * reading.seconds;
    total.gaps += reading.gapsAnnounced;
    total.connects += reading.connects;
    total.published += reading.messagesPerSecond * reading.seconds;
    due += reading.dueMessages;
    for (const kind of ['refused', 'failed']) {
      for (const [reason, times] of Object.entries(reading[kind])) total[kind][reason] = (total[kind][reason] ?? 0) + times;
    }
    if (!reading.serverAnswered) total.unanswered++;
    total.highestP99 = highest(total.highestP99, reading.p99Milliseconds);
    total.highestCpuPercent = highest(total.highestCpuPercent, reading.cpuPercent);
  }
  total.publishedPercent = due > 0 ? Math.min(100, (total.published / due) * 100) : 100;
  total.gapPercent = total.deliveries + total.gaps > 0 ? (total.gaps / (total.deliveries + total.gaps)) * 100 : 0;
  return total;
}

function highest(a, b) {
  if (a === null) return b;
  return b === null ? a : Math.max(a, b);
}

function sum(counts) {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}

module.exports = { tally, sum };
