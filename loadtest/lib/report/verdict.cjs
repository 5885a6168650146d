'use strict';

const { faultKinds } = require('../faults.cjs');
const { complaintsOf } = require('./complaints.cjs');
const { givenCriteria } = require('./criteria.cjs');
const { completeCriterion } = require('./outcome.cjs');

const togetherShare = 0.9; // of the hold, for reports of several machines

/**
 * Holds the report's figures against the criteria.
 * @returns {{name: string, ok: boolean, sentence: string}[]} in the order in which they are told
 */
function judge(report, settings) {
  const criteria = [completeCriterion(report)];
  const add = (name, ok, sentence) => criteria.push({ name, ok, sentence });
  const { connections, completeness, messages, publishing } = report;

  // Who was kept out by what this machine lacks says nothing about the server: that is for the criterion "generator".
  const unable = connections.unable ?? 0;
  const connectedPercent = connections.target === unable ? 100 : percent(connections.subscribed, connections.target - unable);
  add('connections', connectedPercent >= settings.successRate,
    `${connections.subscribed} of ${connections.target - unable} clients connected and subscribed: ${show(connectedPercent)} %, at least ${settings.successRate} %`
      + `${unable > 0 ? `; ${unable} more could not even try, see "generator"` : ''}`);
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
      `${publishing.acknowledged} of ${publishing.due} publishes due were acknowledged: ${show(done)} %, at least ${settings.publishSuccessRate} %${publishHint(publishing, settings)}`);
  }
  for (const one of givenCriteria(report, settings)) add(...one);
  if (report.together !== undefined) {
    const { seconds, of } = report.together;
    add('together', seconds >= of * togetherShare, `all machines held their load at the same time for ${seconds} s of ${of}, at least ${togetherShare * 100} %`);
  }
  add('generator', ...generatorVerdict(report.generator, settings));
  return criteria;
}

/** A peer that speaks HTTP/1.1 alone answers HTTP/2 with what is no frame, and the client's error says no more than that. */
function publishHint({ acknowledged, failures = {} }, { publishProtocol }) {
  const isRefused = publishProtocol === 'http2' && acknowledged === 0 && Object.keys(failures).some((label) => /ERR_HTTP2_ERROR|PROTOCOL_ERROR/.test(label));
  return isRefused ? '; HTTP/2 is not spoken at PUBLISH_URL: this server does so at its WS_PUBLISH_ADDR alone' : '';
}

function generatorVerdict(generator, settings) {
  const complaints = busyReasons(generator);
  if (complaints.length === 0) return [true, 'this program was not the bottleneck'];
  const what = complaints.join(', ');
  if (settings.allowBusyGenerator) return [true, `this program was the bottleneck (${what}); allowed by ALLOW_BUSY_GENERATOR`];
  return [false, `this program was the bottleneck (${what}): the figures say little about the server`];
}

/** Why this program was the bottleneck, in sentences. @param generator of a report: phases, of each process or of the only one, and failures */
function busyReasons({ phases, processes = [{ phases }], failures }) {
  const reasons = [];
  for (const phase of ['ramp', 'hold']) {
    const seen = processes.filter((one) => one.phases[phase] !== undefined).map((one) => ({ name: one.name, ...one.phases[phase] }));
    reasons.push(...complaintsOf({ processes: seen, failures: {} }, ` in the ${phase}`, phase === 'hold'));
  }
  return [...reasons, ...complaintsOf({ processes: [], failures })];
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
