#!/usr/bin/env node
'use strict';

// N servers on one stream: what each of them costs the broker, and whether clients that are moved between them lose anything.

const fs = require('node:fs');
const { CannotRun } = require('./lib/endpoint.cjs');
const { systemClock } = require('./lib/clock.cjs');
const { FaultRun } = require('./faults/lib/fault-run.cjs');
const { reportOf } = require('./faults/lib/fault-report.cjs');
const { allowedCores } = require('./compare/lib/processes.cjs');
const { commit, machineFacts, loadAverage } = require('./compare/lib/machine.cjs');
const { run: runProgram } = require('./compare/lib/tools.cjs');
const { scaleScenario } = require('./lib/scale-out/scenario.cjs');
const { variables, readScaleSettings, runSettings } = require('./lib/scale-out/settings.cjs');
const { summaryOf } = require('./lib/scale-out/summary.cjs');
const { tables } = require('./lib/scale-out/tables.cjs');

const exit = Object.freeze({ passed: 0, failed: 1, couldNotRun: 2, badSettings: 78 });

const help = `Starts brokers and one, two, three servers on one stream, spreads clients over them, and measures by the CPU time of each process what a
server costs. Then every client is moved to another server, every server is drained and started again, and every frame is accounted for.

  SERVER_COUNTS=1,2,3 node loadtest/scale-out.cjs [--json] [--help]

Exit code: 0 nothing was lost and everybody resumed, 1 not (named), 2 a run could not be made, 78 a variable or argument is wrong, 130 interrupted.

Variables:
${variables.map((row) => `  ${row.name.padEnd(22)} ${row.text}\n${' '.repeat(25)}default ${row.shown ?? (row.def === '' ? 'empty' : row.def + (row.unit ?? ''))}`).join('\n')}
`;

async function main(args, env) {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(help);
    return exit.passed;
  }
  const { settings, problems } = readScaleSettings(env);
  problems.push(...args.filter((arg) => arg !== '--json').map((arg) => `argument ${JSON.stringify(arg)}: unknown; there are --json and --help, all else are variables`));
  if (problems.length > 0) {
    process.stderr.write(`${problems.join('\n')}\nNothing was started. --help names every variable.\n`);
    return exit.badSettings;
  }
  const report = await factsOf(settings);
  for (let round = 0; round < settings.rounds; round++) {
    for (const broker of settings.brokers) {
      // The next round begins with another number: what changes on the machine meets all alike.
      for (let i = 0; i < settings.serverCounts.length; i++) {
        const servers = settings.serverCounts[(i + round) % settings.serverCounts.length];
        try {
          report.runs.push(await runOnce(settings, { round: round + 1, broker, servers }));
        } catch (error) {
          // The others are no worse for it.
          report.notMade.push(`round ${round + 1}, ${broker}, ${servers}: ${error.message}`);
          process.stderr.write(`${report.notMade.at(-1)}\n`);
        }
        conclude(report, settings); // so far: a long measurement that is interrupted leaves what it has
      }
    }
  }
  process.stdout.write(args.includes('--json') ? conclude(report, settings) : tables(report));
  if (report.notMade.length > 0) return exit.couldNotRun;
  return report.runs.every((run) => run.failed.length === 0) ? exit.passed : exit.failed;
}

/** @returns {string} the report, which is in its file too */
function conclude(report, { reportFile }) {
  report.loadAverage.after = loadAverage();
  report.summary = summaryOf(report.runs);
  const text = `${JSON.stringify(report, null, 1)}\n`;
  if (reportFile !== null) fs.writeFileSync(reportFile, text);
  return text;
}

async function factsOf(settings) {
  const [first] = allowedCores();
  const { model, cores, memory, kernel } = machineFacts({ server: first, generator: first });
  const { serverCounts, brokers, rounds, clients, publishRate, publishSize, channels, channelsPerClient, transport, holdMs, restMs, movesMs } = settings;
  return {
    format: 'wsfanout-scale-out/1',
    at: new Date().toISOString(),
    commit: await commit().catch(() => 'not known'), // a copy without its history
    machine: { model, cores, memory, kernel },
    natsServer: (await runProgram(settings.natsServer, ['--version'])).trim(),
    note: settings.note,
    loadAverage: { before: loadAverage() },
    settings: { serverCounts, brokers, rounds, clients, publishRate, publishSize, channels: channels.length, channelsPerClient, transport, holdMs, restMs, movesMs },
    runs: [],
    notMade: [],
  };
}

async function runOnce(settings, { round, broker, servers }) {
  const what = `round ${round}, ${broker}, ${servers} server${servers === 1 ? '' : 's'}`;
  const run = await new FaultRun(scaleScenario(broker, servers, settings), runSettings(settings, broker), settings.seed + round - 1, systemClock, () => {}).execute();
  const { scale, resumes, checked, violations, criteria, generator } = reportOf(run);
  const { slow, window, upstream } = checked.gaps;
  const failed = criteria.filter((criterion) => !criterion.ok).map(({ name, sentence }) => `${name}: ${sentence}`);
  const one = {
    round, broker, servers, ...scale,
    owed: checked.owed, lost: violations.lost, gaps: slow + window + upstream,
    recovered: resumes.recovered, notRecovered: resumes.notRecovered, elsewhere: resumes.elsewhere, caughtUp: resumes.caughtUp, awayMs: resumes.awayMs, drains: run.counts.drains ?? 0,
    generatorLateP99Ms: generator.phases.hold.lagP99Ms, failed,
  };
  const sum = (parts) => (Object.values(parts).reduce((total, cores) => total + cores, 0) * 100).toFixed(1);
  process.stderr.write(`${what}: brokers ${sum(one.hold.brokers)} % of a core (${sum(one.rest.brokers)} at rest), servers ${sum(one.hold.servers)} %, others ${(one.hold.others * 100).toFixed(0)} %; `
    + `${one.recovered} resumes recovered, ${one.elsewhere} elsewhere, ${one.owed} owed, ${one.lost} lost, ${one.gaps} gaps\n${failed.map((sentence) => `FAIL ${what}: ${sentence}\n`).join('')}`);
  return one;
}

function ended(error) {
  process.stderr.write(error instanceof CannotRun ? `The run could not be made: ${error.message}\n` : `The run could not be finished: ${error.stack}\n`);
  process.exit(exit.couldNotRun);
}

// Node's own code for an uncaught error is 1, which here would read as "the server failed".
process.on('uncaughtException', ended);
main(process.argv.slice(2), process.env).then((code) => process.exit(code), ended);
