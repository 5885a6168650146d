'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { parseResult } = require('../compare/lib/generator.cjs');
const { judge } = require('../compare/lib/judgement.cjs');
const { coreList } = require('../compare/lib/processes.cjs');
const { readSettings } = require('../compare/lib/settings.cjs');
const { spread, summarize } = require('../compare/lib/statistics.cjs');
const { inTurn } = require('../compare/lib/turns.cjs');

const names = ['direct', 'nchan'];

/** What the generator prints after a run in which all went well. */
function goodResult(changes = {}) {
  return {
    clients: 100, in: 100, failed: 0, closed: 0, seconds: 10, rate: 20, channels: 1, subscriptions: 1, size: 400, messages: 20_000, frames: 10_000, bytes: 8_080_000,
    latencyMicroseconds: { samples: 1250, p50: 4000, p99: 9000, p999: 10_000, max: 11_000 },
    publisher: { sent: 200, refused: 0, lateP99Microseconds: 100 },
    serverCpuSeconds: 0.5, coreBusySeconds: 0.6, generator: { cpuShare: 0.3, wantedShare: 0.4 }, trouble: '', ...changes,
  };
}

test('the median of an even number lies between the two in the middle, and what is missing counts for nothing', () => {
  assert.deepEqual(spread([10, 9, null, 1, 2]), { median: 5.5, min: 1, max: 10 });
  assert.deepEqual(spread([10, 9, 2]), { median: 9, min: 2, max: 10 });
  assert.equal(spread([null, undefined]), null);
});

test('each round has everybody once, and begins with another one as long as there are others', () => {
  const everybody = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  for (const rounds of [1, 2, 5, 8]) {
    const orders = Array.from({ length: rounds }, (_, index) => inTurn(everybody, index + 1, rounds));
    for (const order of orders) assert.deepEqual([...order].sort(), everybody);
    assert.equal(new Set(orders.map(([first]) => first)).size, rounds);
  }
  assert.deepEqual(inTurn(['a', 'b', 'c'], 2, 3), ['b', 'c', 'a']);
});

test('a round that failed leaves its figures out of the summary and is told', () => {
  const runs = [
    { kind: '25/s', contestant: 'nchan', figures: { p50: 4 }, notes: [] },
    { kind: '25/s', contestant: 'nchan', figures: { p50: 400 }, failure: 'not believed', notes: [] },
    { kind: '25/s', contestant: 'nchan', figures: { p50: 6 }, notes: ['cut off'] },
    { kind: '400/s', contestant: 'nchan', figures: { p50: 900 }, notes: [] },
  ];

  const [direct, nchan] = summarize(runs, '25/s', names);

  assert.deepEqual(direct, { contestant: 'direct', figures: {}, failures: [], notes: [] });
  assert.deepEqual(nchan, { contestant: 'nchan', figures: { p50: { median: 5, min: 4, max: 6 } }, failures: ['not believed'], notes: ['cut off'] });
});

test('a good run gives deliveries per CPU-second and latency in milliseconds', () => {
  const { figures, disbelief, notes } = judge(goodResult());

  assert.equal(disbelief, null);
  assert.deepEqual(notes, []);
  assert.deepEqual(
    [figures.deliveriesPerCpuSecond, figures.serverShare, figures.made, figures.p50, figures.p999, figures.messagesPerFrame, figures.bytesPerMessage],
    [40_000, 0.05, 1, 4, 10, 2, 404]);
  assert.ok(Math.abs(figures.foreignShare - 0.01) < 1e-9);
});

test('with many channels a client is owed its part of the messages', () => {
  const { figures } = judge(goodResult({ channels: 100, subscriptions: 5, messages: 1_000 }));

  assert.equal(figures.made, 1);
});

test('a run in which the generator wanted more than nine tenths of its core is not believed', () => {
  assert.match(judge(goodResult({ generator: { cpuShare: 0.91, wantedShare: 0.5 } })).disbelief, /the generator was the bottleneck: its reader wanted 50.0 % of the core, all of it took 91.0 %/);
  assert.match(judge(goodResult({ generator: { cpuShare: 0.5, wantedShare: 0.95 } })).disbelief, /its reader wanted 95.0 %/);
  assert.equal(judge(goodResult({ generator: { cpuShare: 0.9, wantedShare: 0.9 } })).disbelief, null);
});

test('a server that falls behind keeps its cost and has no latency', () => {
  const { figures, disbelief } = judge(goodResult({ messages: 10_000 }));

  assert.equal(disbelief, null);
  assert.equal(figures.made, 0.5);
  assert.equal(figures.deliveriesPerCpuSecond, 20_000);
  assert.deepEqual([figures.p50, figures.p99, figures.p999], [null, null, null]);
});

test('clients that were cut off and publishes that were refused are told; silence is no result', () => {
  assert.deepEqual(judge(goodResult({ closed: 3, trouble: 'the server ended the connection' })).notes, ['3 of 100 clients were cut off: the server ended the connection']);
  assert.deepEqual(
    judge(goodResult({ publisher: { sent: 9, refused: 2 }, trouble: 'a publish got no answer' })).notes, ['2 publishes were refused: a publish got no answer']);
  assert.equal(judge(goodResult({ messages: 0 })).disbelief, 'no message arrived');
});

test("the generator's figures are its line of JSON; without one its last words are the error", () => {
  assert.deepEqual(parseResult('READY\n{"clients":3}\n', '', 'exit code 0'), { clients: 3 });
  assert.throws(() => parseResult('', 'generator: only 2 of 3 clients got in: not let in\n', 'exit code 1'), { message: 'only 2 of 3 clients got in: not let in' });
  assert.throws(() => parseResult('READY\n', '', 'SIGKILL'), { message: 'the generator gave no result (SIGKILL)' });
});

test('settings come from the environment, and each that makes no sense is named', () => {
  const { settings, problems } = readSettings({ ROUNDS: '3', ONLY: 'nchan', CLIENTS: '1000' }, names);
  assert.deepEqual(problems, []);
  assert.deepEqual([settings.rounds, settings.seconds, settings.clients, settings.idleClients, settings.link, settings.names], [3, 8, 1000, 5000, 'loopback', ['nchan']]);

  assert.equal(readSettings({ QUICK: '1' }, names).settings.rounds, 1);
  assert.deepEqual(readSettings({}, names).settings.names, names);

  assert.equal(readSettings({ LINK: 'cable' }, names).settings.link, 'cable');

  const wrong = readSettings({ LINK: 'wire', ROUNDS: '0', SECONDS: '', CLIENTS: '1e3', QUICK: 'yes', ONLY: 'nchan apache' }, names).problems;
  assert.equal(wrong.length, 6);
  for (const name of ['LINK', 'ROUNDS', 'SECONDS', 'CLIENTS', 'QUICK', 'apache']) assert.ok(wrong.some((problem) => problem.includes(name)), name);
});

test("the kernel's list of cores is read with its ranges", () => {
  assert.deepEqual(coreList('0,2-4'), [0, 2, 3, 4]);
  assert.deepEqual(coreList('7'), [7]);
});
