'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { consoleModule } = require('./console-files.cjs');

describe('the console: values by the second', () => {
  it('gives the seconds that are over, oldest first, and nothing of those before the first', async () => {
    const { Series } = await consoleModule('series');
    const series = new Series(5);

    series.add(100);
    series.add(100);
    series.add(102, 7);

    assert.deepEqual(series.past(103), [NaN, NaN, 2, 0, 7]);
    assert.equal(series.sum(103), 9);
  });

  it('leaves the running second out', async () => {
    const { Series } = await consoleModule('series');
    const series = new Series(3);

    series.add(10, 4);

    assert.deepEqual(series.past(10), [NaN, NaN, NaN]);
    assert.equal(series.sum(10), 0);
    assert.deepEqual(series.past(11), [NaN, NaN, 4]);
  });

  it('forgets what is older than its length, after a long sleep all of it', async () => {
    const { Series } = await consoleModule('series');
    const series = new Series(3, NaN);

    for (let second = 1; second <= 6; second++) series.set(second, second);
    assert.deepEqual(series.past(7), [4, 5, 6]);
    assert.deepEqual(series.past(1_000_000), [NaN, NaN, NaN]);

    series.set(1_000_000, 1);
    series.set(999_999, 2);
    series.set(999_996, 3);
    assert.deepEqual(series.past(1_000_001), [NaN, 2, 1]);
  });

  it('is what a plain list would be, whatever comes', async () => {
    const { Series } = await consoleModule('series');
    const series = new Series(8);
    const plain = new Map();
    let second = 50;
    for (let i = 0; i < 2_000; i++) {
      second += [0, 0, 1, 1, 3, 12][(i * 7_919) % 6];
      series.add(second, i % 5);
      plain.set(second, (plain.get(second) ?? 0) + (i % 5));

      const expected = Array.from({ length: 8 }, (_, k) => second - 8 + k).map((one) => (one < 50 ? NaN : plain.get(one) ?? 0));
      assert.deepEqual(series.past(second), expected);
      assert.equal(series.sum(second), expected.reduce((sum, value) => sum + (value || 0), 0));
    }
  });
});

describe('the console: latencies', () => {
  it('gives quantiles within the width of a bucket', async () => {
    const { Histogram } = await consoleModule('histogram');
    const histogram = new Histogram();
    for (let ms = 1; ms <= 1_000; ms++) histogram.add(ms);

    for (const share of [0.5, 0.95, 0.99]) {
      const error = histogram.quantile(share) / (share * 1_000);
      assert.ok(error > 0.94 && error < 1.06, `${share}: ${histogram.quantile(share)}`);
    }
  });

  it('takes the smallest and the largest as well', async () => {
    const { Histogram } = await consoleModule('histogram');
    const histogram = new Histogram();
    assert.equal(histogram.quantile(0.5), NaN);

    histogram.add(0);
    assert.equal(histogram.quantile(0.99), 1);

    histogram.clear();
    histogram.add(1e9);
    assert.ok(histogram.quantile(0.5) > 100_000);
  });

  it('tells the last minute from each second and forgets what is older', async () => {
    const { Latencies } = await consoleModule('latency');
    const latencies = new Latencies();
    for (let i = 0; i < 100; i++) latencies.add(1, 500);
    for (let i = 0; i < 100; i++) latencies.add(2, 20);

    const [p50, p95, p99] = latencies.past(4);
    assert.equal(p50.length, 300);
    assert.deepEqual([p50.at(-4), p50.at(-1)], [NaN, NaN]);
    for (const series of [p50, p95, p99]) {
      assert.ok(Math.abs(series.at(-3) - 500) < 25);
      assert.ok(Math.abs(series.at(-2) - 20) < 1);
    }

    assert.ok(Math.abs(latencies.recent(4, 0.99) - 500) < 25);
    assert.ok(Math.abs(latencies.recent(61, 0.99) - 20) < 1, 'second 1 is over a minute ago');
    assert.equal(latencies.recent(62, 0.5), NaN);
    latencies.add(5_000, 3);
    assert.ok(latencies.recent(5_000, 0.5) < 3.2);
  });
});
