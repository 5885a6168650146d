#!/usr/bin/env node
'use strict';

const fs = require('node:fs');
const { readSettings } = require('./lib/settings.cjs');
const { helpText } = require('./lib/help.cjs');
const { LoadRun, CannotRun } = require('./lib/run.cjs');
const { executeMode } = require('./lib/modes/mode-program.cjs');
const { modeText } = require('./lib/modes/mode-text.cjs');
const { reportPage } = require('./lib/page/page.cjs');
const { readReport, writePage } = require('./lib/page/write-page.cjs');
const { checkMachine, checkText } = require('./lib/machine/check-text.cjs');
const { mergeReports } = require('./lib/report/merge.cjs');
const { readReports } = require('./lib/report/read-reports.cjs');
const { reportText } = require('./lib/report/report-text.cjs');
const { failedOf } = require('./lib/report/outcome.cjs');
const { judge } = require('./lib/report/verdict.cjs');
const { readArguments } = require('./lib/settings/arguments.cjs');
const { systemClock } = require('./lib/clock.cjs');

const exit = Object.freeze({ passed: 0, failed: 1, couldNotRun: 2, badSettings: 78 });
const signals = Object.freeze({ SIGINT: 130, SIGTERM: 143 });

async function main(args, env) {
  const { command, files, asJson, problems: wrongArgs } = readArguments(args);
  if (command === 'help') {
    process.stdout.write(helpText());
    return exit.passed;
  }
  if (command === 'merge') return wrongArgs.length > 0 ? badInput(wrongArgs) : merge(files, asJson);
  if (command === 'html') return wrongArgs.length > 0 ? badInput(wrongArgs) : html(files[0]);
  const { settings, problems } = readSettings(env);
  if (problems.length + wrongArgs.length > 0) return badInput([...problems, ...wrongArgs]);
  if (command === 'check') return check(settings, asJson);

  const say = (line) => (asJson ? process.stderr : process.stdout).write(`${line}\n`);
  const { stop, interruptedBy, release } = watchSignals();
  try {
    const report = settings.mode === 'sustained'
      ? await new LoadRun(settings, systemClock, say).execute(stop)
      : await executeMode({ settings, env, clock: systemClock, say, stop });
    if (settings.reportHtml !== null) writePage(settings.reportHtml, report);
    await print(report, asJson, settings.reportFile);
    if (interruptedBy() !== null) return signals[interruptedBy()];
    return passed(report);
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    process.stderr.write(`The run could not be made: ${error.message}\n`);
    return exit.couldNotRun;
  } finally {
    release();
  }
}

async function check(settings, asJson) {
  const found = await checkMachine(settings);
  process.stdout.write(asJson ? json(found) : checkText(found));
  return found.ok ? exit.passed : exit.failed;
}

/** The page of a report that was kept. */
async function html(file) {
  const { report, problem } = readReport(file);
  if (problem !== null) return badInput([problem]);
  await new Promise((resolve) => { process.stdout.write(reportPage(report), resolve); });
  return exit.passed;
}

async function merge(files, asJson) {
  const { reports, problems } = readReports(files);
  if (problems.length > 0) return badInput(problems);
  const report = mergeReports(reports);
  report.criteria = judge(report, report.settings);
  await print(report, asJson, null);
  return passed(report);
}

/** Ends when everything is written: a pipe takes a long report in pieces. */
async function print(report, asJson, file) {
  if (file !== null) fs.writeFileSync(file, json(report));
  await new Promise((resolve) => { process.stdout.write(asJson ? json(report) : report.mode === undefined ? reportText(report) : modeText(report), resolve); });
}

function passed(report) {
  return failedOf(report).length === 0 ? exit.passed : exit.failed;
}

function badInput(problems) {
  process.stderr.write(`${problems.join('\n')}\nNothing was started. --help names every variable.\n`);
  return exit.badSettings;
}

function json(value) {
  return `${JSON.stringify(value, null, 1)}\n`;
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
