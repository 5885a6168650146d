#!/usr/bin/env node
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { allowedCores } = require('./compare/lib/processes.cjs');
const { commit, machineFacts } = require('./compare/lib/machine.cjs');
const { NoCgroup } = require('./lib/cgroup.cjs');
const { programToMeasure } = require('./lib/pinned-server.cjs');
const { planEnvironment } = require('./lib/plan-tests/environment.cjs');
const { withConfinedServer } = require('./lib/plan-tests/confined-server.cjs');
const { resultsText } = require('./lib/plan-tests/results.cjs');
const { readVariables } = require('./lib/settings.cjs');

// The four validation tests of the capacity plan at full length, on a server that is held to what the plan's machine has.
const presets = Object.freeze(['light', 'target', 'capacity', 'overload']);
const poolSizes = Object.freeze(['1', '2', '4', '8', '256']);
const variables = [
  { name: 'TESTS', key: 'tests', kind: 'tests', def: presets.join(','), text: 'which of the four' },
  { name: 'POOLS', key: 'pools', kind: 'pools', def: poolSizes.join(','), text: 'values of WS_WORKER_POOL_SIZE to run test 3 with; none' },
  { name: 'DURATION', key: 'duration', kind: 'duration', unit: 's', def: '', shown: 'the plan\'s, 300 to 600 s', min: 5_000, max: 3_600_000, text: 'how long each of the four is held' },
  { name: 'POOL_DURATION', key: 'poolDuration', kind: 'duration', unit: 's', def: '60', min: 5_000, max: 3_600_000, text: 'how long each run with other workers is held' },
  { name: 'RAMP_RATE', key: 'rampRate', kind: 'number', def: '200', min: 1, max: 5000, text: 'new connections a second' },
  { name: 'NATS_SERVER', key: 'natsServer', kind: 'text', def: 'nats-server', text: 'the broker to start' },
  { name: 'RESULTS', key: 'results', kind: 'file', def: path.join('artifacts', 'plan-tests', 'RESULTS.md'), text: 'where the text goes; the reports go beside it' },
];
const exit = Object.freeze({ passed: 0, failed: 1, couldNotRun: 2, badSettings: 78 });

async function main() {
  const program = programToMeasure('plan-tests.cjs', `Runs the capacity plan's four tests (about 35 minutes) and test 3 with other numbers of workers; takes root. Variables:\n${variables.map((row) => `  ${row.name}  ${row.text} (default ${row.shown ?? row.def})\n`).join('')}`);
  fs.mkdirSync(path.join('artifacts', 'plan-tests'), { recursive: true });
  const { settings, problems } = readVariables(process.env, variables, readers);
  if (problems.length > 0) {
    console.error(problems.join('\n'));
    return exit.badSettings;
  }
  const place = { folder: fs.mkdtempSync(path.join(os.tmpdir(), 'plan-tests-')), natsServer: settings.natsServer };
  const commands = [];
  const run = (name, load, server = {}) => withConfinedServer(program, { ...planEnvironment(), ...server }, place,
    (port) => runLoadTest(name, { RAMP_RATE: String(settings.rampRate), ...load }, port, path.dirname(settings.results), commands));
  const long = settings.duration === null ? {} : { DURATION: `${settings.duration}ms` };
  const tests = [];
  for (const preset of settings.tests) tests.push(await run(preset, { PRESET: preset, ...long }));
  const pools = [];
  for (const workers of settings.pools) {
    const one = await run(`workers-${workers}`, { PRESET: 'capacity', DURATION: `${settings.poolDuration}ms` }, { WS_WORKER_POOL_SIZE: workers });
    pools.push({ workers, ...one });
  }
  fs.writeFileSync(settings.results, resultsText({ date: new Date().toISOString().slice(0, 10), commit: await commit(), machine: machineText(), tests, pools, commands }));
  console.log(`Written: ${settings.results}`);
  const isPassed = [...tests, ...pools].every(({ code }) => code === 0);
  if (isPassed) fs.rmSync(place.folder, { recursive: true, force: true });
  else console.log(`Logs: ${place.folder}`);
  return isPassed ? exit.passed : exit.failed;
}

const readers = {
  tests: (text) => listOf(text, (one) => presets.includes(one), `must be of ${presets.join(', ')}`),
  pools: (text) => listOf(text, (one) => /^[1-9]\d{0,3}$/.test(one), 'must be whole numbers from 1 to 9999'),
  text: (text) => ({ value: text }),
  duration: (text, row) => (text === '' ? { value: null } : readDuration(text, row)),
};

function readDuration(text, { min, max }) {
  const match = /^(\d+)(ms|s|m)?$/.exec(text);
  const value = match === null ? NaN : Number(match[1]) * { ms: 1, s: 1000, m: 60_000 }[match[2] ?? 's'];
  return value >= min && value <= max ? { value } : { problem: `must be a duration like 60, 60s or 5m, between ${min / 1000} s and ${max / 1000} s` };
}

function listOf(text, isOne, rule) {
  const value = text === 'none' ? [] : text.split(',').map((one) => one.trim());
  return value.every(isOne) ? { value } : { problem: `${rule}, or none` };
}

function runLoadTest(name, load, port, folder, commands) {
  const report = path.join(folder, `${name}.json`);
  const shown = Object.entries(load).map(([key, value]) => `${key}=${value}`).join(' ');
  commands.push(`${shown} node loadtest/sustained-load-test.cjs`);
  console.log(`\n== ${name}: ${shown}`);
  const env = { PATH: process.env.PATH, WS_URL: `ws://127.0.0.1:${port}/ws`, REPORT_FILE: report, REPORT_HTML: path.join(folder, `${name}.html`), ...load };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(__dirname, 'sustained-load-test.cjs')], { env, stdio: 'inherit' });
    const end = () => child.kill('SIGTERM');
    process.once('exit', end);
    child.on('error', reject);
    child.on('exit', () => process.removeListener('exit', end));
    child.on('exit', (code) => (code === 0 || code === 1 ? resolve({ code, report: JSON.parse(fs.readFileSync(report, 'utf8')) }) : reject(new Error(`the load test of ${name} ended with ${code}`))));
  });
}

function machineText() {
  const [first] = allowedCores();
  const { model, cores, memory, kernel } = machineFacts({ server: first, generator: first });
  return `${model}, ${cores} cores, ${memory}, Linux ${kernel}`;
}

main().then((code) => process.exit(code), (error) => {
  console.error(error instanceof NoCgroup ? error.message : error.stack);
  process.exit(exit.couldNotRun);
});
