'use strict';

const { untilSteady } = require('./steadiness.cjs');
const { tally, sum } = require('./tally.cjs');
const { connectedCriterion, answeringCriterion, publishedCriterion, gapsCriterion, generatorCriterion } = require('./common-criteria.cjs');

/** Clients leave and others come, at CHURN_RATE a second, while the rest is served: how newcomers fare, and what the others notice. */
async function runChurn({ watch, settings, say }) {
  await watch.begin('normal');
  await watch.setClients(settings.targetConnections);
  await watch.setRate(settings.publishRate);
  await untilSteady(watch);
  const before = await watch.look(settings.stepMs / 1000);

  await watch.begin('churn');
  await watch.churn(settings.churnRate);
  const readings = [];
  for (let left = settings.durationMs / 1000; left > 0; left -= 2) readings.push(await watch.look(Math.min(2, left)));
  await watch.churn(0);
  await watch.begin('after');
  const total = tally(readings);
  const troubles = sum(total.refused) + sum(total.failed);
  const percent = total.connects + troubles === 0 ? 0 : (total.connects / (total.connects + troubles)) * 100;
  const slowest = watch.phases.churn.connectP99Milliseconds;
  say(`  ${total.connects} came, ${troubles} were refused or failed, connecting took ${slowest} ms at p99; others' p99 at most ${total.highestP99 ?? 'not known'} ms`);
  return {
    criteria: [
      connectedCriterion(before, settings),
      { name: 'newcomers', ok: total.connects > 0 && percent >= settings.successRate,
        sentence: `${total.connects} of ${total.connects + troubles} attempts got in: ${Number(percent.toFixed(2))} %, at least ${settings.successRate} %` },
      { name: 'othersP99', ok: (total.highestP99 ?? 0) <= settings.maxP99Ms, sentence: `p99 of those who stayed at most ${total.highestP99 ?? 'not known'} ms, at most ${settings.maxP99Ms} ms` },
      publishedCriterion(total, settings), gapsCriterion(total, settings), answeringCriterion(total), generatorCriterion([watch.phases.churn], settings),
    ],
    result: { before, connects: total.connects, refused: total.refused, failed: total.failed, connectP99Milliseconds: slowest, othersP99Milliseconds: total.highestP99 },
    points: [before, ...readings],
  };
}

module.exports = { runChurn };
