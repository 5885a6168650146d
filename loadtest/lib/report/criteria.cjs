'use strict';

/**
 * The criteria that only hold when they are given: latency, rate, the server's CPU and memory, refusals, connections at the end.
 * @returns {[string, boolean, string][]} name, whether it holds, sentence
 */
function givenCriteria(report, settings) {
  const criteria = [];
  const hold = report.windows?.find((window) => window.name === 'hold');
  const silence = silenceOf(hold);
  const limit = (name, wanted, have, sentence, holds) => {
    if (wanted === 0) return;
    if (name !== 'latency' && silence !== null) criteria.push([name, false, `${sentence('not known')}: ${silence}`]);
    else if (have === undefined || have === null || Number.isNaN(have)) criteria.push([name, false, `${sentence('not known')}: nothing was measured`]);
    else criteria.push([name, holds(have), sentence(show(have))]);
  };
  const latency = hold?.latency.count > 0 ? hold.latency : undefined;
  limit('latency', settings.maxP99Ms, latency?.p99, (have) => `p99 ${have} ms from ${latency?.from ?? 'due'} to received in the hold, at most ${settings.maxP99Ms}`, (have) => have <= settings.maxP99Ms);
  if (settings.minRate > 0 || settings.maxRate > 0) criteria.push(rate(hold?.deliveredPerSecond ?? 0, settings));
  limit('serverCpu', settings.maxServerCpu, hold?.server.cpuPercent?.mean, (have) => `the server used ${have} % of its CPU in the hold, at most ${settings.maxServerCpu} %`, (have) => have <= settings.maxServerCpu);
  limit('serverMemory', settings.maxServerMemoryMB, megabytes(hold?.server.memoryBytes?.max), (have) => `the server used ${have} MB at most in the hold, at most ${settings.maxServerMemoryMB} MB`, (have) => have <= settings.maxServerMemoryMB);
  if (settings.expectRejected !== 'any') criteria.push(rejected(report, settings.expectRejected, silence));
  limit('finalConnections', settings.finalConnections, hold?.server.connections?.last, (have) => `${have} connections at the end of the hold, ${settings.finalConnections} within 1 %`,
    (have) => Math.abs(have - settings.finalConnections) <= settings.finalConnections * 0.01);
  return criteria;
}

function rate(perSecond, { minRate, maxRate }) {
  const isEnough = perSecond >= minRate && (maxRate === 0 || perSecond <= maxRate);
  return ['rate', isEnough, `${show(perSecond)} messages/s were delivered in the hold, ${minRate > 0 ? `at least ${minRate}` : ''}${minRate > 0 && maxRate > 0 ? ', ' : ''}${maxRate > 0 ? `at most ${maxRate}` : ''}`];
}

/** Coming too fast is a matter of the ramp, not of capacity: `rate_limited` counts for neither. */
function rejected(report, expected, silence) {
  const refused = Object.entries(report.connections.refused).filter(([label]) => !label.endsWith(' rate_limited'));
  const times = refused.reduce((sum, [, count]) => sum + count, 0);
  const states = new Set((report.windows ?? []).flatMap(({ server }) => Object.keys(server.states ?? {})).filter((state) => state !== 'normal'));
  const told = `clients were refused ${times} times for other reasons than coming too fast${times > 0 ? ` (${refused.map(([label, count]) => `${label} × ${count}`).join(', ')})` : ''}`;
  if (expected === 'some') return ['rejected', times > 0, `${told}, expected some`];
  const unknown = ['ramp', 'hold'].filter((name) => statesOf(report, name) === 0);
  if (states.size === 0 && (unknown.length > 0 || silence !== null)) {
    return ['rejected', false, `${told}, the server's state is not known${silence !== null ? `: ${silence}` : ` (${unknown.join(', ')}): nothing was measured`}; expected none of either`];
  }
  return ['rejected', times === 0 && states.size === 0, `${told}, the server was ${states.size === 0 ? 'never' : 'also'} in another state than normal${states.size === 0 ? '' : ` (${[...states].join(', ')})`}; expected none of either`];
}

/** In how many states the server was seen in a phase; null when the run had no such phase. */
function statesOf(report, phase) {
  const window = report.windows?.find(({ name }) => name === phase);
  return window === undefined ? null : Object.keys(window.server.states ?? {}).length;
}

/** That the server no longer said anything of itself at the end of the hold, or null. What it said before is not how it ended. */
function silenceOf(hold) {
  const silentSince = hold?.server.silentSince ?? null;
  return silentSince !== null ? `/metrics has not answered since ${silentSince} s` : null;
}

/** What the plan expects beside what was measured. @returns {{what: string, expected: number[], measured: number | null, is: string}[]} */
function besideExpected(report) {
  const hold = report.windows.find((window) => window.name === 'hold');
  if (report.expectations === null || hold === undefined) return [];
  const measured = silenceOf(hold) !== null ? { deliveredPerSecond: hold.deliveredPerSecond } : {
    cpuPercent: hold.server.cpuPercent?.mean,
    memoryMB: megabytes(hold.server.memoryBytes?.max),
    tasks: hold.server.tasks?.max,
    deliveredPerSecond: hold.deliveredPerSecond,
    connections: hold.server.connections?.last,
  };
  return Object.entries(report.expectations.ranges).map(([what, expected]) => {
    const have = measured[what] ?? null;
    const slack = expected[0] === expected[1] ? 0.1 : 0; // the plan's single numbers are rounded
    const is = have === null ? 'not measured' : have < expected[0] * (1 - slack) ? 'below' : have > expected[1] * (1 + slack) ? 'above' : 'as expected';
    return { what, expected, measured: have === null ? null : show(have), is };
  });
}

function megabytes(bytes) {
  return bytes === undefined ? undefined : bytes / 1024 / 1024;
}

function show(value) {
  return Number(value.toFixed(value < 100 ? 2 : 0));
}

module.exports = { givenCriteria, besideExpected };
