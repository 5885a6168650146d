'use strict';

const { untilSteady } = require('../modes/steadiness.cjs');

const fewClients = 5;
// A newcomer alone wakes threads that a crowd finds awake, and costs several times as much; it is crowds that a limit is for.
const newcomersPerSecond = 100;
const highRate = Object.freeze({ least: 200, most: 1000, factor: 5 });

/**
 * Loads that differ from those of the search in kind, so that the fit can tell costs apart: nobody, few clients with many messages,
 * clients without messages, and those with others coming and going beside them.
 * @returns {Promise<{points: object[], handshakeSeconds: number|null}>} readings with a name each
 */
async function measureReferencePoints(watch, approach, settings, clients) {
  const points = [];
  const measure = async (name) => {
    await watch.begin(name);
    await untilSteady(watch);
    const reading = await watch.look(settings.stepMs / 1000);
    points.push({ name, ...reading });
    return reading;
  };

  await measure('nobody');
  if (settings.publishRate > 0) {
    await watch.setClients(Math.min(fewClients, clients));
    await watch.setRate(Math.min(highRate.most, Math.max(highRate.least, highRate.factor * settings.publishRate)));
    await measure('few clients, many messages');
    await watch.setRate(0);
  }
  await watch.begin('newcomers without messages');
  await approach.clients(clients);
  const quiet = await measure('clients without messages');
  const handshakeSeconds = await handshakeCost(watch, settings, quiet);
  return { points, handshakeSeconds };
}

/** What one more connection costs from its connect to its leaving: the CPU that it takes when some come and go, beyond what those who stay take. */
async function handshakeCost(watch, settings, quiet) {
  await watch.begin('clients coming and going');
  await watch.churn(Math.max(settings.churnRate, Math.min(newcomersPerSecond, Math.ceil(quiet.clients / 2))));
  await untilSteady(watch);
  const busy = await watch.look(settings.stepMs / 1000);
  await watch.churn(0);
  await untilSteady(watch);
  const perSecond = busy.connects / busy.seconds;
  if (busy.cpuCores === null || quiet.cpuCores === null || perSecond <= 0) return null;
  const seconds = (busy.cpuCores - quiet.cpuCores) / perSecond;
  return seconds > 0 ? Number(seconds.toPrecision(3)) : null;
}

module.exports = { measureReferencePoints };
