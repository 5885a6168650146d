'use strict';

const { untilSteady } = require('./steadiness.cjs');
const { recover } = require('./recovery.cjs');
const { tally } = require('./tally.cjs');
const { connectedCriterion, keptCriterion, answeringCriterion, publishedCriterion, gapsCriterion, generatorCriterion } = require('./common-criteria.cjs');

/** A multiple of the usual rate for a short while: nothing may be lost unannounced, and all must be normal again soon. */
async function runBurst({ watch, settings, say }) {
  await watch.begin('normal');
  await watch.setClients(settings.targetConnections);
  await watch.setRate(settings.publishRate);
  await untilSteady(watch);
  const before = await watch.look(settings.stepMs / 1000);

  await watch.begin('burst');
  await watch.setRate(settings.publishRate * settings.burstFactor);
  const readings = [];
  for (let left = settings.burstMs / 1000; left > 0; left -= 1) readings.push(await watch.look(Math.min(1, left)));
  await watch.setRate(settings.publishRate);
  const { recovery, criterion } = await recover(watch, before, settings);
  const total = tally(readings);
  say(`  burst: ${Math.round(total.published / total.seconds)} messages/s, p99 at most ${total.highestP99 ?? 'not known'} ms, recovery ${recovery.recovered ? `after ${recovery.seconds} s` : 'not seen'}`);
  return {
    criteria: [
      connectedCriterion(before, settings), publishedCriterion(total, settings), gapsCriterion(total, settings), keptCriterion(total, settings),
      answeringCriterion(total), criterion, generatorCriterion([watch.phases.burst], settings),
    ],
    result: {
      before, messagesPerSecond: Math.round(total.published / total.seconds), deliveriesPerSecond: Math.round(total.deliveries / total.seconds),
      highestP99Milliseconds: total.highestP99, highestCpuPercent: total.highestCpuPercent, gapsAnnounced: total.gaps, recovery,
    },
    points: [before, ...readings],
  };
}

module.exports = { runBurst };
