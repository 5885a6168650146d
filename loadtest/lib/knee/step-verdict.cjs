'use strict';

const { cpuPercentOf, pausedPercent } = require('../modes/reading.cjs');

const strainedCpuPercent = 60; // of the limit: a latency that rises with less CPU taken has another cause
const nearLimitPercent = 90;
const narrowly = 1.15; // by so much the CPU of the same load differs from one stretch of seconds to another

const resourceOfReason = Object.freeze({ cpu: 'cpu', lag: 'cpu', memory: 'memory', max_connections: 'connections', tasks: 'connections' });

/**
 * Whether the server carries a load, and if not, which resource bound it, by its own word as far as it gives one.
 * @param reading the window that was measured after the step
 * @param refusals refusals by reason since the step began @param facts what the server says of its limits
 * @param reached whether the load was brought where the step wanted it
 * @returns {{passed: boolean, reasons: string[], boundBy: string|null, close: boolean, abort: string|null}}
 */
function judgeStep(reading, refusals, facts, settings, reached = true) {
  const reasons = reached ? [] : [`the server was not normal, or kept clients out, on the way there: at ${reading.clientsAsked} clients`];
  const subscribed = percent(reading.clients, reading.clientsAsked);
  if (subscribed < settings.successRate) {
    reasons.push(`${reading.clients} of ${reading.clientsAsked} clients connected, at least ${settings.successRate} %${told(refusals)}`);
  }
  const paused = pausedPercent(reading);
  if (paused > settings.kneeStatePercent) reasons.push(`the intake paused for ${Math.round(paused)} % of the time, at most ${settings.kneeStatePercent} %`);
  const cpu = cpuPercentOf(reading, facts.cpuLimitCores);
  if (cpu !== null && cpu > facts.cpuResumePercent && settings.kneeStatePercent < 100) {
    reasons.push(`CPU ${cpu.toFixed(1)} % of its limit on average, at most ${facts.cpuResumePercent} %: above, who is refused for a peak stays refused`);
  }
  if (reading.p99Milliseconds !== null && reading.p99Milliseconds > settings.maxP99Ms) {
    reasons.push(`p99 ${reading.p99Milliseconds} ms, at most ${settings.maxP99Ms} ms`);
  }
  if (reading.gapPercent > settings.maxGapRate) reasons.push(`${show(reading.gapPercent)} % announced as gaps, at most ${settings.maxGapRate} %`);
  if (percent(reading.lost, reading.clientsAsked) > settings.maxDisconnectRate) reasons.push(`${reading.lost} clients lost, at most ${settings.maxDisconnectRate} %`);
  if (reading.publishedPercent < settings.publishSuccessRate) {
    reasons.push(`${show(reading.publishedPercent)} % of the publishes due were acknowledged, at least ${settings.publishSuccessRate} %`);
  }
  if (!reading.serverAnswered) reasons.push('the server no longer answers on /metrics');

  if (reading.complaints.length > 0 && !settings.allowBusyGenerator) {
    return { passed: false, reasons, boundBy: 'generator', close: false, abort: `the generator was the bottleneck: ${reading.complaints.join(', ')}` };
  }
  const passed = reasons.length === 0;
  const boundBy = passed ? null : boundResource(reading, refusals, facts, paused > 0);
  return { passed, reasons, boundBy, close: !passed && boundBy === 'cpu' && cpu !== null && cpu < narrowly * facts.cpuResumePercent, abort: null };
}

/** The server's refusals say it best, then its state, then what is used of what there is. */
function boundResource(reading, refusals, facts, hasPaused) {
  const said = Object.entries(refusals)
    .map(([reason, times]) => ({ resource: resourceOfReason[reason.split(' ').at(-1)], times }))
    .filter(({ resource }) => resource !== undefined)
    .sort((a, b) => b.times - a.times)[0];
  if (said !== undefined) return said.resource;
  const memory = facts.memoryLimitBytes > 0 ? percent(reading.memoryBytes ?? 0, facts.memoryLimitBytes) : 0;
  if (hasPaused) return memory >= facts.memoryRejectPercent ? 'memory' : 'cpu';
  if ((reading.cpuPercent ?? 0) >= strainedCpuPercent) return 'cpu';
  if (memory >= nearLimitPercent) return 'memory';
  if (facts.maxConnections > 0 && reading.clients >= facts.maxConnections) return 'connections';
  return reading.lost > 0 || reading.clients < reading.clientsAsked ? 'network' : 'latency';
}

function told(refusals) {
  const entries = Object.entries(refusals);
  return entries.length === 0 ? '' : ` (refused: ${entries.map(([reason, times]) => `${reason} × ${times}`).join(', ')})`;
}

function percent(part, whole) {
  return whole > 0 ? (part / whole) * 100 : 100;
}

function show(value) {
  return Number(value.toFixed(2));
}

module.exports = { judgeStep };
