'use strict';

const { Watch, Interrupted } = require('./watch.cjs');
const { runBaseline } = require('./baseline.cjs');
const { runRamp } = require('./ramp.cjs');
const { runSaturation } = require('./saturation.cjs');
const { runBurst } = require('./burst.cjs');
const { runChurn } = require('./churn.cjs');
const { runKnee } = require('../knee/knee-mode.cjs');
const { faultKinds } = require('../faults.cjs');
const { completeCriterion } = require('../report/outcome.cjs');

const byMode = Object.freeze({ baseline: runBaseline, ramp: runRamp, saturation: runSaturation, burst: runBurst, churn: runChurn, knee: runKnee });

/** Criteria of the sustained test that hold whatever is done with the load: the promise to every client. */
const alwaysJudged = Object.freeze([...Object.keys(faultKinds), 'subscriptions', 'storedTwice', 'decided']);

/**
 * Drives a load, which has not been started, through a mode.
 * @param parts load, settings, limits (of the server), before (the calibration that stands in, for knee), say, stop, judge (of the sustained test)
 * @returns the report: that of the load with mode, limits, result, points and the criteria of the mode
 */
async function runMode({ load, settings, limits, before = null, say, stop, judge }) {
  const watch = new Watch(load, say, stop);
  let outcome = { criteria: [], result: null, points: [], alsoJudged: [] };
  try {
    await load.start(stop);
    outcome = await driven(byMode[settings.mode]({ watch, settings, limits, before, say }), outcome);
    const report = await load.finish(stop);
    const promised = judge(report, settings).filter(({ name }) => alwaysJudged.includes(name) || outcome.alsoJudged?.includes(name));
    return { ...report, mode: settings.mode, limits, result: outcome.result, points: outcome.points, windows: phasesOf(report), criteria: [completeCriterion(report), ...outcome.criteria, ...promised] };
  } finally {
    await load.end();
  }
}

/** Interrupted, a mode has no outcome, but the load is finished in good order all the same. */
async function driven(mode, none) {
  try {
    return await mode;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return none;
  }
}

/** Of hundreds of windows only the phases: the series has the rest. */
function phasesOf(report) {
  return report.windows.filter(({ name }) => !name.endsWith(', look')).map(({ histograms, ...window }) => window);
}

module.exports = { runMode };
