'use strict';

const { Histogram } = require('../histogram.cjs');
const { Faults } = require('../faults.cjs');
const { mergeWindows, sumOfCounts, sumOfNumbers } = require('./merge-windows.cjs');
const { mergeSeries } = require('./merge-series.cjs');

const phases = ['ramp', 'hold', 'settle'];

/**
 * One report of those that several machines wrote of one load. Counts are added, percentiles come from the sum of the histograms, rates from
 * the holds, which must have been at the same time.
 * @param {object[]} reports @returns the report without criteria, in the form that one machine writes, with `machines` and `notes`
 */
function mergeReports(reports) {
  const [first] = reports;
  const windows = phases.map((name) => reports.map((report) => prefixed(report, name))).filter((list) => list.every(Boolean)).map(mergeWindows);
  const named = (name) => windows.find((window) => window.name === name);
  const [ramp, hold, settle] = phases.map(named);
  const of = (which, ...list) => Histogram.of(...list.map((window) => window?.histograms[which] ?? null)).toMilliseconds();
  const all = (pick) => reports.map(pick);
  const faults = new Faults();
  for (const report of reports) faults.addAll({ counts: report.faults.counts, examples: withMachine(report.faults.examples, report.machine.name) });
  const overlap = overlapOf(reports);
  const server = all((report) => report.server).sort((a, b) => b.looks - a.looks)[0];
  return {
    schema: first.schema,
    run: all((report) => report.run).join('+'),
    machines: all((report) => ({ name: report.machine.name, run: report.run, clients: report.connections.target, startedAt: report.startedAt, interrupted: report.interrupted })),
    startedAt: all((report) => report.startedAt).sort()[0],
    interrupted: reports.some((report) => report.interrupted),
    machine: { name: [...new Set(all((report) => report.machine.name))].join('+'), node: first.machine.node, platform: first.machine.platform, cores: sumOfNumbers([...new Map(all(({ machine }) => [machine.name, machine.cores])).values()]) },
    settings: mergeSettings(all((report) => report.settings)),
    seconds: Object.fromEntries(phases.map((name) => [name, Math.max(...all((report) => report.seconds[name]))])),
    connections: { ...sumOfCounts(all((report) => report.connections)), handshake: of('handshake', ramp, hold, settle), ready: of('ready', ramp, hold, settle) },
    subscriptions: sumOfNumbers(all((report) => report.subscriptions)),
    refusedSubscriptions: sumOfCounts(all((report) => report.refusedSubscriptions)),
    serverErrors: sumOfCounts(all((report) => report.serverErrors)),
    messages: {
      ...sumOfCounts(all((report) => ({ ...report.messages, stored: 0, channelsSeen: 0 }))),
      // What several saw may be the same: this is the least.
      stored: Math.max(...all((report) => report.messages.stored)),
      channelsSeen: Math.max(...all((report) => report.messages.channelsSeen)),
    },
    latency: {
      publishToReceived: { ramp: of('publish', ramp), hold: of('publish', hold, settle) },
      streamToReceived: { ramp: of('stream', ramp), hold: of('stream', hold, settle), clockAhead: sumOfNumbers(all((report) => report.latency.streamToReceived.clockAhead)) },
    },
    groups: mergeGroups(all((report) => report.groups), hold),
    users: hold?.users ?? {},
    publishing: { ...sumOfCounts(all((report) => report.publishing)), latency: of('acknowledged', ramp, hold, settle) },
    completeness: { ...sumOfCounts(all((report) => report.completeness)), decided: reports.every((report) => report.completeness.decided) },
    faults: { counts: faults.counts, examples: faults.examples },
    server,
    generator: mergeGenerators(reports),
    windows,
    series: mergeSeries(reports),
    expectations: first.expectations === null ? null : { ...first.expectations, remarks: [...new Set(all((report) => report.expectations?.remarks ?? []).flat())] },
    together: overlap,
    notes: notesOf(reports, overlap),
  };
}

function prefixed(report, name) {
  const window = report.windows.filter((one) => one.name === name).at(-1);
  if (window === undefined) return null;
  const processes = window.generator.processes.map((one) => ({ ...one, name: `${report.machine.name}/${report.run}: ${one.name}` }));
  return { ...window, generator: { ...window.generator, processes } };
}

function withMachine(examples, machine) {
  return Object.fromEntries(Object.entries(examples).map(([kind, list]) => [kind, list.map((text) => `${machine}: ${text}`)]));
}

/** Shares of one load are added up; every other criterion is the first machine's. */
function mergeSettings(list) {
  const added = ['targetConnections', 'publishRate', 'minRate', 'maxRate', 'rampRate'];
  return { ...list[0], ...Object.fromEntries(added.map((key) => [key, sumOfNumbers(list.map((one) => one[key]))])) };
}

function mergeGroups(list, hold) {
  const names = [...new Set(list.flatMap(Object.keys))];
  return Object.fromEntries(names.map((name) => [name, { ...sumOfCounts(list.map((groups) => groups[name] ?? {})), latency: { from: 'due', ...Histogram.of(hold?.histograms.groups[name]).toMilliseconds() } }]));
}

function mergeGenerators(reports) {
  const processes = reports.flatMap((report) => report.generator.processes.map((one) => ({ ...one, name: `${report.machine.name}/${report.run}: ${one.name}` })));
  const phasesOfAll = {};
  for (const { generator } of reports) {
    for (const [phase, figures] of Object.entries(generator.phases)) {
      phasesOfAll[phase] ??= {};
      for (const [key, value] of Object.entries(figures)) phasesOfAll[phase][key] = Math.max(phasesOfAll[phase][key] ?? 0, value);
    }
  }
  return { phases: phasesOfAll, processes, failures: sumOfCounts(reports.map((one) => one.generator.failures)), goaways: sumOfCounts(reports.map((one) => one.generator.goaways)) };
}

/** For how long all machines held their load at the same time, and how long the shortest hold was. Seconds. */
function overlapOf(reports) {
  const holds = reports.map((report) => {
    const hold = report.windows.filter((one) => one.name === 'hold').at(-1);
    const from = Date.parse(report.startedAt) / 1000 + (hold?.from ?? 0);
    return { from, to: from + (hold?.seconds ?? 0) };
  });
  const seconds = Math.max(0, Math.min(...holds.map(({ to }) => to)) - Math.max(...holds.map(({ from }) => from)));
  return { seconds: Number(seconds.toFixed(1)), of: Number(Math.min(...holds.map(({ from, to }) => to - from)).toFixed(1)) };
}

function notesOf(reports, overlap) {
  const notes = [
    'Account of several machines: for each, every message is decided that its own publisher stored or that any of its own clients received. '
    + 'A message of another machine that none of a machine\'s clients received is not known there, so it is not counted as lost.',
  ];
  const publishers = reports.filter((report) => report.publishing.due > 0).length;
  if (publishers !== 1) notes.push(`${publishers} machines published: "due to received" is each one's own messages at its own clients; "stored to received" has all.`);
  const servers = new Set(reports.map((report) => report.settings.wsUrl));
  if (servers.size > 1) notes.push(`The machines did not use one address (${[...servers].join(', ')}); the server's figures are those of one of them.`);
  if (overlap.seconds < overlap.of * 0.9) notes.push('The holds were not at the same time: begin all machines by START_AT.');
  return notes;
}

module.exports = { mergeReports };
