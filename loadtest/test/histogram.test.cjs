'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { Histogram } = require('../lib/histogram.cjs');

it('percentiles are exact below 256 and at most 0.8 % high above', () => {
  const histogram = new Histogram();
  const values = Array.from({ length: 5000 }, (_, i) => (i < 300 ? i : Math.round(1.003 ** i)));
  values.forEach((value) => histogram.record(value));
  const sorted = values.map((value) => Math.min(value, 2 ** 31 - 1)).sort((a, b) => a - b);

  for (const percent of [1, 3, 5, 10, 50, 90, 99, 99.9, 100]) {
    const exact = sorted[Math.ceil((percent / 100) * sorted.length) - 1];
    const told = histogram.percentile(percent);

    assert.ok(told >= exact && told <= exact * 1.008, `p${percent}: ${told} for ${exact}`);
    if (exact < 256) assert.equal(told, exact);
  }
});

it('odd values land at the ends and an empty histogram says zero', () => {
  const histogram = new Histogram();
  assert.deepEqual([histogram.percentile(99), histogram.toMilliseconds().min], [0, 0]);

  [-5, NaN, 1e12].forEach((value) => histogram.record(value));

  assert.deepEqual([histogram.count, histogram.min, histogram.max], [3, 0, 2 ** 31 - 1]);
});

it('a stall counts for all the ticks that it swallowed', () => {
  const histogram = new Histogram();

  histogram.recordWithMissed(1000, 20);
  histogram.recordWithMissed(3, 20);

  assert.equal(histogram.count, 51);
  assert.ok(histogram.percentile(50) >= 480, 'half of the missed ticks were 480 or more late');
});
