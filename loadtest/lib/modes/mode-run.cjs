'use strict';

const os = require('node:os');
const { Watch, Interrupted } = require('./watch.cjs');
const { runBaseline } = require('./baseline.cjs');
const { runRamp } = require('./ramp.cjs');
const { runSaturation } = require('./saturation.cjs');
const { runBurst } = require('./burst.cjs');
const { runChurn } = require('./churn.cjs');
const { runKnee } = require('../knee/knee-mode.cjs');
const { CannotRun } = require('../endpoint.cjs');

const byMode = Object.freeze({ baseline: runBaseline, ramp: runRamp, saturation: runSaturation, burst: runBurst, churn: runChurn, knee: runKnee });

/**
 * Drives a load through a mode and says what came of it.
 * @param parts load, settings, limits (of the server), before (the calibration that stands in, for knee), say, stop, clock, deliveryCriteria (report → criteria)
 * @returns the report, as plain data
 */
async function runMode({ load, settings, limits, before = null, say, stop, clock, deliveryCriteria }) {
  const startedAt = new Date(clock.wall()).toISOString();
  const watch = new Watch(load, say, stop);
  let outcome = { criteria: [], result: null, points: [] };
  let interrupted = false;
  let final = null;
  try {
    await load.start();
    outcome = await byMode[settings.mode]({ watch, settings, limits, before, say });
    watch.begin('settle');
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    interrupted = true;
  } finally {
    final = await load.finish();
  }
  if (interrupted) outcome.criteria.push({ name: 'complete', ok: false, sentence: 'the run was interrupted before it was decided' });
  return {
    schema: 1,
    mode: settings.mode,
    run: final?.run ?? null,
    startedAt,
    interrupted,
    machine: { node: process.version, platform: `${os.platform()} ${os.release()}`, cores: os.cpus().length },
    settings: final?.settings ?? null,
    limits,
    result: outcome.result,
    points: outcome.points,
    series: watch.series,
    criteria: [...outcome.criteria, ...(final === null ? [] : deliveryCriteria(final))],
    final,
  };
}

module.exports = { runMode, CannotRun };
