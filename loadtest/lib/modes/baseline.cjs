'use strict';

const { untilSteady } = require('./steadiness.cjs');
const { generatorCriterion } = require('./common-criteria.cjs');

const messagesPerSecond = 20; // 50 ms apart: on any link that is worth measuring one is long there before the next is due

/** One connection, one message after the other: the least latency that this server and this link have. */
async function runBaseline({ watch, settings }) {
  await watch.begin('baseline');
  await watch.setClients(1);
  await watch.setRate(Math.min(messagesPerSecond, settings.publishRate));
  await untilSteady(watch, { leastSeconds: 2, mostSeconds: 6 });
  const reading = await watch.look(settings.durationMs / 1000);
  await watch.begin('after');
  const { latency } = reading;
  const apart = 1000 / Math.min(messagesPerSecond, settings.publishRate);
  return {
    criteria: [
      { name: 'connected', ok: reading.clients === 1, sentence: `${reading.clients} of 1 client connected` },
      { name: 'messages', ok: reading.p99Milliseconds !== null, sentence: `${latency.count} messages were measured, at least 1` },
      { name: 'sequential', ok: latency.p50 < apart, sentence: `p50 ${latency.p50} ms, below the ${apart} ms from one message to the next` },
      { name: 'p99', ok: (reading.p99Milliseconds ?? Infinity) <= settings.maxP99Ms, sentence: `p99 ${latency.p99} ms, at most ${settings.maxP99Ms} ms` },
      generatorCriterion([watch.phases.baseline], settings),
    ],
    alsoJudged: ['publishing', 'announcedGaps'], // of the whole run: in a window so few messages are due that one at its edge would decide
    result: { latency },
    points: [reading],
  };
}

/** The settings that make every message one of the one client's. */
function baselineSettings(settings) {
  return { ...settings, targetConnections: 1, subscriptionMode: 'all', channels: settings.channels.slice(0, 1), patternShare: 0, userMix: [], userClasses: [], shares: [] };
}

module.exports = { runBaseline, baselineSettings };
