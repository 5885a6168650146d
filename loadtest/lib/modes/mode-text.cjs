'use strict';

const { verdictLine } = require('../report/outcome.cjs');

const megabyte = 2 ** 20;

/** The report of a mode for people, verdict last. */
function modeText(report) {
  const lines = ['', `Load test, MODE=${report.mode}${report.run ? ` ${report.run}` : ''}${report.interrupted ? ', interrupted' : ''}${report.settings?.wsUrl ? `: ${report.settings.wsUrl}` : ''}`];
  const row = (name, text) => lines.push(`  ${name.padEnd(22)} ${text}`);
  if (report.result !== null) byMode[report.mode]?.(report.result, row, report);
  lines.push('', 'Criteria');
  for (const { ok, name, sentence } of report.criteria) lines.push(`  ${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(16)} ${sentence}`);
  lines.push('', verdictLine(report), '');
  return lines.join('\n');
}

const byMode = Object.freeze({
  baseline({ latency }, row) {
    row('one after the other', times(latency));
  },
  ramp({ rise }, row, { points }) {
    for (const point of points) row(`${whole(point.clients)} clients`, step(point));
    row('latency rises', rise === null ? 'not up to the last step' : `after ${whole(rise.after)} clients: p99 ${rise.from} ms, then ${rise.to} ms at ${whole(rise.at)}`);
  },
  saturation(result, row) {
    row('before', step(result.before));
    row('saturated', `${result.how ?? 'no'}, at ${whole(result.messagesPerSecond)} messages/s; CPU ${known(result.highestCpuPercent, 1)} % at most, p99 ${known(result.highestP99Milliseconds, 1)} ms at most`);
    row('newcomers then', `${result.refusedPercent} % of the attempts of ${result.newcomers} were refused (${counts(result.refused)})`);
    row('recovery', recovery(result.recovery));
  },
  burst(result, row) {
    row('before', step(result.before));
    row('burst', `${whole(result.messagesPerSecond)} messages/s, ${whole(result.deliveriesPerSecond)} deliveries/s; CPU ${known(result.highestCpuPercent, 1)} % at most, p99 ${known(result.highestP99Milliseconds, 1)} ms at most, ${whole(result.gapsAnnounced)} announced as gaps`);
    row('recovery', recovery(result.recovery));
  },
  churn(result, row) {
    row('before', step(result.before));
    row('newcomers', `${whole(result.connects)} got in, connecting took ${result.connectP99Milliseconds} ms at p99; refused: ${counts(result.refused)}; failed: ${counts(result.failed)}`);
    row('those who stayed', `p99 ${known(result.othersP99Milliseconds, 1)} ms at most`);
  },
  knee(result, row, { points }) {
    for (const point of points) row(point.name ?? `${whole(point.asked)} ${result.of === 'clients' ? 'clients' : 'messages/s'}`, `${step(point)}${point.passed ? '' : `; fails: ${point.reasons.join('; ')}`}`);
    if (result.at !== null) row('the knee', `${whole(result.at.clients)} clients, ${known(result.at.messagesPerSecond, 1)} messages/s, ${whole(result.at.deliveriesPerSecond)} deliveries/s; bound by ${result.boundBy}`);
    for (const [name, value] of Object.entries(result.fit.costs)) row(`  ${name}`, `${Number(value.toPrecision(4))}${result.fit.takenOver.includes(name) ? '  (taken over)' : ''}`);
  },
});

function step(point) {
  const memory = point.memoryBytes === null ? '' : `, ${Math.round(point.memoryBytes / megabyte)} MB`;
  return `${whole(point.deliveriesPerSecond)} deliveries/s, p50 ${point.latency.p50} p99 ${point.latency.p99} ms, CPU ${known(point.cpuPercent, 1)} % (${known(point.cpuCores, 3)} cores)${memory}`;
}

function recovery({ recovered, seconds }) {
  return recovered ? `${seconds} s` : `none within ${seconds} s`;
}

function times(h) {
  return `p50 ${h.p50}  p90 ${h.p90}  p99 ${h.p99}  p99.9 ${h.p999}  max ${h.max} ms`;
}

function counts(byLabel) {
  const entries = Object.entries(byLabel);
  return entries.length === 0 ? 'none' : entries.map(([label, count]) => `${label} × ${whole(count)}`).join(', ');
}

function whole(number) {
  return Math.round(number).toLocaleString('en-US');
}

function known(value, digits) {
  return value === null ? 'not known' : value.toFixed(digits);
}

module.exports = { modeText };
