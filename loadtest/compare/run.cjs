'use strict';

// The comparison: ours and the rivals in turn on the same work, as a dated table. `make compare` calls this after it has seen to
// what must be installed. README.md says what is measured and how.

const { contestants } = require('./lib/contestants.cjs');
const { buildGenerator } = require('./lib/generator.cjs');
const { cableProblem, makeLink } = require('./lib/link.cjs');
const machine = require('./lib/machine.cjs');
const { measureCost, measureMemory, measureSpread } = require('./lib/measures.cjs');
const { twoCores, unlessEnding } = require('./lib/processes.cjs');
const { writeResults } = require('./lib/results.cjs');
const { readSettings } = require('./lib/settings.cjs');
const { costKind, spreadKind } = require('./lib/tables.cjs');
const tools = require('./lib/tools.cjs');
const { inTurn } = require('./lib/turns.cjs');

const wrongSettings = 78;

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 2;
});

async function main() {
  const { settings, problems } = readSettings(process.env, contestants.map((each) => each.name));
  const lack = machine.shortage(settings.idleClients);
  const noCable = settings.link === 'cable' ? cableProblem() : null;
  problems.push(...[lack, noCable].filter((problem) => problem !== null));
  if (problems.length > 0) {
    problems.forEach((problem) => console.error(problem));
    process.exitCode = wrongSettings;
    return;
  }
  const cores = twoCores();
  await buildGenerator();
  const taking = contestants.filter((each) => settings.names.includes(each.name));
  const prepared = await prepare(taking);
  const before = machine.loadAverage();
  const link = await makeLink(settings.link, cores);
  const runs = await measureAll(taking, prepared, settings, { cores, link }).finally(() => link.remove());
  const record = {
    date: new Date().toISOString().slice(0, 10),
    commit: await machine.commit(),
    machine: machine.machineFacts(cores),
    load: { before, after: machine.loadAverage() },
    settings,
    contestants: taking.map(({ name, title, isOurs = false }) => ({ name, title, isOurs, version: prepared.get(name).version })),
    runs,
  };
  console.log(`Written: ${writeResults(record)}`);
  const failed = runs.filter((run) => run.failure !== undefined);
  for (const run of failed) console.error(`FAILED: ${run.contestant}, ${run.kind}, round ${run.round}: ${run.failure}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

/** Builds and installs. Who can't be prepared stays in the tables and says why. */
async function prepare(taking) {
  const prepared = new Map();
  for (const contestant of taking) {
    try {
      await contestant.prepare?.(tools);
      prepared.set(contestant.name, { version: await contestant.version(tools), failure: null });
    } catch (error) {
      await unlessEnding();
      prepared.set(contestant.name, { version: 'not there', failure: `did not start: ${error.message}` });
    }
  }
  return prepared;
}

/** A B C … B C A …: what changes on the machine meanwhile meets all alike, and so does what the one before leaves behind: sockets that the kernel still remembers, a warm cache. */
async function measureAll(taking, prepared, settings, place) {
  const kinds = [
    ...settings.rates.map((rate) => ({ kind: costKind(rate), measure: (contestant) => measureCost(contestant, rate, settings, place) })),
    { kind: spreadKind, takes: (contestant) => contestant.hasChannels === true, measure: (contestant) => measureSpread(contestant, settings, place) },
    { kind: 'memory', measure: (contestant) => measureMemory(contestant, settings, place) },
  ];
  const runs = [];
  for (let round = 1; round <= settings.rounds; round++) {
    const order = inTurn(taking, round, settings.rounds);
    for (const { kind, takes, measure } of kinds) {
      for (const contestant of order.filter((each) => takes === undefined || takes(each))) {
        const { failure } = prepared.get(contestant.name);
        const run = { round, kind, contestant: contestant.name, ...(failure === null ? await attempt(contestant, measure) : { failure }) };
        runs.push(run);
        console.log(`round ${round} of ${settings.rounds}, ${kind}, ${contestant.name}: ${inShort(run)}`);
      }
    }
  }
  return runs;
}

async function attempt(contestant, measure) {
  try {
    const { figures, disbelief, notes, result } = await measure(contestant);
    return disbelief === null ? { figures, notes, result } : { failure: `not believed: ${disbelief}`, figures, notes, result };
  } catch (error) {
    await unlessEnding();
    return { failure: error.message };
  }
}

function inShort({ failure, figures, notes }) {
  if (failure !== undefined) return failure;
  const shown = Object.entries(figures).filter(([, value]) => value !== null).map(([key, value]) => `${key} ${value < 100 ? Number(value.toPrecision(3)) : Math.round(value)}`);
  return [...shown, ...notes].join(', ');
}
