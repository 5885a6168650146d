#!/usr/bin/env node
'use strict';

const fs = require('node:fs');
const { readSettings } = require('./lib/settings.cjs');
const { helpText } = require('./lib/help.cjs');
const { LoadRun, CannotRun } = require('./lib/run.cjs');
const { reportText } = require('./lib/report-text.cjs');
const { systemClock } = require('./lib/clock.cjs');

const exit = Object.freeze({ passed: 0, failed: 1, couldNotRun: 2, badSettings: 78 });
const signals = Object.freeze({ SIGINT: 130, SIGTERM: 143 });

async function main(args, env) {
  const unknown = args.filter((arg) => !['--help', '-h', '--json'].includes(arg));
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(helpText());
    return exit.passed;
  }
  const { settings, problems } = readSettings(env);
  problems.push(...unknown.map((arg) => `argument ${JSON.stringify(arg)}: unknown; there are --json and --help, all else are variables`));
  if (problems.length > 0) {
    process.stderr.write(`${problems.join('\n')}\nNothing was started. --help names every variable.\n`);
    return exit.badSettings;
  }

  const asJson = args.includes('--json');
  const say = (line) => (asJson ? process.stderr : process.stdout).write(`${line}\n`);
  const { stop, interruptedBy, release } = watchSignals();
  try {
    const report = await new LoadRun(settings, systemClock, say).execute(stop);
    process.stdout.write(asJson ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
    if (settings.reportFile !== null) fs.writeFileSync(settings.reportFile, `${JSON.stringify(report, null, 2)}\n`);
    if (interruptedBy() !== null) return signals[interruptedBy()];
    return report.criteria.every((criterion) => criterion.ok) ? exit.passed : exit.failed;
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    process.stderr.write(`The run could not be made: ${error.message}\n`);
    return exit.couldNotRun;
  } finally {
    release();
  }
}

/** The first signal ends the run in good order, the second one at once. */
function watchSignals() {
  const controller = new AbortController();
  let caught = null;
  const onSignal = (signal) => {
    if (caught !== null) process.exit(signals[signal]);
    caught = signal;
    controller.abort();
  };
  for (const signal of Object.keys(signals)) process.on(signal, onSignal);
  const release = () => Object.keys(signals).forEach((signal) => process.removeListener(signal, onSignal));
  return { stop: controller.signal, interruptedBy: () => caught, release };
}

function ownFault(error) {
  process.stderr.write(`Fault of the load test itself: ${error.stack}\n`);
  process.exit(exit.couldNotRun);
}

// Node's own code for an uncaught error is 1, which here would read as "the server failed".
process.on('uncaughtException', ownFault);
main(process.argv.slice(2), process.env).then((code) => process.exit(code), ownFault);
