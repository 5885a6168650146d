'use strict';

const { untilSteady } = require('./steadiness.cjs');
const { judgeStep } = require('../knee/step-verdict.cjs');

const riseFactor = 2; // times the least p99 of the steps below
const riseMilliseconds = 5; // and so much beyond: twice of nearly nothing is no rise

/** Clients in equal steps, latency and cost at each: shows where latency begins to rise. That it does is no failure, a broken step is. */
async function runRamp({ watch, settings, limits, say }) {
  const points = [];
  await watch.setRate(settings.publishRate);
  for (let step = 1; step <= settings.steps; step++) {
    const clients = Math.max(1, Math.round((settings.targetConnections * step) / settings.steps));
    await watch.begin(`${clients} clients`);
    watch.forgetRefusals();
    await watch.setClients(clients);
    await untilSteady(watch);
    const reading = await watch.look(settings.stepMs / 1000);
    // Latency is what the curve is about; here only what breaks the promise ends it.
    const verdict = judgeStep(reading, watch.refusals, limits, { ...settings, maxP99Ms: Infinity, kneeStatePercent: 100 });
    points.push({ ...reading, asked: clients, passed: verdict.passed, boundBy: verdict.boundBy, reasons: verdict.abort === null ? verdict.reasons : [verdict.abort] });
    say(`  ${clients} clients: ${Math.round(reading.deliveriesPerSecond)} deliveries/s, p50 ${reading.latency.p50} ms, p99 ${reading.latency.p99} ms, `
      + `${reading.cpuPercent === null ? 'CPU not known' : `CPU ${reading.cpuPercent.toFixed(1)} %`}${verdict.passed ? '' : `: ${points.at(-1).reasons.join('; ')}`}`);
    if (!verdict.passed) break;
  }
  const rise = whereLatencyRises(points);
  const broken = points.find((point) => !point.passed);
  return {
    criteria: [
      { name: 'steps', ok: broken === undefined && points.length === settings.steps,
        sentence: broken === undefined ? `all ${points.length} steps up to ${settings.targetConnections} clients were carried` : `${broken.asked} clients: ${broken.reasons.join('; ')}` },
      { name: 'rise', ok: true, sentence: rise === null ? 'latency did not rise up to the last step' : `latency begins to rise after ${rise.after} clients: p99 ${rise.from} ms, then ${rise.to} ms at ${rise.at}` },
    ],
    result: { rise },
    points,
  };
}

/**
 * The first step from which on p99 stays above twice the least of the steps before it and 5 ms.
 * @returns {{after: number, at: number, from: number, to: number}|null}
 */
function whereLatencyRises(points) {
  const known = points.filter((point) => point.p99Milliseconds !== null);
  let least = Infinity;
  for (const [i, point] of known.entries()) {
    const limit = Math.max(riseFactor * least, least + riseMilliseconds);
    if (i > 0 && known.slice(i).every((later) => later.p99Milliseconds > limit)) {
      return { after: known[i - 1].clients, at: point.clients, from: known[i - 1].p99Milliseconds, to: point.p99Milliseconds };
    }
    least = Math.min(least, point.p99Milliseconds);
  }
  return null;
}

module.exports = { runRamp, whereLatencyRises };
