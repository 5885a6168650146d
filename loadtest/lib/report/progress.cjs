'use strict';

/** One line of progress: the last look. */
function progressLine(phase, load) {
  const row = load.looks?.latest;
  if (!row) return `         ${phase}`;
  const { total, publishing } = load.looks;
  const parts = [
    `${String(Math.round(row.at)).padStart(5)} s  ${phase.padEnd(6)}`,
    `${row.subscribed}/${load.clients} clients`,
    `${Math.round(row.deliveredPerSecond).toLocaleString('en-US')} msg/s`,
    row.latency.count > 0 ? `p50 ${row.latency.p50} ms p99 ${row.latency.p99} ms` : 'no messages',
    `refused ${total.refusedCount} failed ${total.failedCount} lost ${total.lostClients} faults ${row.faults}`,
  ];
  if (load.rate > 0) parts.push(`published ${publishing.acknowledged}`);
  return parts.join('  ');
}

module.exports = { progressLine };
