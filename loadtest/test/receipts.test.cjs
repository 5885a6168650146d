'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { Faults } = require('../lib/faults.cjs');
const { Ledger } = require('../lib/ledger.cjs');
const { Plan } = require('../lib/plans.cjs');
const { Receipts } = require('../lib/receipts.cjs');

function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

/** A stream over four channels, its ledger filled in any order, and what a client that joined at `start` is owed. */
function makeStream(next, length, names) {
  const ledger = new Ledger();
  const lastOf = new Map();
  const stored = [];
  for (let seq = 1; seq <= length; seq++) {
    const channel = ledger.channel(`C${next(4)}.trade`);
    stored.push({ channel, seq, prev: lastOf.get(channel) ?? 0, ts: 0, sent: NaN });
    lastOf.set(channel, seq);
  }
  const shuffled = stored.map((message) => [next(40) + message.seq, message]).sort((a, b) => a[0] - b[0]);
  for (const [, message] of shuffled) ledger.seen(message.channel, message.seq, -1);
  const faults = new Faults();
  const start = next(length);
  const receipts = new Receipts(0, new Plan(names), start, faults);
  const owed = stored.filter((message) => message.seq > start && receipts.plan.slotOf(message.channel) >= 0);
  return { ledger, faults, receipts, owed, length };
}

const plans = [['C0.trade'], ['C0.trade', 'C1.trade', 'C2.trade'], ['*.trade'], ['C1.>', 'C1.trade', 'C3.trade']];

it('finds no fault when all that is owed comes, and counts each announced or missing message otherwise', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const next = random(seed * 7919);
    const { ledger, faults, receipts, owed, length } = makeStream(next, 50 + next(200), plans[seed % plans.length]);
    const lossy = seed % 2 === 0;
    let dropped = 0;
    let announced = 0;
    for (const message of owed) {
      const fate = lossy ? next(20) : 19;
      if (fate === 0) dropped++;
      else if (fate === 1) {
        announced++;
        receipts.gap(message.channel.name, message.seq, message.seq);
      } else receipts.message(message);
    }

    const settled = receipts.settle(ledger, length);

    assert.deepEqual(settled, { owed: owed.length, lost: dropped, announced, surplus: 0 }, `seed ${seed}`);
    assert.equal(faults.counts.lost, dropped, `seed ${seed}`);
    assert.deepEqual([faults.counts.duplicate, faults.counts.inversion, faults.counts.dishonestGap, faults.counts.misdelivered], [0, 0, 0, 0], `seed ${seed}`);
    if (dropped === 0) assert.equal(faults.counts.brokenPrev, 0, `seed ${seed}`);
  }
});

it('tells every duplicate from every late message', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const next = random(seed * 104729);
    const { ledger, faults, receipts, owed, length } = makeStream(next, 60 + next(100), ['C0.trade', 'C1.trade']);
    if (owed.length < 10) continue;
    const at = 1 + next(owed.length - 2);
    if (seed % 2 === 0) {
      const again = next(at + 1);
      owed.splice(at + 1, 0, owed[again]);
    } else {
      [owed[at], owed[at + 1]] = [owed[at + 1], owed[at]];
    }

    for (const message of owed) receipts.message(message);
    const settled = receipts.settle(ledger, length);

    assert.equal(settled.lost, 0, `seed ${seed}`);
    assert.deepEqual([faults.counts.duplicate, faults.counts.inversion], seed % 2 === 0 ? [1, 0] : [0, 1], `seed ${seed}`);
  }
});

it('one gap over all channels may cover numbers at which nothing was stored, but nothing that was delivered', () => {
  const ledger = new Ledger();
  const a = ledger.channel('A.trade');
  const faults = new Faults();
  const receipts = new Receipts(0, new Plan(['A.trade', 'B.trade']), 0, faults);
  for (const seq of [5, 40]) ledger.seen(a, seq, -1);
  ledger.seen(ledger.channel('B.trade'), 12, -1);

  receipts.message({ channel: a, seq: 5, prev: 0, ts: 0 });
  receipts.gap(undefined, 6, 30);
  receipts.message({ channel: a, seq: 40, prev: 5, ts: 0 });
  const settled = receipts.settle(ledger, 40);
  const honest = { ...faults.counts };
  receipts.gap(undefined, 35, 45);

  assert.deepEqual(settled, { owed: 3, lost: 0, announced: 1, surplus: 0 });
  assert.equal(Object.values(honest).reduce((x, y) => x + y), 0);
  assert.equal(faults.counts.dishonestGap, 1);
});

it('an overlong past gap over an older delivery is found when settling', () => {
  const ledger = new Ledger();
  const a = ledger.channel('A.trade');
  const faults = new Faults();
  const receipts = new Receipts(0, new Plan(['A.trade']), 0, faults);
  for (const seq of [3, 4, 5]) {
    ledger.seen(a, seq, -1);
    receipts.message({ channel: a, seq, prev: seq === 3 ? 0 : seq - 1, ts: 0 });
  }

  receipts.gap('A.trade', 4, 4);
  receipts.settle(ledger, 5);

  assert.equal(faults.counts.dishonestGap, 1);
  assert.equal(faults.counts.lost, 0);
});

it('a publish that was stored under two numbers is counted once for every further number', () => {
  const ledger = new Ledger();
  const a = ledger.channel('A.trade');

  ledger.acknowledged(a, 10, 0);
  ledger.seen(a, 10, 0);
  ledger.seen(a, 11, 0);

  assert.equal(ledger.storedTwice, 1);
  assert.deepEqual(a.range(0, 100).count, 2);
});
