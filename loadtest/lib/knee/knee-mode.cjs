'use strict';

const { searchKnee } = require('./search.cjs');
const { judgeStep } = require('./step-verdict.cjs');
const { Approach } = require('./approach.cjs');
const { measureReferencePoints } = require('./reference-points.cjs');
const { costsOf } = require('./costs.cjs');

/**
 * Finds the most clients, or messages a second, that the server carries, names the resource that bound it, and works out what a client,
 * a message and a delivery cost.
 * @returns {Promise<{criteria: object[], result: object, points: object[]}>}
 */
async function runKnee({ watch, settings, limits, before, say }) {
  const ofClients = settings.kneeOf === 'clients';
  const from = settings.kneeFrom ?? (ofClients ? settings.targetConnections : settings.publishRate);
  const approach = new Approach(watch, limits, settings);
  const points = [];
  const reference = await measureReferencePoints(watch, approach, settings, ofClients ? Math.min(from, settings.kneeMax) : settings.targetConnections);
  points.push(...reference.points.map((point) => ({ ...point, reference: true, passed: true, boundBy: null })));
  if (reference.handshakeSeconds !== null) approach.handshakeSeconds = reference.handshakeSeconds;
  if (ofClients) await approach.rate(settings.publishRate);

  let mustCalm = false;
  const probe = async (value, lastPassed) => {
    await watch.begin(`step ${value}`);
    const go = (to) => (ofClients ? approach.clients(to) : approach.rate(to));
    if (mustCalm) {
      const calm = await (ofClients ? approach.recede(lastPassed, settings.publishRate) : approach.recede(settings.targetConnections, lastPassed));
      if (!calm.recovered) {
        say(`  ${lastPassed} ${ofClients ? 'clients' : 'messages/s'}: had passed, but the server is not normal there any more`);
        return { passed: false, isFinal: true, lastPassedFails: true, boundBy: 'cpu', abort: `the server was not normal again ${calm.seconds} s after a step that failed, at a load that had passed` };
      }
    }
    const reached = await go(value);
    const reading = await watch.look(settings.stepMs / 1000);
    const verdict = judgeStep(reading, watch.refusals, limits, settings, reached);
    points.push({ ...reading, asked: value, passed: verdict.passed, boundBy: verdict.boundBy, reasons: verdict.reasons });
    mustCalm = !verdict.passed;
    say(stepLine(value, ofClients, reading, verdict));
    return reached ? verdict : { ...verdict, at: watch.asked.clients };
  };

  const found = await searchKnee({
    from, factor: settings.kneeFactor, precision: settings.kneePrecision / 100, max: settings.kneeMax, whole: ofClients, least: ofClients ? 1 : 0.1, probe,
  });
  if (found.abort === null && ofClients && found.knee !== null && settings.publishRate > 0) points.push(await withoutMessages(watch, approach, settings, found.knee));
  const at = points.filter((point) => !point.reference && point.passed && point.asked === found.knee).at(-1) ?? null;
  const knee = at === null ? null : {
    clients: at.clients,
    messagesPerSecond: Number(at.messagesPerSecond.toFixed(2)),
    deliveriesPerSecond: Number(at.deliveriesPerSecond.toFixed(1)),
    boundBy: found.boundBy,
    cpuLimitCores: limits.cpuLimitCores,
  };
  const secure = settings.wsUrl?.protocol === 'wss:';
  const fit = costsOf(points.filter(isWhole), reference.handshakeSeconds, before.costs, secure);
  return { criteria: criteriaOf(found, knee, settings, fit), result: { of: settings.kneeOf, ...found, at: knee, fit, handshakeSeconds: reference.handshakeSeconds }, points };
}

/** All the clients of the knee and no message: the one load that tells what clients cost from what their deliveries cost. */
async function withoutMessages(watch, approach, settings, clients) {
  await watch.begin('many clients without messages');
  await approach.clients(clients);
  await approach.rate(0);
  return { name: 'many clients without messages', ...await watch.look(settings.stepMs / 1000), reference: true, passed: true, boundBy: null };
}

/** In a step that failed, part of the load was not carried: what it cost can't be told from what it was. */
function isWhole(point) {
  return point.reference === true || point.passed;
}

function criteriaOf(found, knee, settings, fit) {
  const unit = settings.kneeOf === 'clients' ? 'clients' : 'messages/s';
  const criteria = [];
  criteria.push({ name: 'generator', ok: found.abort === null, sentence: found.abort ?? 'the search was not ended by the generator or a server that stayed down' });
  if (found.abort === null) {
    const bracketed = knee !== null && found.failedAt !== null;
    const most = found.failedAt === null ? `everything up to ${settings.kneeMax} ${unit} passed: no limit was found below KNEE_MAX` : `nothing passed: ${found.failedAt} ${unit} failed already`;
    criteria.push({ name: 'kneeFound', ok: bracketed,
      sentence: bracketed ? `${found.knee} ${unit} pass, ${found.failedAt} don't; bound by ${found.boundBy}` : most });
  }
  if (fit.errorPercent !== null) {
    // The middle one: a neighbour on the machine that makes a single step dearer is no fault of the costs.
    criteria.push({ name: 'costsFit', ok: fit.errorPercent.middle <= settings.kneeFitError,
      sentence: `the costs give the CPU of half of the heavy steps within ${fit.errorPercent.middle} %, at most ${settings.kneeFitError} %; of all within ${fit.errorPercent.worst} %` });
  }
  return criteria;
}

function stepLine(value, ofClients, reading, verdict) {
  const cpu = reading.cpuPercent === null ? 'CPU not known' : `CPU ${reading.cpuPercent.toFixed(1)} % of its limit`;
  const p99 = reading.p99Milliseconds === null ? 'no messages' : `p99 ${reading.p99Milliseconds} ms`;
  const outcome = verdict.passed ? 'passes' : `fails: ${verdict.abort ?? verdict.reasons.join('; ')}`;
  return `  ${value} ${ofClients ? 'clients' : 'messages/s'}: ${Math.round(reading.deliveriesPerSecond)} deliveries/s, ${cpu}, ${p99}: ${outcome}`;
}

module.exports = { runKnee };
