'use strict';

const { besideExpected } = require('./criteria.cjs');
const { verdictLine } = require('./outcome.cjs');

const faultExamplesShown = 3;

/** The report for people, verdict last. */
function reportText(report) {
  const lines = [];
  const row = (name, text) => lines.push(`  ${name.padEnd(22)} ${text}`);
  lines.push('', `Sustained load test ${report.run}${report.interrupted ? ', interrupted' : ''}: ${report.settings.wsUrl}`);
  if (report.machines) row('machines', report.machines.map(({ name, run, clients }) => `${name} (${run}, ${whole(clients)} clients)`).join(', '));
  row('time', `ramp ${report.seconds.ramp} s, hold ${report.seconds.hold} s, settle ${report.seconds.settle} s`);
  connections(report, row);
  messages(report, row);
  groups(report, row);
  server(report.server, row);
  generator(report.generator, row);
  expectations(report, lines, row);
  faults(report.faults, lines);
  for (const note of report.notes ?? []) lines.push('', note);
  lines.push('', 'Criteria');
  for (const { ok, name, sentence } of report.criteria) lines.push(`  ${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(16)} ${sentence}`);
  lines.push('', verdictLine(report), '');
  return lines.join('\n');
}

function connections({ connections: c, subscriptions }, row) {
  row('clients', `${whole(c.subscribed)} of ${whole(c.target)} subscribed (${whole(subscriptions)} subscriptions), ${whole(c.attempts)} attempts, ${whole(c.lost)} lost${c.left > 0 ? `, ${whole(c.left)} left` : ''}`);
  row('  connect to 101', times(c.handshake));
  row('  connect to ack', times(c.ready));
  row('  refused', counts(c.refused));
  row('  failed', counts(c.failed));
  row('  disconnected', counts(c.disconnects));
}

function messages(report, row) {
  const { messages: m, latency, publishing, completeness } = report;
  row('messages', `${whole(m.received)} received (${whole(m.own)} our own), ${whole(m.perSecondInHold)}/s in the hold, ${whole(m.bytes)} bytes, ${report.machines ? 'at least ' : ''}${whole(m.channelsSeen)} channels`);
  row('  owed', `${whole(completeness.owed)}, of which ${whole(completeness.lost)} lost and ${whole(completeness.announced)} announced as gaps (${counts(m.gapsAnnounced)})`);
  if (publishing.due > 0) {
    row('published', `${whole(publishing.acknowledged)} acknowledged of ${whole(publishing.due)} due, failures: ${counts(publishing.failures)}${Object.keys(publishing.goaways).length > 0 ? `, sent away: ${counts(publishing.goaways)}` : ''}`);
    row('  due to answer', times(publishing.latency));
    row('  due to received', times(latency.publishToReceived.hold));
    if (latency.publishToReceived.ramp.count > 0) row('    in the ramp', times(latency.publishToReceived.ramp));
  }
  if (latency.streamToReceived.hold.count > 0) row('stored to received', times(latency.streamToReceived.hold) + ahead(latency.streamToReceived.clockAhead));
  if (Object.keys(report.serverErrors).length > 0) row('error frames', counts(report.serverErrors));
}

function groups(report, row) {
  for (const [name, group] of Object.entries(report.groups)) {
    if (group.owed === 0 && !(group.delivered > 0)) continue;
    row(`group ${name}`, `${whole(group.deliveredPerSecond ?? 0)}/s, owed ${whole(group.owed)}, lost ${whole(group.lost)}, announced ${whole(group.announced)}; ${group.latency ? times(group.latency) : 'none'}`);
  }
  for (const [name, users] of Object.entries(report.users)) {
    row(`${name} users`, `${whole(users.clients)}, ${users.channels} channels each: ${users.received} messages/s each, meant ${users.intended}, planned ${users.planned.join(' to ')}`);
  }
}

function server(facts, row) {
  const health = facts.health === null ? 'no answer from /health' : `health ${facts.health.httpStatus} ${facts.health.status ?? ''} when first asked${facts.health.version ? `, version ${facts.health.version}` : ''}`;
  const { cpuPercent, residentBytes, memoryBytes, connections: clients, tasks } = facts.values;
  const parts = [health];
  if (facts.holdCpuCores !== undefined) parts.push(`${facts.holdCpuCores.toFixed(2)} cores in the hold`);
  if (cpuPercent) parts.push(`CPU ${cpuPercent.max.toFixed(1)} % of its limit at most`);
  const memory = memoryBytes ?? residentBytes;
  if (memory) parts.push(`memory ${megabytes(memory.max)} MB at most`);
  if (clients) parts.push(`${whole(clients.max)} connections at most`);
  if (tasks) parts.push(`${whole(tasks.max)} units of concurrency`);
  if (facts.deliveriesPerCpuSecond) parts.push(`${whole(facts.deliveriesPerCpuSecond)} deliveries per CPU-second`);
  const states = Object.entries(facts.states).filter(([name]) => name !== 'normal');
  if (states.length > 0) parts.push(states.map(([name, share]) => `${name} ${Math.round(share * 100)} % of the hold`).join(', '));
  if (facts.looks > 0 && typeof facts.silentSince === 'number') parts.push(`no answer from /metrics since ${facts.silentSince} s${facts.lastFailure ? ` (${facts.lastFailure})` : ''}`);
  if (facts.looks === 0) parts.push(`no figures from /metrics${facts.lastFailure ? ` (${facts.lastFailure})` : ''}`);
  row('server', parts.join(', '));
}

function generator({ processes, failures, goaways }, row) {
  for (const { name, phases } of processes) {
    for (const [phase, seen] of Object.entries(phases)) {
      if (phase === 'settle' || name === 'coordinator') continue;
      row(`${name}, ${phase}`, `${seen.cpuPercent} % of a core (${seen.waitedPercent} % waited for one), event loop ${seen.lagP99Ms} ms late at p99 (${seen.lagMaxMs} at most), ${megabytes(seen.residentBytes)} MB`);
    }
  }
  if (Object.keys(failures).length > 0) row('generator lacks', counts(failures));
  if (Object.keys(goaways).length > 0) row('sent away (GOAWAY)', counts(goaways));
}

function expectations(report, lines, row) {
  const compared = besideExpected(report);
  if (compared.length === 0) return;
  lines.push('', `${report.expectations.title}: "${report.expectations.criteria}"`);
  for (const remark of report.expectations.remarks ?? []) row('not as planned', remark);
  for (const { what, expected, measured, is } of compared) {
    row(what, `${measured === null ? 'not measured' : show(measured)}, the plan expects ${expected[0] === expected[1] ? `about ${show(expected[0])}` : `${show(expected[0])} to ${show(expected[1])}`}: ${is}`);
  }
}

function faults({ counts: byKind, examples }, lines) {
  for (const [kind, count] of Object.entries(byKind)) {
    if (count === 0) continue;
    lines.push('', `${kind}: ${whole(count)}, for example`);
    for (const example of examples[kind].slice(0, faultExamplesShown)) lines.push(`  ${example}`);
  }
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

function show(number) {
  return number.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

function megabytes(bytes) {
  return Math.round(bytes / 1024 / 1024);
}

module.exports = { reportText };
