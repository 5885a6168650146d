'use strict';

const { faultKinds } = require('./faults.cjs');

const busyCpuPercent = 90;
const busyLagMs = 200;

/**
 * Holds the report's figures against the criteria.
 * @returns {{name: string, ok: boolean, sentence: string}[]} in the order in which they are told
 */
function judge(report, settings) {
  const criteria = [];
  const add = (name, ok, sentence) => criteria.push({ name, ok, sentence });
  const { connections, completeness, messages, publishing } = report;

  const connectedPercent = percent(connections.subscribed, connections.target);
  add('connections', connectedPercent >= settings.successRate,
    `${connections.subscribed} of ${connections.target} clients connected and subscribed: ${show(connectedPercent)} %, at least ${settings.successRate} %`);
  const refusedNames = sum(report.refusedSubscriptions);
  add('subscriptions', refusedNames === 0, `${refusedNames} subscriptions were refused, allowed 0`);

  const gone = connections.lost + connections.unresponsive;
  const gonePercent = percent(gone, Math.max(1, connections.subscribed));
  add('disconnects', gonePercent <= settings.maxDisconnectRate,
    `${connections.lost} clients were disconnected, ${connections.unresponsive} did not answer at the end: ${show(gonePercent)} %, at most ${settings.maxDisconnectRate} %`);

  for (const [kind, what] of Object.entries(faultKinds)) {
    add(kind, report.faults.counts[kind] === 0, `${report.faults.counts[kind]} ${what}, allowed 0`);
  }
  add('storedTwice', publishing.storedTwice === 0, `${publishing.storedTwice} publishes were stored twice, allowed 0`);
  add('decided', completeness.decided, completeness.decided
    ? 'whether all messages arrived could be decided for every client'
    : 'more traffic or gaps than can be accounted for: whether all messages arrived is not known');
  const announcedPercent = percent(completeness.announced, Math.max(1, completeness.owed));
  add('announcedGaps', announcedPercent <= settings.maxGapRate,
    `${completeness.announced} of ${completeness.owed} messages owed were announced as gaps: ${show(announcedPercent)} %, at most ${settings.maxGapRate} %`);

  if (settings.publishRate > 0 || settings.requireMessages) {
    const arrived = settings.publishRate > 0 ? messages.own : messages.received;
    add('messages', arrived > 0, `${arrived} ${settings.publishRate > 0 ? 'of our own ' : ''}messages arrived, at least 1`);
  } else if (messages.received === 0) {
    add('messages', true, 'no message arrived, so nothing was learnt about delivery; allowed by REQUIRE_MESSAGES=false');
  }
  if (settings.publishRate > 0) {
    const done = percent(publishing.acknowledged, Math.max(1, publishing.due));
    add('publishing', done >= settings.publishSuccessRate,
      `${publishing.acknowledged} of ${publishing.due} publishes due were acknowledged: ${show(done)} %, at least ${settings.publishSuccessRate} %`);
  }
  add('generator', ...generatorVerdict(report.generator, settings));
  return criteria;
}

function generatorVerdict(generator, settings) {
  const complaints = busyReasons(generator);
  if (complaints.length === 0) return [true, 'this program was not the bottleneck'];
  const what = complaints.join(', ');
  if (settings.allowBusyGenerator) return [true, `this program was the bottleneck (${what}); allowed by ALLOW_BUSY_GENERATOR`];
  return [false, `this program was the bottleneck (${what}): the figures say little about the server`];
}

function busyReasons(generator) {
  const reasons = [];
  for (const phase of ['ramp', 'hold']) {
    const figures = generator.phases[phase];
    if (figures?.lagP99Ms > busyLagMs) reasons.push(`event loop ${Math.round(figures.lagP99Ms)} ms late at p99 in the ${phase}, at most ${busyLagMs}`);
  }
  const cpu = generator.phases.hold?.cpuPercent ?? 0;
  if (cpu > busyCpuPercent) reasons.push(`${Math.round(cpu)} % of a core in the hold, at most ${busyCpuPercent}`);
  for (const [failure, times] of Object.entries(generator.failures)) reasons.push(`${failure} ${times} times`);
  return reasons;
}

function sum(counts) {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}

function percent(part, whole) {
  return (part / whole) * 100;
}

function show(value) {
  return Number(value.toFixed(3));
}

module.exports = { judge, busyReasons };
