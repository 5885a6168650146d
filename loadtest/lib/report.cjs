'use strict';

const os = require('node:os');

/** Everything that was measured, as plain data: the JSON report. Times in milliseconds unless the name says otherwise. */
function buildReport(run) {
  const { settings, figures, faults, crowd, publisher, ledger } = run;
  const holdSeconds = run.watch.phases.hold?.seconds ?? 0;
  return {
    schema: 1,
    run: run.id,
    startedAt: run.startedAt,
    interrupted: run.interrupted,
    machine: { node: process.version, platform: `${os.platform()} ${os.release()}`, cores: os.cpus().length },
    settings: shownSettings(settings),
    seconds: { ramp: run.watch.phases.ramp?.seconds ?? 0, hold: holdSeconds, settle: run.watch.phases.settle?.seconds ?? 0 },
    connections: {
      target: crowd.clients.length,
      subscribed: figures.subscribedClients,
      lost: figures.lostClients,
      unresponsive: run.unresponsive,
      attempts: crowd.clients.reduce((total, client) => total + client.attempts, 0),
      handshake: figures.handshake.toMilliseconds(),
      ready: figures.ready.toMilliseconds(),
      refused: Object.fromEntries(figures.refusals),
      failed: Object.fromEntries(figures.failures),
      disconnects: Object.fromEntries(figures.disconnects),
    },
    subscriptions: figures.subscriptions,
    refusedSubscriptions: Object.fromEntries(figures.refusedSubscriptions),
    serverErrors: Object.fromEntries(figures.serverErrors),
    messages: {
      received: figures.messages,
      own: figures.ownDeliveries,
      bytes: figures.frameBytes,
      perSecondInHold: holdSeconds > 0 ? Math.round(run.messagesInHold / holdSeconds) : 0,
      gapsAnnounced: Object.fromEntries(figures.gaps),
      channelsSeen: ledger.channels.filter((channel) => channel.length > 0).length,
      stored: ledger.entries,
    },
    latency: {
      publishToReceived: { ramp: figures.latency.ramp.publish.toMilliseconds(), hold: figures.latency.hold.publish.toMilliseconds() },
      streamToReceived: { ramp: figures.latency.ramp.stream.toMilliseconds(), hold: figures.latency.hold.stream.toMilliseconds(), clockAhead: figures.clockAhead },
    },
    publishing: publisherFigures(publisher, ledger),
    completeness: run.completeness,
    faults: { counts: faults.counts, examples: faults.examples },
    server: run.facts.summary(),
    generator: { phases: run.watch.phases, failures: Object.fromEntries(figures.generatorFailures) },
  };
}

function publisherFigures(publisher, ledger) {
  if (publisher === null) return { due: 0, sent: 0, acknowledged: 0, storedTwice: 0, failures: {}, latency: null };
  return {
    due: publisher.due,
    sent: publisher.sent,
    acknowledged: publisher.acknowledged,
    storedTwice: ledger.storedTwice,
    failures: Object.fromEntries(publisher.failures),
    latency: publisher.ackLatency.toMilliseconds(),
  };
}

function shownSettings(settings) {
  const shown = {};
  for (const [key, value] of Object.entries(settings)) {
    if (key === 'token' || key === 'publishToken') shown[key] = value === '' ? '' : '***';
    else if (value instanceof URL) shown[key] = value.href;
    else if (key === 'channels' && value.length > 20) shown[key] = [...value.slice(0, 3), `… ${value.length} in all`];
    else if (key !== 'channelsPerClientGiven') shown[key] = value;
  }
  return shown;
}

module.exports = { buildReport };
