'use strict';

const { busyReasons } = require('../../lib/report/verdict.cjs');
const { violationKinds } = require('./violations.cjs');

/** What a run comes to: figures, criteria, verdict. */
function reportOf(run) {
  const { figures, totals, publisher, settings, table, store, violations } = run;
  const report = {
    scenario: run.scenario.name,
    seed: run.seed,
    run: run.id,
    installation: run.installation.isOwn
      ? { servers: settings.server, transport: settings.transport, broker: settings.natsServer, nodes: settings.brokers }
      : { servers: settings.wsUrls.map((url) => url.host), publishing: run.installation.natsUrls.length > 0 ? 'to the broker' : 'over HTTP' },
    did: run.counts,
    notes: run.notes,
    clients: { count: run.clients.length, opened: figures.opened, ends: Object.fromEntries(figures.ends), refused: Object.fromEntries(figures.refusals), failed: Object.fromEntries(figures.failures), stopped: Object.fromEntries(figures.stops), errors: Object.fromEntries(figures.errors) },
    resumes: { ...figures.resumes, caughtUp: figures.caughtUp, awayMs: { p50: figures.awayMs.percentile(50), p99: figures.awayMs.percentile(99), max: figures.awayMs.max } },
    latency: figures.latency.toMilliseconds(),
    published: {
      due: publisher.due, acknowledged: publisher.acknowledged, failures: Object.fromEntries(publisher.failures), retries: publisher.retries ?? 0, duplicates: publisher.duplicates ?? 0,
      outages: Object.fromEntries(publisher.outages ?? []), storedTwice: run.ledger.storedTwice, beyondMemory: publisher.beyondMemory ?? 0,
    },
    checked: totals,
    violations: violations.counts,
    examples: violations.examples,
    behind: run.behind,
    recorded: { frames: run.clients.reduce((sum, client) => sum + client.log.length, 0), different: table.count, memoryMB: megabytes(store.heldBytes), fileMB: megabytes(store.spilledBytes), checkMs: run.checkMs },
    generator: { phases: run.watch.phases, failures: Object.fromEntries(figures.generatorFailures) },
    ...run.scenario.figures?.(run),
  };
  report.criteria = criteriaOf(run, report);
  report.passed = report.criteria.every((criterion) => criterion.ok);
  return report;
}

function criteriaOf(run, report) {
  const criteria = [];
  const add = (name, ok, sentence) => criteria.push({ name, ok, sentence });
  for (const [kind, what] of Object.entries(violationKinds)) {
    if (kind === 'clientRule' && report.violations[kind] === 0) continue;
    add(kind, report.violations[kind] === 0, `${report.violations[kind]} × ${what}; allowed 0`);
  }
  add('messages', report.checked.owed > 0 && report.published.acknowledged > 0, `${report.published.acknowledged} messages were stored, ${report.checked.owed} were owed to connections and accounted for, at least 1`);
  add('published', run.publisher.acknowledged === run.publisher.sent, `${report.published.acknowledged} of ${run.publisher.sent} publishes were acknowledged; without an answer it is not known what is stored`);
  const { storedTwice, beyondMemory } = report.published;
  add('storedTwice', storedTwice <= beyondMemory, `${storedTwice} publishes are in the stream twice, allowed ${beyondMemory}${beyondMemory > 0 ? ': so many were acknowledged only when the broker had forgotten their ids' : ''}`);
  add('everybodyBack', report.behind.length === 0, report.behind.length === 0
    ? 'every client was connected at the end and had been sent everything'
    : `${report.behind.length} clients were not connected at the end or had not been sent everything (${report.behind.slice(0, 8).join(', ')}${report.behind.length > 8 ? ' …' : ''})`);
  const surprises = run.installation.servers.flatMap((server) => server.surprises);
  add('serversLive', surprises.length === 0, surprises.length === 0 ? 'no server ended that was not told to' : `a server ended by itself: ${surprises[0]}`);
  run.scenario.criteria(run, add);
  const busy = busyReasons(report.generator);
  add('generator', busy.length === 0 || run.settings.allowBusyGenerator, busy.length === 0 ? 'this program was not the bottleneck' : `this program was the bottleneck (${busy.join(', ')})${run.settings.allowBusyGenerator ? '; allowed by ALLOW_BUSY_GENERATOR' : ''}`);
  return criteria;
}

function reportText(report) {
  const lines = [];
  const row = (name, text) => lines.push(`  ${name.padEnd(16)} ${text}`);
  const { clients, resumes, published, checked, recorded, generator } = report;
  lines.push('', `${report.scenario}, seed ${report.seed}`);
  row('installation', counts(report.installation, ' '));
  row('did', counts(report.did));
  for (const note of report.notes.slice(0, 12)) row('', note);
  row('clients', `${clients.count}, ${clients.opened} connections; ended: ${counts(clients.ends)}`);
  row('  refused', `${counts(clients.refused)}; failed: ${counts(clients.failed)}; stopped: ${counts(clients.stopped)}; errors: ${counts(clients.errors)}`);
  row('resumes', `${resumes.recovered} recovered, ${resumes.notRecovered} not, ${resumes.elsewhere} of them on another server; ${resumes.caughtUp} messages caught up; away ${resumes.awayMs.p50} ms (p50), ${resumes.awayMs.p99} (p99), ${resumes.awayMs.max} at most`);
  row('published', `${published.acknowledged} acknowledged of ${published.due} due, ${published.retries} sent again, ${published.duplicates} known already; ${counts(published.outages)}`);
  row('latency, live', `p50 ${report.latency.p50} ms, p99 ${report.latency.p99} ms, max ${report.latency.max} ms of ${report.latency.count}`);
  row('checked', `${checked.connections} connections, ${checked.messages} messages; owed ${checked.owed}, announced as lost ${checked.announced}; gaps: slow ${checked.gaps.slow}, window ${checked.gaps.window}, upstream ${checked.gaps.upstream} (${checked.emptyGaps} over nothing, ${checked.gapsOverOlder} messages in them came on an earlier connection); resets ${checked.resets}; ${checked.droppedByRule} dropped by the clients' rule`);
  row('  over all', `${checked.endToEnd.owed} owed to clients, ${checked.endToEnd.announced} of them announced as lost`);
  row('recorded', `${recorded.frames} frames, ${recorded.different} different, ${recorded.memoryMB} MB in memory, ${recorded.fileMB} MB in a file; checked in ${recorded.checkMs} ms`);
  for (const [name, phase] of Object.entries(generator.phases)) row(`this, ${name}`, `${phase.cpuPercent} % of a core, event loop ${phase.lagP99Ms} ms late at p99 (${phase.lagMaxMs} at most), ${megabytes(phase.residentBytes)} MB, ${phase.seconds} s`);
  for (const line of report.lines ?? []) lines.push(`  ${line}`);
  for (const example of report.examples) lines.push('', ...exampleLines(example));
  lines.push('');
  for (const { ok, name, sentence } of report.criteria) lines.push(`  ${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(14)} ${sentence}`);
  const failed = report.criteria.filter((criterion) => !criterion.ok).map((criterion) => criterion.name);
  lines.push('', failed.length === 0 ? `PASSED (seed ${report.seed})` : `FAILED: ${failed.join(', ')} (seed ${report.seed})`, '');
  return lines.join('\n');
}

function exampleLines({ kind, client, connection, server, text, frames = [] }) {
  const who = client === undefined ? '' : ` client ${client}, connection ${connection ?? 'any'}${server === null ? '' : ` to server ${server + 1}`}:`;
  return [`  ${kind}:${who} ${text}`, ...frames.map((frame) => `      ${frame}`)];
}

function counts(object, between = ' × ') {
  const parts = Object.entries(object).map(([what, times]) => (between === ' ' ? `${what} ${times}` : `${times}${between}${what}`));
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function megabytes(bytes) {
  return Math.round(bytes / 1e5) / 10;
}

module.exports = { reportOf, reportText };
