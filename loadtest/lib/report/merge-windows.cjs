'use strict';

const { Histogram } = require('../histogram.cjs');
const { complaintsOf } = require('./complaints.cjs');

/** One window of those in which several machines did the same at the same time. */
function mergeWindows(windows) {
  const all = (pick) => windows.map(pick);
  const histogram = (name) => Histogram.of(...all((one) => one.histograms[name])).pack();
  const histograms = Object.fromEntries(['publish', 'stream', 'handshake', 'ready', 'acknowledged'].map((name) => [name, histogram(name)]));
  histograms.groups = mergeGroupHistograms(all((one) => one.histograms.groups));
  const told = (packed) => Histogram.of(packed).toMilliseconds();
  const processes = windows.flatMap((one) => one.generator.processes);
  const failures = sumOfCounts(all((one) => one.generator.failures));
  return {
    name: windows[0].name,
    from: Math.min(...all((one) => one.from)),
    seconds: Math.max(...all((one) => one.seconds)),
    clients: sumOfCounts(all((one) => one.clients)),
    connecting: { ...sumOfCounts(all((one) => one.connecting)), handshake: told(histograms.handshake), ready: told(histograms.ready) },
    received: sumOfNumbers(all((one) => one.received)),
    delivered: sumOfNumbers(all((one) => one.delivered)),
    deliveredPerSecond: Number(sumOfNumbers(all((one) => one.deliveredPerSecond)).toFixed(2)),
    bytes: sumOfNumbers(all((one) => one.bytes)),
    latency: histograms.publish === null ? { from: 'stored', ...told(histograms.stream) } : { from: 'due', ...told(histograms.publish) },
    groups: mergeGroups(all((one) => one.groups), histograms.groups),
    users: mergeUsers(all((one) => one.users)),
    publishing: { ...sumOfCounts(all((one) => one.publishing)), latency: told(histograms.acknowledged) },
    server: all((one) => one.server).sort((a, b) => b.looks - a.looks)[0],
    generator: { processes, failures, goaways: sumOfCounts(all((one) => one.generator.goaways)), complaints: complaintsOf({ processes, failures }) },
    histograms,
  };
}

function mergeGroupHistograms(list) {
  const names = [...new Set(list.flatMap(Object.keys))];
  return Object.fromEntries(names.map((name) => [name, Histogram.of(...list.map((groups) => groups[name] ?? null)).pack()]));
}

function mergeGroups(list, histograms) {
  return Object.fromEntries(Object.keys(histograms).map((name) => {
    const from = list.find((groups) => groups[name]?.latency.count > 0)?.[name].latency.from ?? 'due';
    return [name, { ...sumOfCounts(list.map((groups) => groups[name] ?? {})), latency: { from, ...Histogram.of(histograms[name]).toMilliseconds() } }];
  }));
}

/** What a user gets, by how many there are on each machine. */
function mergeUsers(list) {
  const names = [...new Set(list.flatMap(Object.keys))];
  return Object.fromEntries(names.map((name) => {
    const classes = list.map((users) => users[name]).filter(Boolean);
    const clients = sumOfNumbers(classes.map((one) => one.clients));
    const received = sumOfNumbers(classes.map((one) => one.received * one.clients));
    return [name, { ...classes[0], clients, received: clients > 0 ? Number((received / clients).toFixed(3)) : 0 }];
  }));
}

/** Adds what is a number, or a map from labels to numbers; histograms' percentiles and other things can't be added and are left out. */
function sumOfCounts(list) {
  const total = {};
  for (const one of list) {
    for (const [key, value] of Object.entries(one)) {
      if (typeof value === 'number') total[key] = (total[key] ?? 0) + value;
      else if (value !== null && typeof value === 'object' && !('p99' in value)) total[key] = sumOfCounts([total[key] ?? {}, value]);
    }
  }
  return total;
}

function sumOfNumbers(list) {
  return list.reduce((a, b) => a + b, 0);
}

module.exports = { mergeWindows, sumOfCounts, sumOfNumbers };
