'use strict';

const { spawn } = require('node:child_process');

const endMs = 8_000;

/** Runs one of our programs that print a report as JSON; ends with its exit code, the report (null without one) and what it said. */
function runProgram(args, env, deadlineMs) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (part) => { stdout += part; });
    child.stderr.on('data', (part) => { stderr += part; });
    // SIGTERM first: it then ends what it has started.
    const timer = setTimeout(() => {
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), endMs).unref();
    }, deadlineMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stderr, report: stdout.startsWith('{') ? JSON.parse(stdout) : null });
    });
  });
}

module.exports = { runProgram };
