#!/usr/bin/env node
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { programToMeasure, pinSelf } = require('./lib/pinned-server.cjs');
const { NoCgroup } = require('./lib/cgroup.cjs');
const { findKnee } = require('./lib/knee/held-server.cjs');
const { predictClients, apartPercent } = require('./lib/knee/prediction.cjs');
const { planPrediction } = require('./lib/knee/plan-command.cjs');

// Shows that MODE=knee finds the same limit twice, and that what it learns predicts another server: two runs on a server held to 0.5 CPU,
// then a third one with other CPU and another rate, which the calibration of the first must foretell.
const first = Object.freeze({ cores: 0.5, variables: { PUBLISH_RATE: '100', TARGET_CONNECTIONS: '150' } });
const other = Object.freeze({ cores: 0.6, variables: { PUBLISH_RATE: '60', TARGET_CONNECTIONS: '300' } });
const common = Object.freeze({ KNEE_OF: 'clients', SUBSCRIPTION_MODE: 'all', STEP_DURATION: '5', RAMP_RATE: '100', MAX_P99: '1000', KNEE_MAX: '8000' });
const serverVariables = Object.freeze({ WS_MAX_CONNECTIONS: '15000', WS_TRANSPORT: 'direct', WS_CPU_SAMPLE_INTERVAL: '2s' });
const mostApart = 10; // percent, of two runs
const mostOff = 20; // percent, of the prediction
const exit = Object.freeze({ shown: 0, notShown: 1, couldNotRun: 2 });

async function main() {
  const program = programToMeasure('knee-proof.cjs', 'Finds the knee of a server held to 0.5 CPU twice, predicts that of one held to 0.6 and finds it (about a quarter of an hour, takes root).\n');
  await pinSelf();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'knee-proof-'));
  const runs = [];
  for (const [name, configuration] of [['first', first], ['second', first], ['other', other]]) {
    runs.push(await findKnee({ program, cores: configuration.cores, server: serverVariables, load: { ...common, ...configuration.variables }, folder, name }));
  }
  const [one, two, three] = runs.map((run) => run.knee);
  const apart = apartPercent(two.deliveriesPerSecond, one.deliveriesPerSecond);
  const share = one.deliveriesPerSecond / one.messagesPerSecond / one.clients;
  const by = { cpuLimitCores: other.cores, percent: 70, messagesPerSecond: three.messagesPerSecond, share };
  const predicted = predictClients({ costs: runs[0].costs, ...by });
  const off = apartPercent(predicted, three.clients);
  console.log(`\nknee of ${first.cores} CPU: ${one.clients} and ${two.clients} clients (${one.deliveriesPerSecond} and ${two.deliveriesPerSecond} deliveries/s), ${apart} % apart, at most ${mostApart} %`);
  console.log(`${other.cores} CPU, ${three.messagesPerSecond} messages/s: ${predicted} clients predicted, ${three.clients} found, ${off} % off, at most ${mostOff} %`);
  const plan = await planPrediction(program, runs[0].file, { ...by, clients: three.clients });
  const planOff = plan === null ? null : apartPercent(plan, three.clients);
  console.log(plan === null ? 'wsfanout plan: this program has none, so only the formula was held against it' : `wsfanout plan: ${plan} clients predicted, ${planOff} % off, at most ${mostOff} %`);
  console.log(`calibrations and reports: ${folder}`);
  return apart <= mostApart && off <= mostOff && (planOff === null || planOff <= mostOff) ? exit.shown : exit.notShown;
}

main().then((code) => process.exit(code), (error) => {
  console.error(error instanceof NoCgroup ? error.message : error.stack);
  process.exit(exit.couldNotRun);
});
