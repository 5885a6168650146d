'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { it } = require('node:test');
const { ClientLog } = require('../faults/lib/client-log.cjs');
const { FrameTable } = require('../faults/lib/frame-table.cjs');
const { LogStore } = require('../faults/lib/log-store.cjs');
const { Position } = require('../faults/lib/position.cjs');
const { Gaps } = require('../faults/lib/gaps.cjs');
const { owed, joined } = require('../faults/lib/owed.cjs');
const { Ledger } = require('../lib/ledger.cjs');

it('keeps frames and events in order, in memory and beyond it in a file that goes away', () => {
  const store = new LogStore(3 * 16_384);
  const logs = [new ClientLog(store), new ClientLog(store)];
  const count = 20_000;
  for (let i = 0; i < count; i++) {
    logs[0].message(i);
    logs[1].message(count - i);
    if (i % 1000 === 0) logs[0].event({ is: 'got', at: i, frame: { type: 'position' } });
  }
  const read = [...logs[0].entries()];
  const file = store.path;

  assert.equal(read.length, count + 20);
  assert.deepEqual(read.filter((entry) => typeof entry === 'number'), Array.from({ length: count }, (_, i) => i));
  assert.deepEqual(read.filter((entry) => typeof entry !== 'number').map((event) => event.at), Array.from({ length: 20 }, (_, i) => i * 1000));
  assert.deepEqual([...logs[1].entries()], Array.from({ length: count }, (_, i) => count - i));
  assert.equal(store.heldBytes, 3 * 16_384);
  assert.ok(store.spilledBytes > 0 && fs.existsSync(file));
  store.close();
  assert.ok(!fs.existsSync(file));
});

it('keeps a frame once, however many clients got it', () => {
  const table = new FrameTable();
  const record = { channel: { name: 'a' }, seq: 5, prev: 3, ts: 9 };
  const numbers = [table.numberOf(record), table.numberOf(record), table.numberOf({ ...record, number: undefined, seq: 6 })];

  assert.deepEqual(numbers, [0, 0, 1]);
  assert.deepEqual([table.nameOf(1), table.seqs[1], table.prevs[1], table.times[1]], ['a', 6, 3, 9]);
});

it('moves a position by the rules', () => {
  const position = new Position();
  const follow = (...frames) => {
    for (const frame of frames) position.frame(frame);
    return [position.seq, position.ts];
  };
  assert.deepEqual(follow({ type: 'welcome', epoch: 'e1', seq: 99, ts: 1 }), [-1, null], 'a welcome moves nothing');
  assert.deepEqual(follow({ type: 'subscription_ack', seq: 10, ts: 2 }), [10, 2]);
  position.message(12, 3);
  assert.deepEqual(follow({ type: 'subscription_ack', seq: 20, ts: 4 }), [12, 3], 'only the first ack counts');
  assert.deepEqual(follow({ type: 'position', seq: 15, ts: 5 }, { type: 'pong', seq: 18, ts: 6 }), [15, 5], 'a pong moves nothing');
  position.connected();
  position.asked(15);
  position.message(17, 7);
  assert.deepEqual(follow({ type: 'position', seq: 19, ts: 8 }), [15, 5], 'nothing moves it until the sync');
  position.connected();
  position.asked(11);
  assert.deepEqual([position.seq, position.ts], [11, null], 'and the time of another number does not belong to it');
  assert.deepEqual(follow({ type: 'sync', seq: 19, ts: 9 }), [19, 9]);
  assert.deepEqual([...follow({ type: 'reset', epoch: 'e2', seq: 3, ts: 10 }), position.epoch], [3, 10, 'e2']);
});

it('knows which channel a gap speaks of', () => {
  const gaps = new Gaps();
  gaps.add('x.a', 1, 2);
  gaps.add('y.*', 4, 5);
  gaps.add(undefined, 7, 7);

  const covered = (channel) => [1, 2, 3, 4, 5, 6, 7].filter((seq) => gaps.at(channel, seq) !== null);
  assert.deepEqual(covered('x.a'), [1, 2, 7]);
  assert.deepEqual(covered('y.b'), [4, 5, 7]);
  assert.deepEqual(covered('y.b.c'), [7]);
  assert.deepEqual([1, 2, 3, 7].filter(gaps.of('x.a')), [1, 2, 7]);
});

it('accounts for what is owed by the number, as a slow model does', () => {
  let state = 7;
  const random = (n) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  for (let round = 0; round < 500; round++) {
    const channel = new Ledger().channel('a');
    const stored = Array.from({ length: 30 }, (_, i) => i + 1).filter(() => random(3) > 0);
    for (const seq of stored) channel.add(seq);
    const given = stored.filter(() => random(4) > 0);
    const announced = new Set(stored.filter(() => random(4) === 0));
    const ranges = Array.from({ length: 1 + random(3) }, () => [random(30), random(30)]).filter(([after, upTo]) => after < upTo);
    const wanted = stored.filter((seq) => ranges.some(([after, upTo]) => seq > after && seq <= upTo));
    const accounts = joined(ranges.map((range) => range.slice())).map(([after, upTo]) => owed(channel, after, upTo, given, (seq) => announced.has(seq)));

    assert.equal(accounts.reduce((sum, { count }) => sum + count, 0), wanted.length);
    assert.deepEqual(accounts.flatMap(({ lost }) => lost), wanted.filter((seq) => !given.includes(seq) && !announced.has(seq)));
    assert.equal(accounts.reduce((sum, account) => sum + account.announced, 0), wanted.filter((seq) => !given.includes(seq) && announced.has(seq)).length);
  }
});
