#!/usr/bin/env node
'use strict';

// Faults on purpose, and a judge who knows every frame: README.md says how to run it against your own installation.

const fs = require('node:fs');
const { CannotRun } = require('../lib/endpoint.cjs');
const { systemClock } = require('../lib/clock.cjs');
const { helpFor } = require('./lib/fault-help.cjs');
const { readFaultSettings } = require('./lib/fault-settings.cjs');
const { FaultRun } = require('./lib/fault-run.cjs');
const { reportOf, reportText } = require('./lib/fault-report.cjs');
const { scenarios } = require('./lib/scenarios.cjs');

const exit = Object.freeze({ passed: 0, failed: 1, couldNotRun: 2, badSettings: 78 });

const graceMs = 300_000; // to start, to let everybody in, to settle and to check

async function main(args, env) {
  const [name] = args.filter((arg) => !arg.startsWith('-'));
  const scenario = scenarios.find((each) => each.name === (name ?? 'moves'));
  const problems = args.filter((arg) => arg.startsWith('-') && !['--help', '-h', '--json'].includes(arg)).map((arg) => `argument ${arg}: unknown; there are --json and --help`);
  if (scenario === undefined) problems.push(`scenario ${JSON.stringify(name)}: there are ${scenarios.map((each) => each.name).join(', ')}`);
  else if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(helpFor(scenarios, scenario));
    return exit.passed;
  }
  const { settings, problems: wrong } = scenario === undefined ? { problems: [] } : readFaultSettings(env, scenario);
  problems.push(...wrong);
  if (problems.length > 0) {
    process.stderr.write(`${problems.join('\n')}\nNothing was started. --help names every variable.\n`);
    return exit.badSettings;
  }
  const asJson = args.includes('--json');
  return runAll(scenario, settings, asJson);
}

async function runAll(scenario, settings, asJson) {
  const say = (line) => (asJson ? process.stderr : process.stdout).write(`${line}\n`);
  const reports = [];
  for (let seed = settings.seed; seed < settings.seed + settings.seeds; seed++) {
    say(`${scenario.name}, SEED=${seed}: ${settings.clients} clients, ${settings.publishRate} messages/s, ${settings.durationMs / 1000} s`);
    const tooLong = setTimeout(() => ended(new Error(`a run of ${settings.durationMs / 1000} s did not end in time`)), settings.durationMs + graceMs);
    const report = reportOf(await new FaultRun(scenario, settings, seed, systemClock, say).execute());
    clearTimeout(tooLong);
    reports.push(report);
    if (!asJson) process.stdout.write(reportText(report));
  }
  const all = settings.seeds === 1 ? reports[0] : { passed: reports.every((report) => report.passed), runs: reports };
  if (asJson) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  if (settings.reportFile !== null) fs.writeFileSync(settings.reportFile, `${JSON.stringify(all, null, 2)}\n`);
  return reports.every((report) => report.passed) ? exit.passed : exit.failed;
}

function ended(error) {
  const isOurs = !(error instanceof CannotRun);
  process.stderr.write(isOurs ? `The run could not be finished: ${error.stack}\n` : `The run could not be made: ${error.message}\n`);
  process.exit(exit.couldNotRun);
}

// Node's own code for an uncaught error is 1, which here would read as "the server failed".
process.on('uncaughtException', ended);
main(process.argv.slice(2), process.env).then((code) => process.exit(code), ended);
