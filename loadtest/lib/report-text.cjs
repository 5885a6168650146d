'use strict';

const faultExamplesShown = 3;

/** The report for people, verdict last. */
function reportText(report) {
  const lines = [];
  const row = (name, text) => lines.push(`  ${name.padEnd(22)} ${text}`);
  lines.push('', `Sustained load test ${report.run}${report.interrupted ? ', interrupted' : ''}: ${report.settings.wsUrl}`);
  row('time', `ramp ${report.seconds.ramp} s, hold ${report.seconds.hold} s, settle ${report.seconds.settle} s`);
  connections(report, row);
  messages(report, row);
  server(report.server, row);
  generator(report.generator, row);
  faults(report.faults, lines);
  lines.push('', 'Criteria');
  for (const { ok, name, sentence } of report.criteria) lines.push(`  ${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(16)} ${sentence}`);
  const failed = report.criteria.filter((criterion) => !criterion.ok).map((criterion) => criterion.name);
  lines.push('', failed.length === 0 ? 'PASSED' : `FAILED: ${failed.join(', ')}`, '');
  return lines.join('\n');
}

function connections({ connections: c, subscriptions }, row) {
  row('clients', `${whole(c.subscribed)} of ${whole(c.target)} subscribed (${whole(subscriptions)} subscriptions), ${whole(c.attempts)} attempts, ${whole(c.lost)} lost`);
  row('  connect to 101', times(c.handshake));
  row('  connect to ack', times(c.ready));
  row('  refused', counts(c.refused));
  row('  failed', counts(c.failed));
  row('  disconnected', counts(c.disconnects));
}

function messages(report, row) {
  const { messages: m, latency, publishing, completeness } = report;
  row('messages', `${whole(m.received)} received (${whole(m.own)} our own), ${whole(m.perSecondInHold)}/s in the hold, ${whole(m.bytes)} bytes, ${whole(m.channelsSeen)} channels`);
  row('  owed', `${whole(completeness.owed)}, of which ${whole(completeness.lost)} lost and ${whole(completeness.announced)} announced as gaps (${counts(m.gapsAnnounced)})`);
  if (publishing.due > 0) {
    row('published', `${whole(publishing.acknowledged)} acknowledged of ${whole(publishing.due)} due, failures: ${counts(publishing.failures)}`);
    row('  due to answer', times(publishing.latency));
    row('  due to received', times(latency.publishToReceived.hold));
    if (latency.publishToReceived.ramp.count > 0) row('    in the ramp', times(latency.publishToReceived.ramp));
  }
  if (latency.streamToReceived.hold.count > 0) row('stored to received', times(latency.streamToReceived.hold) + ahead(latency.streamToReceived.clockAhead));
  if (Object.keys(report.serverErrors).length > 0) row('error frames', counts(report.serverErrors));
}

function server(facts, row) {
  const health = facts.health === null ? 'no answer from /health' : `health ${facts.health.httpStatus} ${facts.health.status ?? ''}${facts.health.version ? `, version ${facts.health.version}` : ''}`;
  const { cpuPercent, residentBytes, memoryBytes, connections: clients, tasks } = facts.values;
  const parts = [health];
  if (facts.holdCpuCores !== undefined) parts.push(`${facts.holdCpuCores.toFixed(2)} cores in the hold`);
  if (cpuPercent) parts.push(`CPU ${cpuPercent.max.toFixed(1)} % of its limit at most`);
  const memory = memoryBytes ?? residentBytes;
  if (memory) parts.push(`memory ${megabytes(memory.max)} MB at most`);
  if (clients) parts.push(`${whole(clients.max)} connections at most`);
  if (tasks) parts.push(`${whole(tasks.max)} units of concurrency`);
  if (facts.deliveriesPerCpuSecond) parts.push(`${whole(facts.deliveriesPerCpuSecond)} deliveries per CPU-second`);
  if (facts.looks === 0) parts.push(`no figures from /metrics${facts.lastFailure ? ` (${facts.lastFailure})` : ''}`);
  row('server', parts.join(', '));
}

function generator({ phases, failures }, row) {
  for (const [name, phase] of Object.entries(phases)) {
    row(`generator, ${name}`, `${phase.cpuPercent} % of a core, event loop ${phase.lagP99Ms} ms late at p99 (${phase.lagMaxMs} at most), ${megabytes(phase.residentBytes)} MB`);
  }
  if (Object.keys(failures).length > 0) row('generator lacks', counts(failures));
}

function faults({ counts: byKind, examples }, lines) {
  for (const [kind, count] of Object.entries(byKind)) {
    if (count === 0) continue;
    lines.push('', `${kind}: ${whole(count)}, for example`);
    for (const example of examples[kind].slice(0, faultExamplesShown)) lines.push(`  ${example}`);
  }
}

/** One line of progress. `latency` are the histogram figures since the last line. */
function progressLine({ seconds, phase, census, target, perSecond, latency, figures, faults: found, publisher }) {
  const parts = [
    `${String(Math.round(seconds)).padStart(5)} s  ${phase.padEnd(6)}`,
    `${census.subscribed}/${target} clients`,
    `${whole(perSecond)} msg/s`,
    latency.count > 0 ? `p50 ${latency.p50} ms p99 ${latency.p99} ms` : 'no messages',
    `refused ${figures.refusedCount} failed ${figures.failedCount} lost ${figures.lostClients} faults ${found.total}`,
  ];
  if (publisher !== null) parts.push(`published ${publisher.acknowledged}`);
  return parts.join('  ');
}

function times(h) {
  return h.count === 0 ? 'none' : `p50 ${h.p50}  p90 ${h.p90}  p99 ${h.p99}  p99.9 ${h.p999}  max ${h.max} ms  (${whole(h.count)})`;
}

function counts(byLabel) {
  const entries = Object.entries(byLabel);
  return entries.length === 0 ? 'none' : entries.map(([label, count]) => `${label} × ${whole(count)}`).join(', ');
}

function ahead(count) {
  return count === 0 ? '' : `, ${whole(count)} from our future: the clocks differ`;
}

function whole(number) {
  return Math.round(number).toLocaleString('en-US');
}

function megabytes(bytes) {
  return Math.round(bytes / 1024 / 1024);
}

module.exports = { reportText, progressLine };
