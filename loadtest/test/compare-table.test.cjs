'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { page } = require('../compare/lib/tables.cjs');

const cost = { deliveriesPerCpuSecond: 100_000, serverShare: 0.5, foreignShare: 0, made: 1, p50: 4.021, p99: 12.34, p999: 123.4, messagesPerFrame: 1, bytesPerMessage: 404 };
const memory = { bytesPerClient: 459.4, megabytesWithSome: 61.94, megabytesWithout: 45.2 };

function record(runs) {
  return {
    date: '2030-01-02',
    commit: 'abc1234',
    machine: { model: 'A CPU', cores: 2, memory: '8 GB', kernel: '6.1', congestionControl: 'cubic', serverCore: 0, generatorCore: 1 },
    load: { before: '0.10', after: '1.20' },
    settings: { rounds: 2, seconds: 8, warmUpSeconds: 3, payloadBytes: 400, clients: 2000, idleClients: 10_000, rates: [25], spread: { channels: 100, subscriptions: 5, rate: 80 } },
    contestants: [{ name: 'ours', title: 'Ours', isOurs: true, version: '1.0' }, { name: 'rival', title: 'Rival', isOurs: false, version: '2.0' }],
    runs,
  };
}

function costRun(contestant, changes) {
  return { kind: '25/s', contestant, figures: { ...cost, ...changes }, notes: [] };
}

function rowOf(text, title) {
  return text.split('\n').find((line) => line.startsWith(`| ${title} |`));
}

test('a row has the median and the spread of each figure, only the median where all are alike, and ours stands out', () => {
  const text = page(record([costRun('ours'), costRun('ours', { deliveriesPerCpuSecond: 121_000, p50: 5.5 })]));

  assert.equal(rowOf(text, '**Ours**'), '| **Ours** | 110,500 (100,000 … 121,000) | 50 % | 100 % | 4.76 (4.02 … 5.50) | 12.3 | 123 | 1.0 | 404 |');
});

test('the best comes first, also when that is not ours', () => {
  const text = page(record([costRun('ours'), costRun('rival', { deliveriesPerCpuSecond: 200_000 })]));

  assert.ok(text.indexOf('| Rival |') < text.indexOf('| **Ours** |'));
});

test('the least memory comes first', () => {
  const text = page(record([
    { kind: 'memory', contestant: 'ours', figures: memory, notes: [] },
    { kind: 'memory', contestant: 'rival', figures: { ...memory, bytesPerClient: 426 }, notes: [] },
  ])).split('## Memory')[1];

  assert.equal(rowOf(text, '**Ours**'), '| **Ours** | 459 | 61.9 | 45.2 |');
  assert.ok(text.indexOf('| Rival |') < text.indexOf('| **Ours** |'));
});

test('memory that shrank with more clients is no figure of a client', () => {
  const runs = [12, -3722].map((bytesPerClient) => ({ kind: 'memory', contestant: 'ours', figures: { ...memory, bytesPerClient }, notes: [] }));
  const text = page(record([runs[1]])).split('## Memory')[1];

  assert.equal(rowOf(text, '**Ours**'), '| **Ours** | not measurable | 61.9 | 45.2 |');
  assert.match(rowOf(page(record(runs)).split('## Memory')[1], '**Ours**'), /\| not measurable \(not measurable … 12\) \|/);
});

test('who did not start has a row that says why, after those with figures', () => {
  const text = page(record([{ kind: '25/s', contestant: 'ours', failure: 'did not start: a | b' }, costRun('rival')]));

  assert.match(rowOf(text, '**Ours**'), /^\| \*\*Ours\*\* \| did not start: a \\\| b \|( {2}\|)+$/);
  assert.ok(text.indexOf('| Rival |') < text.indexOf('| **Ours** |'));
});

test('who fell behind has no latency and is named, and a share of messages is never rounded up to all', () => {
  const text = page(record([costRun('ours'), costRun('rival', { made: 0.979, p50: null, p99: null, p999: null })]));

  assert.match(rowOf(text, 'Rival'), /\| 97 % \| – \| – \| – \|/);
  assert.match(text, /^\* Fell behind in at least one round.*: Rival\.$/m);
});

test('a server whose core was not its own, a round left out and a note are told below the table', () => {
  const text = page(record([
    costRun('ours', { foreignShare: 0.2 }),
    costRun('rival'),
    { ...costRun('rival'), failure: 'not believed: too busy' },
    { ...costRun('rival'), notes: ['3 clients were cut off'] },
  ]));

  assert.match(text, /^\* Other programs took more than 10 % of the server's core in at least one round: \*\*Ours\*\*\.$/m);
  assert.match(text, /^\* Rival, rounds left out: not believed: too busy\.$/m);
  assert.match(text, /^\* Rival: 3 clients were cut off\.$/m);
});

test('the page says on what it was measured, and the version of each contestant', () => {
  const text = page(record([]));

  for (const fact of ['2030-01-02', 'A CPU, 2 cores, 8 GB, Linux 6.1', 'Commit abc1234', 'Ours: 1.0', 'Rival: 2.0', '2 rounds']) assert.ok(text.includes(fact), fact);
});
