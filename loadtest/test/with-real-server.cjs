'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');
const { programToMeasure, startServer } = require('../lib/pinned-server.cjs');

const program = path.join(__dirname, '..', 'sustained-load-test.cjs');

// Nothing but what a script is about may refuse or pause.
const unbound = Object.freeze({ WS_CONNECT_RATE: 'unlimited', WS_CPU_REJECT_THRESHOLD: '100', WS_CPU_PAUSE_THRESHOLD: '100', WS_MAX_CONNECTIONS: '15000' });

/** Runs the load test against the built server, which is pinned to core 0. @returns {Promise<{code: number, report: object}>} */
async function againstRealServer(script, serverVariables, variables, { prefix = [] } = {}) {
  const server = await startServer(programToMeasure(`test/${script}`, ''), { ...unbound, ...serverVariables });
  try {
    return await runLoadTest({ WS_URL: `ws://127.0.0.1:${server.port}/ws`, ...variables }, prefix);
  } finally {
    server.child.kill('SIGTERM');
  }
}

function runLoadTest(variables, prefix) {
  const [command, ...args] = [...prefix, process.execPath, program, '--json'];
  const child = spawn(command, args, { env: { PATH: process.env.PATH, ...variables }, stdio: ['ignore', 'pipe', 'inherit'] });
  const parts = [];
  child.stdout.on('data', (part) => parts.push(part));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const text = Buffer.concat(parts).toString('utf8');
      resolve({ code, report: text.startsWith('{') ? JSON.parse(text) : null });
    });
  });
}

/** Says whether the run ended as it should, and ends this program accordingly. */
function expect(what, isSo, run) {
  console.log(`${isSo ? 'ok  ' : 'FAIL'} ${what}`);
  for (const { name, ok, sentence } of run.report?.criteria ?? []) if (!ok) console.log(`     ${name}: ${sentence}`);
  if (!isSo) process.exitCode = 1;
}

function failedOf(run) {
  return (run.report?.criteria ?? []).filter(({ ok }) => !ok).map(({ name }) => name);
}

module.exports = { againstRealServer, expect, failedOf };
