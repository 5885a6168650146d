'use strict';

const path = require('node:path');
const { runProgram } = require('./run-program.cjs');

const program = path.join(__dirname, '..', 'faults', 'run.cjs');

/** Runs a scenario; ends with its exit code, its report, the names of the failed criteria and what it said. */
async function runFaults(scenario, env, deadlineMs = 30_000) {
  const { code, stderr, report } = await runProgram([program, scenario, '--json'], env, deadlineMs);
  const missed = report?.criteria.filter((criterion) => !criterion.ok);
  return {
    code, stderr, report, failed: missed?.map((criterion) => criterion.name) ?? null,
    told: `${stderr}\n${JSON.stringify(missed)}\n${JSON.stringify(report?.examples, null, 1)}`,
  };
}

module.exports = { runFaults };
