'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { mergeSeries } = require('../lib/report/merge-series.cjs');
const { FakeServer } = require('./fake-server.cjs');
const { runLoadTest, shortRun } = require('./run-load-test.cjs');

it('puts the series of several machines on one time line that ends when they end', () => {
  const latency = { p50: 1, p90: 1, p99: 2, p999: 2, max: 3, count: 10 };
  const row = (at, seconds, more) => ({ at, seconds, subscribed: 10, waiting: 0, deliveredPerSecond: 100, publishedPerSecond: 0, refused: 1, failed: 0, lost: 0, faults: 0, lagP99Ms: 1, cpuPercent: 1, latency, ...more });
  const report = (startedAt, load, server) => ({ startedAt, settings: { metricsUrl: 'http://one/metrics' }, series: { load, server } });
  const merged = mergeSeries([
    report('2026-01-01T00:00:00.000Z', [row(1.05, 1.05), row(2.1, 1.05), row(3.15, 1.05), row(4.2, 1.05)], [{ at: 1 }, { at: 3 }]),
    report('2026-01-01T00:00:00.500Z', [row(1, 1), row(2, 1, { deliveredPerSecond: 300 }), row(3, 1), row(3.02, 0.02, { refused: 4 })], [{ at: 0.5 }, { at: 3.4 }]),
  ]);

  assert.deepEqual(merged.load.map(({ at }) => at), [1, 2, 3, 4, 4.2]);
  const late = mergeSeries([report('2026-01-01T00:00:00Z', [row(1, 1), row(2.8, 1.8), row(3.8, 1), row(4.8, 1)], [])]);
  assert.deepEqual(late.load.map(({ at }) => at), [1, 2, 3, 4, 4.8], 'one late look makes the others no coarser');
  assert.deepEqual(merged.server.map(({ at }) => at), [1, 1, 3, 3.9]);
  assert.deepEqual(merged.load.map(({ subscribed }) => subscribed), [20, 20, 20, 20, 10], 'no dip where a look came late');
  assert.equal(merged.load.reduce((sum, { refused }) => sum + refused, 0), 11, 'counted once');
  assert.deepEqual(merged.load.map(({ deliveredPerSecond }) => deliveredPerSecond), [200, 300, 300, 200, 100]);
});

describe('reports of several machines', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loadtest-merge-'));
  const file = (name) => path.join(folder, name);
  let runs = [];

  before(async () => {
    const server = await FakeServer.start();
    const startAt = String(Math.ceil(Date.now() / 1000) + 2);
    const run = (name, more) => runLoadTest({ ...shortRun, ...server.env, START_AT: startAt, DURATION: '3', REPORT_FILE: file(name), ...more }, { args: [] });
    runs = await Promise.all([run('a.json', {}), run('b.json', { PUBLISH_RATE: '0', TARGET_CONNECTIONS: '5' })]);
    await server.stop();
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it('become one: counts added, percentiles of all, rates of the common hold', async () => {
    assert.deepEqual(runs.map(({ code }) => code), [0, 0], runs.map(({ stdout, stderr }) => stdout + stderr).join('\n'));
    const [a, b] = ['a.json', 'b.json'].map((name) => JSON.parse(fs.readFileSync(file(name), 'utf8')));
    const run = await runLoadTest({}, { args: ['--merge', '--json', file('a.json'), file('b.json')] });
    const merged = run.report;
    const hold = (report) => report.windows.find(({ name }) => name === 'hold');

    assert.equal(run.code, 0, run.stdout + run.stderr);
    assert.deepEqual(merged.machine, a.machine, 'one machine, though two reports of it');
    assert.deepEqual([merged.connections.target, merged.connections.subscribed], [17, 17]);
    assert.equal(merged.completeness.owed, a.completeness.owed + b.completeness.owed);
    assert.equal(hold(merged).deliveredPerSecond, Number((hold(a).deliveredPerSecond + hold(b).deliveredPerSecond).toFixed(2)));
    const { hold: stream } = merged.latency.streamToReceived;
    assert.equal(stream.count, a.latency.streamToReceived.hold.count + b.latency.streamToReceived.hold.count);
    assert.equal(stream.max, Math.max(a.latency.streamToReceived.hold.max, b.latency.streamToReceived.hold.max));
    assert.ok(merged.notes.some((note) => /none of a machine's clients received is not known there/.test(note)));
    assert.ok(merged.criteria.find(({ name }) => name === 'together').ok);
    assert.ok(merged.series.load.length >= 2 && merged.series.load.some((row) => row.subscribed === 17), JSON.stringify(merged.series.load));
  });

  it('fail when one of them failed, or when they were not together', async () => {
    const change = (name, how) => {
      const report = JSON.parse(fs.readFileSync(file('b.json'), 'utf8'));
      report.run = name;
      how(report);
      fs.writeFileSync(file(`${name}.json`), JSON.stringify(report));
      return runLoadTest({}, { args: ['--merge', '--json', file('a.json'), file(`${name}.json`)] });
    };
    const lossy = await change('lossy', (report) => {
      report.faults.counts.lost = 2;
      report.faults.examples.lost = ['client 3: 2 of 9'];
    });
    const late = await change('late', (report) => { report.startedAt = new Date(Date.parse(report.startedAt) + 60_000).toISOString(); });

    const cut = await change('cut', (report) => { report.interrupted = true; });

    assert.deepEqual([cut.code, cut.failed], [1, ['complete']]);
    assert.match(cut.report.criteria[0].sentence, /^the run was interrupted before it was decided: \S+ \(cut\)$/);
    assert.deepEqual([lossy.code, lossy.failed], [1, ['lost']]);
    assert.match(lossy.report.faults.examples.lost[0], /: client 3: 2 of 9/);
    assert.deepEqual([late.code, late.failed], [1, ['together']]);
    assert.ok(late.report.notes.some((note) => /START_AT/.test(note)));
  });

  it('are read as text as well, and what is no report is told', async () => {
    fs.writeFileSync(file('empty.json'), '{}');
    fs.writeFileSync(file('broken.json'), '{"schema":');
    fs.writeFileSync(file('old.json'), '{"schema":1,"windows":[]}');
    const text = await runLoadTest({}, { args: ['--merge', file('a.json'), file('b.json')] });
    const bad = await runLoadTest({}, { args: ['--merge', file('empty.json'), file('broken.json'), file('old.json'), file('none.json')] });
    const alone = await runLoadTest({}, { args: ['--merge', file('a.json')] });
    const twice = await runLoadTest({}, { args: ['--merge', file('a.json'), file('a.json')] });

    assert.match(text.stdout, /machines +\S+ \(\w+, 12 clients\), \S+ \(\w+, 5 clients\)/);
    assert.match(text.stdout, /, at least 6 channels\n/);
    assert.match(text.stdout, /PASSED\n/);
    assert.equal(bad.code, 78);
    assert.match(bad.stderr, /empty\.json: is no report of this test.*\n.*broken\.json: is no JSON\n.*old\.json: is a report of schema 1; 2 is needed.*\n.*none\.json: can't be read \(ENOENT\)/);
    assert.match(alone.stderr, /--merge: needs the JSON reports/);
    assert.match(twice.stderr, /is the run \w+ once more/);
  });
});

