'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');

const program = path.join(__dirname, '..', 'faults', 'run.cjs');

/** Runs a scenario; ends with its exit code, its report, the names of the failed criteria and what it said. */
function runFaults(scenario, env, deadlineMs = 30_000) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, scenario, '--json'], { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (part) => { stdout += part; });
    child.stderr.on('data', (part) => { stderr += part; });
    // SIGTERM first: it then ends what it has started.
    const timer = setTimeout(() => {
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 8_000).unref();
    }, deadlineMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      const report = stdout.startsWith('{') ? JSON.parse(stdout) : null;
      const failed = report?.criteria.filter((criterion) => !criterion.ok).map((criterion) => criterion.name) ?? null;
      resolve({ code, stderr, report, failed, told: `${stderr}\n${JSON.stringify(report?.criteria.filter((criterion) => !criterion.ok))}\n${JSON.stringify(report?.examples, null, 1)}` });
    });
  });
}

module.exports = { runFaults };
