'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const path = require('node:path');
const { FakeServer } = require('./fake-server.cjs');

const program = path.join(__dirname, '..', 'sustained-load-test.cjs');
const usualDeadlineMs = 30_000;

/** A short run that a test changes as it likes. The machine of the tests may be busy; one test is about that. */
const shortRun = Object.freeze({
  TARGET_CONNECTIONS: '12',
  DURATION: '1',
  RAMP_RATE: '200',
  CHANNELS: 'SYM{0..5}.trade',
  CHANNELS_PER_CLIENT: '3',
  PUBLISH_RATE: '150',
  CONNECTION_TIMEOUT: '3000',
  SETTLE_TIMEOUT: '2s',
  ALLOW_BUSY_GENERATOR: 'true',
  // A busy machine answers the last publishes of a short run too late to count; refusing them all is another test's business.
  PUBLISH_SUCCESS_RATE: '50',
});

/** Runs the program; ends with its exit code and what it printed, `report` parsed when `--json` was given. */
function runLoadTest(env, { args = ['--json'], whileRunning, deadlineMs = usualDeadlineMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (part) => { stdout += part; });
    child.stderr.on('data', (part) => { stderr += part; });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the load test did not end within ${deadlineMs} ms; it said: ${stderr}`));
    }, deadlineMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      const report = args.includes('--json') && stdout.startsWith('{') ? JSON.parse(stdout) : null;
      const failed = report?.criteria ? report.criteria.filter((criterion) => !criterion.ok).map((criterion) => criterion.name) : [];
      resolve({ code, stdout, stderr, report, failed });
    });
    whileRunning?.(child);
  });
}

/** Runs against a server with these faults; `env` changes the short run. */
async function against(faults, env = {}, options = {}) {
  const server = await FakeServer.start(faults);
  try {
    return { server, ...await runLoadTest({ ...shortRun, ...server.env, ...env }, options) };
  } finally {
    await server.stop();
  }
}

/** A `deliver` that treats the n-th message of the first client by `change`, all others as they should be. */
function onceFor(n, change) {
  return (client, message, send) => {
    if (client.number === 0 && ++client.delivered === n) change(message, send, client);
    else send(message.text);
  };
}

function assertFailed(run, ...names) {
  assert.equal(run.code, 1, run.stderr + run.stdout.slice(0, 2000));
  assert.deepEqual(run.failed, names, JSON.stringify(run.report.faults, null, 1));
}

module.exports = { runLoadTest, shortRun, against, onceFor, assertFailed };
