#!/usr/bin/env node
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { programToMeasure, startServer, pinSelf } = require('./lib/pinned-server.cjs');
const { Cgroup, NoCgroup } = require('./lib/cgroup.cjs');
const { predictClients, apartPercent } = require('./lib/knee/prediction.cjs');
const { planPrediction } = require('./lib/knee/plan-command.cjs');

// Shows that MODE=knee finds the same limit twice, and that what it learns predicts another server: two runs on a server held to 0.5 CPU,
// then a third one with other CPU and another rate, which the calibration of the first must foretell.
const first = Object.freeze({ cores: 0.5, variables: { PUBLISH_RATE: '100', TARGET_CONNECTIONS: '150' } });
const other = Object.freeze({ cores: 0.8, variables: { PUBLISH_RATE: '60', TARGET_CONNECTIONS: '300' } });
const common = Object.freeze({ MODE: 'knee', KNEE_OF: 'clients', SUBSCRIPTION_MODE: 'all', STEP_DURATION: '5', RAMP_RATE: '100', MAX_P99: '1000', KNEE_MAX: '8000' });
const serverVariables = Object.freeze({ WS_MAX_CONNECTIONS: '15000', WS_TRANSPORT: 'direct', WS_CPU_SAMPLE_INTERVAL: '2s' });
const mostApart = 10; // percent, of two runs
const mostOff = 20; // percent, of the prediction
const exit = Object.freeze({ shown: 0, notShown: 1, couldNotRun: 2 });

async function main() {
  const program = programToMeasure('knee-proof.cjs', 'Finds the knee of a server held to 0.5 CPU twice, predicts that of one held to 0.8 and finds it (about eight minutes, takes root).\n');
  await pinSelf();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'knee-proof-'));
  const runs = [];
  for (const [name, configuration] of [['first', first], ['second', first], ['other', other]]) {
    runs.push(await findKnee(program, name, configuration, folder));
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

/** One run on a fresh server that is held to so much CPU. */
async function findKnee(program, name, { cores, variables }, folder) {
  const group = Cgroup.create(`wsfanout-knee-${process.pid}`, cores);
  const server = await startServer([...group.entrance, ...program], serverVariables);
  try {
    console.log(`\n${name}: held to ${cores} CPU, ${JSON.stringify(variables)}`);
    const file = path.join(folder, `${name}.json`);
    await runLoadTest({
      ...common, ...variables, WS_URL: `ws://127.0.0.1:${server.port}/ws`, CALIBRATION_FILE: file, REPORT_HTML: path.join(folder, `${name}.html`),
      REPORT_FILE: path.join(folder, `${name}-report.json`), CALIBRATION_LINK: 'loopback',
    });
    return { file, ...JSON.parse(fs.readFileSync(file, 'utf8')) };
  } finally {
    server.child.removeAllListeners('exit');
    await group.remove();
  }
}

function runLoadTest(variables) {
  return new Promise((resolve, reject) => {
    const own = { PATH: process.env.PATH, ...pick(process.env, 'CALIBRATION_FROM') };
    const child = spawn(process.execPath, [path.join(__dirname, 'sustained-load-test.cjs')], { env: { ...own, ...variables }, stdio: 'inherit' });
    const end = () => child.kill('SIGTERM');
    process.once('exit', end);
    child.on('error', reject);
    child.on('exit', () => process.removeListener('exit', end));
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the load test ended with ${code}`))));
  });
}

function pick(env, name) {
  return env[name] === undefined ? {} : { [name]: env[name] };
}

main().then((code) => process.exit(code), (error) => {
  console.error(error instanceof NoCgroup ? error.message : error.stack);
  process.exit(exit.couldNotRun);
});
