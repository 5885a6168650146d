'use strict';

const os = require('node:os');
const { Histogram } = require('../histogram.cjs');
const { point } = require('../server-metrics.cjs');
const { expectationsOf } = require('../settings/presets.cjs');
const { sumOf } = require('../load/window.cjs');

const empty = { seconds: 0, histograms: {}, deliveredPerSecond: 0, groups: {}, users: {}, server: {}, clients: {} };

/** Everything that was measured, as plain data: the JSON report. Times in milliseconds unless the name says otherwise. */
function buildReport(load, { account, decided, unresponsive, interrupted }) {
  const { settings, windows } = load;
  const { total } = load.looks;
  const named = (name) => windows.filter((window) => window.name === name).at(-1) ?? empty;
  const [ramp, hold, settle] = ['ramp', 'hold', 'settle'].map(named);
  const faults = account.faults;
  for (const one of decided) faults.addAll(one.faults);
  const completeness = completenessOf(decided, account);
  const labelled = (name) => Object.fromEntries(total[name]);
  const report = {
    schema: 2,
    run: load.run,
    startedAt: load.startedAtWall,
    interrupted,
    machine: { name: os.hostname(), node: process.version, platform: `${os.platform()} ${os.release()}`, cores: os.cpus().length },
    settings: shownSettings(settings),
    seconds: { ramp: ramp.seconds, hold: hold.seconds, settle: settle.seconds },
    connections: {
      target: load.clients,
      subscribed: completeness.gotIn,
      lost: total.lostClients,
      left: total.leftClients,
      unresponsive,
      unable: (hold === empty ? settle : hold).clients.unable ?? 0,
      attempts: total.attempts,
      handshake: total.handshake.toMilliseconds(),
      ready: total.ready.toMilliseconds(),
      refused: labelled('refusals'),
      failed: labelled('failures'),
      disconnects: labelled('disconnects'),
    },
    subscriptions: total.subscriptions,
    refusedSubscriptions: labelled('refusedSubscriptions'),
    serverErrors: labelled('serverErrors'),
    messages: {
      received: total.messages,
      delivered: total.delivered,
      own: total.ownDeliveries,
      bytes: total.frameBytes,
      perSecondInHold: hold.deliveredPerSecond,
      gapsAnnounced: labelled('gaps'),
      channelsSeen: account.ledger.channels.filter((channel) => channel.length > 0).length,
      stored: account.ledger.entries,
    },
    latency: {
      publishToReceived: latencies('publish', ramp, hold, settle),
      streamToReceived: { ...latencies('stream', ramp, hold, settle), clockAhead: total.clockAhead },
    },
    groups: groupsOf(load.groups, hold, decided),
    users: hold.users,
    publishing: { ...load.looks.publishing.summary(0), storedTwice: account.ledger.storedTwice },
    completeness: { owed: completeness.owed, lost: completeness.lost, announced: completeness.announced, decided: completeness.decided },
    faults: { counts: faults.counts, examples: faults.examples },
    server: { ...load.facts.summary(), holdCpuCores: hold.server.cpuCores, deliveriesPerCpuSecond: hold.server.deliveriesPerCpuSecond, states: hold.server.states ?? {}, silentSince: hold.server.silentSince ?? null },
    generator: generatorOf(windows),
    windows,
    series: { load: load.looks.series.tell(), server: load.facts.samples.map((sample) => ({ ...point(sample), at: seconds(sample.at - load.startedAt) })) },
  };
  delete report.publishing.perSecond;
  report.expectations = expectationsOf(settings, hold.seconds);
  return report;
}

function completenessOf(decided, account) {
  const total = { owed: 0, lost: 0, announced: 0, gotIn: 0, decided: !account.overflowed };
  for (const { total: one } of decided) {
    for (const name of ['owed', 'lost', 'announced', 'gotIn']) total[name] += one[name];
    if (!one.decided) total.decided = false;
  }
  return total;
}

/** What came after the hold, until everything had arrived, was published in it. */
function latencies(which, ramp, hold, settle) {
  const of = (...windows) => Histogram.of(...windows.map((window) => window.histograms[which])).toMilliseconds();
  return { ramp: of(ramp), hold: of(hold, settle) };
}

function groupsOf(groups, hold, decided) {
  return groups.tell((at) => {
    const account = { owed: 0, lost: 0, announced: 0 };
    for (const one of decided) for (const name of Object.keys(account)) account[name] += one.groups[at][name];
    return { ...hold.groups[groups.names[at]], ...account };
  });
}

/** What every process was seen doing in each phase; `phases` has the worst of all. */
function generatorOf(windows) {
  const processes = new Map();
  const phases = {};
  for (const { name: phase, generator } of windows.filter(({ name }) => ['ramp', 'hold', 'settle'].includes(name))) {
    for (const { name, ...figures } of generator.processes) {
      if (!processes.has(name)) processes.set(name, { name, phases: {} });
      processes.get(name).phases[phase] = figures;
      phases[phase] ??= {};
      for (const [key, value] of Object.entries(figures)) phases[phase][key] = Math.max(phases[phase][key] ?? 0, value);
    }
  }
  return {
    phases,
    processes: [...processes.values()],
    failures: sumOf(...windows.map(({ generator }) => generator.failures)),
    goaways: sumOf(...windows.map(({ generator }) => generator.goaways)),
  };
}

function shownSettings(settings) {
  const shown = {};
  for (const [key, value] of Object.entries(settings)) {
    if (key === 'token' || key === 'publishToken') shown[key] = value === '' ? '' : '***';
    else if (value instanceof URL) shown[key] = value.href;
    else if (key === 'channels' && value.length > 20) shown[key] = [...value.slice(0, 3), `… ${value.length} in all`];
    else shown[key] = value;
  }
  return shown;
}

function seconds(ms) {
  return Number((ms / 1000).toFixed(2));
}

module.exports = { buildReport };
