'use strict';

const { runMode } = require('../lib/modes/mode-run.cjs');
const { settingsFor } = require('../lib/modes/mode-program.cjs');
const { modeReaders } = require('../lib/modes/mode-variables.cjs');
const { readVariables, variables } = require('../lib/settings.cjs');
const { ScriptedLoad } = require('./scripted-load.cjs');

/** Costs that no measurement would find: whoever sees them knows that they were taken over. */
const costsBefore = Object.freeze({
  secondsPerDelivery: 0.11, secondsPerMessage: 0.12, secondsPerHandshake: 0.13, secondsPerTlsHandshake: 0.14, secondsPerRefusal: 0.15, idleCores: 0.16,
  secondsPerIdleClientSecond: 0.17, bytesPerClient: 18, bytesPerTlsClient: 19, kernelBytesPerSocket: 20, fixedBytes: 21,
});

const calibrationBefore = Object.freeze({ format: 'wsfanout-calibration/1', costs: costsBefore });

function settingsOf(env) {
  const { settings, problems } = readVariables(env, variables, modeReaders);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return settingsFor({ ...settings, userClasses: [] });
}

/** Runs a mode against a server that is a formula. */
async function scripted(env, server = {}, { stop, judged = [] } = {}) {
  const load = new ScriptedLoad(server);
  const said = [];
  const report = await runMode({
    load, settings: settingsOf(env), limits: load.limits(), before: calibrationBefore, say: (line) => said.push(line), stop,
    judge: () => [{ name: 'lost', ok: true, sentence: 'nothing was lost' }, { name: 'messages', ok: false, sentence: 'not judged in a mode' }, ...judged],
  });
  const failed = report.criteria.filter((criterion) => !criterion.ok).map((criterion) => criterion.name);
  return { load, report, said, failed };
}

module.exports = { scripted, settingsOf, costsBefore, calibrationBefore };
