#!/usr/bin/env node
'use strict';

const fs = require('node:fs');
const { variables, readPublishSettings } = require('./lib/publishing/settings.cjs');
const { Round } = require('./lib/publishing/round.cjs');
const { tables } = require('./lib/publishing/tables.cjs');
const { complaints } = require('./lib/publishing/verdict.cjs');

const exit = Object.freeze({ passed: 0, failed: 1, interrupted: 130, badSettings: 78 });

const help = `Publishes over HTTP as fast as the server answers, with so many requests under way at a time, and says what came of it.

  CLIENTS=500 node loadtest/publish-test.cjs [--json] [--help]

One round for each mode, number of clients, size and (HTTP/2) frame. Exit code: 0 all rounds passed, 1 one did not (named), 78 a variable or
argument is wrong, 130 interrupted.

Variables:
${variables.map((row) => `  ${row.name.padEnd(22)} ${row.text}\n${' '.repeat(25)}default ${row.shown ?? (row.def === '' ? 'empty' : row.def)}`).join('\n')}
`;

async function main(args, env) {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(help);
    return exit.passed;
  }
  const { settings, problems } = readPublishSettings(env);
  problems.push(...args.filter((arg) => arg !== '--json').map((arg) => `argument ${JSON.stringify(arg)}: unknown; there are --json and --help, all else are variables`));
  if (problems.length > 0) {
    process.stderr.write(`${problems.join('\n')}\nNothing was started. --help names every variable.\n`);
    return exit.badSettings;
  }

  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const figures = [];
  for (const kind of kinds(settings)) {
    if (stop.signal.aborted) return exit.interrupted;
    figures.push(await measure(settings, kind, stop.signal));
    process.stderr.write(`${summary(figures.at(-1))}\n`);
  }
  const wrong = complaints(figures, settings);
  const report = { at: new Date().toISOString(), figures, complaints: wrong };
  process.stdout.write(args.includes('--json') ? `${JSON.stringify(report, null, 2)}\n` : tables(figures));
  if (settings.reportFile !== null) fs.writeFileSync(settings.reportFile, `${JSON.stringify(report, null, 2)}\n`);
  for (const complaint of wrong) process.stderr.write(`FAIL ${complaint}\n`);
  if (stop.signal.aborted) return exit.interrupted;
  return wrong.length === 0 ? exit.passed : exit.failed;
}

function* kinds(settings) {
  for (const mode of settings.modes) {
    for (const size of settings.sizes) {
      for (const frame of mode === 'http2' ? settings.frames : [0]) {
        for (const clients of settings.clients) yield { mode, clients, size, frame };
      }
    }
  }
}

/** The round with the median rate of several; all that any of them failed by counts. */
async function measure(settings, kind, stop) {
  const rounds = [];
  for (let i = 0; i < settings.rounds && !stop.aborted; i++) rounds.push(await new Round(settings, kind).run(stop));
  const byRate = [...rounds].sort((a, b) => a.messagesPerSecond - b.messagesPerSecond);
  const worst = [...rounds].sort((a, b) => a.successPercent - b.successPercent)[0];
  return { ...byRate[(byRate.length - 1) >> 1], successPercent: worst.successPercent, failures: worst.failures, ratesSeen: rounds.map((round) => round.requestsPerSecond) };
}

function summary(one) {
  return `${one.mode} ${one.clients} clients ${one.size} bytes: ${Math.round(one.messagesPerSecond)} messages/s, ${one.successPercent.toFixed(3)} % stored, p99 ${one.latencyMs.p99} ms, generator ${one.generator.loopBusyPercent} % busy`;
}

main(process.argv.slice(2), process.env).then((code) => process.exit(code), (error) => {
  process.stderr.write(`Fault of the publish test itself: ${error.stack}\n`);
  process.exit(2);
});
