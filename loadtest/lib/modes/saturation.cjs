'use strict';

const { untilSteady } = require('./steadiness.cjs');
const { worstState } = require('./reading.cjs');
const { recover } = require('./recovery.cjs');
const { tally, sum } = require('./tally.cjs');
const { connectedCriterion, keptCriterion, answeringCriterion, generatorCriterion } = require('./common-criteria.cjs');

const raise = 1.5;
const mostRate = 50_000;
const saturatedPercent = 90; // of the CPU limit
const newcomersPercent = 2; // of the clients: they knock while the server is saturated

/**
 * Raises the rate until the server is at 90 % of its CPU limit, or refuses or pauses to stay below it; holds it there while newcomers knock;
 * then goes back and measures the time until all is normal.
 */
async function runSaturation({ watch, settings, say }) {
  await watch.begin('normal');
  await watch.setClients(settings.targetConnections);
  await watch.setRate(settings.publishRate);
  await untilSteady(watch);
  const before = await watch.look(settings.stepMs / 1000);

  await watch.begin('saturation');
  const readings = [];
  let rate = settings.publishRate;
  let how = null;
  while (how === null && rate < mostRate) {
    rate = Math.min(mostRate, rate * raise);
    await watch.setRate(rate);
    for (const reading of await untilSteady(watch, { mostSeconds: 10 })) {
      readings.push(reading);
      how ??= saturation(reading);
    }
    const { cpuPercent } = readings.at(-1);
    say(`  ${Math.round(rate)} messages/s: ${cpuPercent === null ? 'CPU not known' : `CPU ${cpuPercent.toFixed(1)} %`}${how === null ? '' : `, ${how}`}`);
    if (readings.at(-1).complaints.length > 0 && !settings.allowBusyGenerator) break;
  }
  const newcomers = newcomersOf(settings.targetConnections);
  const held = await knock(watch, settings, newcomers);
  readings.push(...held);

  await watch.setRate(settings.publishRate);
  await watch.setClients(settings.targetConnections);
  const { recovery, criterion } = await recover(watch, before, settings);
  const total = tally(readings);
  const knocked = tally(held);
  const saturated = { name: 'saturated', ok: how !== null,
    sentence: how ?? `neither ${saturatedPercent} % of the CPU limit nor a refusal up to ${Math.round(rate)} messages/s` };
  return {
    criteria: [connectedCriterion(before, settings), saturated, answeringCriterion(total), keptCriterion(total, settings), criterion, generatorCriterion([watch.phases.saturation, watch.phases['saturation, newcomers']], settings)],
    result: {
      how, messagesPerSecond: Math.round(rate), before, highestP99Milliseconds: total.highestP99, highestCpuPercent: total.highestCpuPercent,
      newcomers, refused: knocked.refused, refusedPercent: refusedPercent(knocked), publishedPercent: total.publishedPercent, recovery,
    },
    points: [before, ...held],
  };
}

function newcomersOf(clients) {
  return Math.max(5, Math.round((clients * newcomersPercent) / 100));
}

/** Some more clients than before try to come in, for as long as a step. */
async function knock(watch, settings, newcomers) {
  await watch.begin('saturation, newcomers');
  await watch.setClients(settings.targetConnections + newcomers);
  const readings = [];
  for (let seconds = 0; seconds < settings.stepMs / 1000; seconds++) readings.push(await watch.look(1));
  return readings;
}

function saturation(reading) {
  const state = worstState(reading);
  if (state === 'paused') return 'the intake paused';
  if (state === 'rejecting') return 'newcomers were refused';
  return reading.cpuPercent !== null && reading.cpuPercent >= saturatedPercent ? `the CPU was at ${reading.cpuPercent.toFixed(1)} % of its limit` : null;
}

/** Of all attempts to come in while saturated. */
function refusedPercent(knocked) {
  const refused = sum(knocked.refused);
  const attempts = refused + knocked.connects;
  return attempts === 0 ? 0 : Number(((refused / attempts) * 100).toFixed(1));
}

module.exports = { runSaturation, newcomersOf };
