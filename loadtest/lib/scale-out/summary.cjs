'use strict';

const { spread } = require('../../compare/lib/statistics.cjs');
const { straightLine } = require('../knee/least-squares.cjs');

const million = 1e6;

/** Per broker and number of servers the medians of all rounds, and per broker what each server more costs. */
function summaryOf(runs) {
  const names = [...new Set(runs.map((run) => run.broker))];
  return names.map((broker) => {
    const own = runs.filter((run) => run.broker === broker);
    const counts = [...new Set(own.map((run) => run.servers))].sort((a, b) => a - b);
    return { broker, points: counts.map((servers) => pointOf(servers, own.filter((run) => run.servers === servers))), costs: costsOf(own) };
  });
}

function pointOf(servers, runs) {
  const median = (pick) => spread(runs.map(pick));
  const total = (pick) => runs.reduce((sum, run) => sum + pick(run), 0);
  return {
    servers,
    rounds: runs.length,
    nodes: Object.fromEntries(Object.keys(runs[0].hold.brokers).map((name) => [name, median((run) => run.hold.brokers[name])])),
    brokerCores: median((run) => coresOf(run.hold.brokers)),
    brokerRestCores: median((run) => coresOf(run.rest.brokers)),
    brokerMicrosPerMessage: median(microsOf('brokers')),
    serverCores: median((run) => coresOf(run.hold.servers) / servers),
    serverRestCores: median((run) => coresOf(run.rest.servers) / servers),
    publishedPerSecond: median((run) => run.hold.published / run.hold.seconds),
    deliveredPerSecond: median((run) => run.hold.delivered / run.hold.seconds),
    otherCores: median((run) => run.hold.others),
    owed: total((run) => run.owed),
    lost: total((run) => run.lost),
    gaps: total((run) => run.gaps),
    recovered: total((run) => run.recovered),
    notRecovered: total((run) => run.notRecovered),
    elsewhere: total((run) => run.elsewhere),
    caughtUp: total((run) => run.caughtUp),
    drains: total((run) => run.drains),
  };
}

/**
 * Straight lines through all runs, by the number of servers: their height is what is there without any, their slope what each one adds.
 * Null with fewer than three runs, or of one number of servers.
 */
function costsOf(runs) {
  const line = (value) => straightLine(runs.map((run) => [run.servers, value(run)]));
  const nodes = Object.keys(runs[0].hold.brokers);
  return {
    brokerMicrosPerMessage: line(microsOf('brokers')),
    brokerRestCores: line((run) => coresOf(run.rest.brokers)),
    // The crowd is the same however many servers share it, so what each of them adds is what taking in a message costs it.
    serverMicrosPerMessage: line(microsOf('servers')),
    nodeMicrosPerMessage: Object.fromEntries(nodes.map((name) => [name, line((run) => ((run.hold.brokers[name] - run.rest.brokers[name]) * run.hold.seconds * million) / run.hold.published)])),
  };
}

/** µs of CPU a message: what the load adds to rest, divided by the messages. */
function microsOf(part) {
  return (run) => ((coresOf(run.hold[part]) - coresOf(run.rest[part])) * run.hold.seconds * million) / run.hold.published;
}

function coresOf(parts) {
  return Object.values(parts).reduce((sum, one) => sum + one, 0);
}

module.exports = { summaryOf };
