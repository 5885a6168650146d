'use strict';

const { untilNormal } = require('./steadiness.cjs');

const normalFactor = 2;
const normalMilliseconds = 20;

/** What latency counts as normal again, from what it was before: twice, and 20 ms beyond at least. */
function normalP99(reading) {
  const before = reading.p99Milliseconds ?? 0;
  return Math.max(normalFactor * before, before + normalMilliseconds);
}

/**
 * Measures how long the server takes to be itself again, and says whether that is soon enough.
 * @returns {Promise<{recovery: object, criterion: object}>}
 */
async function recover(watch, before, settings) {
  await watch.begin('recovery');
  const limit = Number(normalP99(before).toFixed(1));
  const { recovered, seconds } = await untilNormal(watch, { p99Milliseconds: limit, mostSeconds: settings.maxRecoveryMs / 1000 });
  const sentence = recovered
    ? `state and latency (p99 at most ${limit} ms) were normal again after ${seconds} s, at most ${settings.maxRecoveryMs / 1000} s`
    : `state and latency (p99 at most ${limit} ms) were not normal again within ${settings.maxRecoveryMs / 1000} s`;
  return { recovery: { recovered, seconds, p99Limit: limit }, criterion: { name: 'recovered', ok: recovered, sentence } };
}

module.exports = { recover, normalP99 };
