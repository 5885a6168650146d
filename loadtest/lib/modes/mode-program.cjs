'use strict';

const { CannotRun } = require('../endpoint.cjs');
const { Load } = require('../load/load.cjs');
const { calibrationFacts, givenVariables } = require('../knee/calibration-facts.cjs');
const { calibrationOf, readCalibration, shippedCalibration, writeCalibration } = require('../knee/calibration.cjs');
const { readServerLimits } = require('../knee/server-limits.cjs');
const { progressLine } = require('../report/progress.cjs');
const { judge } = require('../report/verdict.cjs');
const { variables } = require('../settings/variables.cjs');
const { baselineSettings } = require('./baseline.cjs');
const { runMode } = require('./mode-run.cjs');
const { newcomersOf } = require('./saturation.cjs');

const usualMaxP99Ms = 500;
const metricsEveryMs = 1000; // states of the governor pass quickly
const progressEveryMs = 5000;

/**
 * One run in another mode than sustained, from settings to report; in MODE=knee the calibration is written on the way.
 * @throws {CannotRun}
 */
async function executeMode({ settings, env, clock, say, stop }) {
  const wanted = settingsFor(settings);
  const before = wanted.mode === 'knee' ? readCalibration(wanted.calibrationFrom ?? shippedCalibration) : null;
  const limits = await readServerLimits(wanted);
  const load = new Load(wanted, clock, say, mostClients(wanted));
  const progress = setInterval(() => say(progressLine(load.looks?.phase?.name ?? 'start', load)), progressEveryMs);
  try {
    const report = await runMode({ load, settings: wanted, limits, before, say, stop, judge });
    if (wanted.mode === 'knee' && wanted.calibrationFile !== null) saveCalibration(report, { settings: wanted, env, limits, address: load.endpoint.address, now: clock.wall(), say });
    return report;
  } finally {
    clearInterval(progress);
  }
}

function settingsFor(settings) {
  const wanted = {
    ...settings,
    maxP99Ms: settings.maxP99Ms > 0 ? settings.maxP99Ms : usualMaxP99Ms,
    metricsEveryMs: Math.min(settings.metricsEveryMs, metricsEveryMs),
  };
  return wanted.mode === 'baseline' ? baselineSettings(wanted) : wanted;
}

/** By the most that a mode may ask for, processes and ports are laid out. */
function mostClients({ mode, kneeOf, kneeMax, targetConnections }) {
  if (mode === 'knee' && kneeOf === 'clients') return Math.max(kneeMax, targetConnections);
  return mode === 'saturation' ? targetConnections + newcomersOf(targetConnections) : targetConnections;
}

/** Not when the search was ended by the generator: then nothing is known of the server. */
function saveCalibration(report, { settings, env, limits, address, now, say }) {
  const { result } = report;
  if (result === null || result.abort !== null) {
    say(`${settings.calibrationFile} was not written: the search did not come to its end.`);
    return;
  }
  const facts = calibrationFacts({ settings, given: givenVariables(env, variables), limits, address, now });
  writeCalibration(settings.calibrationFile, calibrationOf({ ...facts, fit: result.fit, points: report.points, knee: result.at }));
  say(`Costs were written to ${settings.calibrationFile}; wsfanout plan --calibration takes them.`);
}

module.exports = { executeMode, settingsFor, mostClients, CannotRun };
