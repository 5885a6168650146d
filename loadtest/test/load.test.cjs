'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { systemClock } = require('../lib/clock.cjs');
const { Load } = require('../lib/load/load.cjs');
const { readSettings } = require('../lib/settings.cjs');
const { FakeServer } = require('./fake-server.cjs');
const { shortRun } = require('./run-load-test.cjs');

/** A load against a fake server; `use` steers it, then it is finished. */
async function withLoad(env, faults, use) {
  const server = await FakeServer.start(faults);
  const { settings, problems } = readSettings({ ...shortRun, PUBLISH_RATE: '0', PROCESSES: '2', ...server.env, ...env });
  assert.deepEqual(problems, []);
  const load = new Load(settings, systemClock, () => {}, 20);
  try {
    await load.start();
    await use(load, server);
    return await load.finish();
  } finally {
    await load.end();
    await server.stop();
  }
}

describe('a load that is steered', { concurrency: 2 }, () => {
  it('grows, shrinks and grows again, and everything owed to those who left is accounted for', async () => {
    const report = await withLoad({}, {}, async (load, server) => {
      await load.setRate(200);
      const grown = await load.setClients(10);
      assert.deepEqual([grown.clients.target, grown.clients.subscribed, server.clients.size], [10, 10, 10]);
      assert.equal(grown.connecting.ready.count, 10);
      await load.measure(0.5);
      const shrunk = await load.setClients(3);
      assert.deepEqual([shrunk.clients.subscribed, shrunk.clients.left, shrunk.clients.lost, server.clients.size], [3, 7, 0, 3]);
      await load.measure(0.3);
      assert.equal((await load.setClients(8)).clients.subscribed, 8);
      await load.measure(0.3);
    });

    assert.deepEqual([report.completeness.decided, report.completeness.lost], [true, 0]);
    assert.equal(report.completeness.owed, report.messages.delivered);
    assert.ok(report.completeness.owed > 100);
    assert.equal(report.connections.subscribed, 8);
    assert.ok(Object.values(report.faults.counts).every((count) => count === 0), JSON.stringify(report.faults));
  });

  it('changes the rate, and a window holds what came in it', async () => {
    let [slow, fast, none] = [];
    const report = await withLoad({ SUBSCRIPTION_MODE: 'all' }, {}, async (load) => {
      await load.setClients(4);
      await load.setRate(20);
      slow = await load.measure(1, { name: 'slow' });
      await load.setRate(200);
      fast = await load.measure(1, { name: 'fast' });
      await load.setRate(0);
      await load.wait(0.3);
      none = await load.measure(0.5, { name: 'none' });
    });

    // A busy machine measures for longer.
    for (const [{ publishing: { due }, seconds }, rate] of [[slow, 20], [fast, 200]]) assert.ok(due >= rate && due <= rate * seconds * 1.3 + 5, `${due} due in ${seconds} s`);
    assert.equal(none.publishing.due, 0);
    assert.equal(none.delivered, 0);
    assert.ok(fast.delivered > slow.delivered * 4);
    assert.equal(fast.latency.from, 'due');
    assert.equal(fast.latency.count, fast.delivered);
    assert.equal(fast.histograms.publish.count, fast.delivered);
    assert.deepEqual(report.windows.map(({ name }) => name), ['slow', 'fast', 'none', 'settle']);
    assert.ok(report.series.load.length >= 3);
  });

  it('replaces clients while messages flow, and none of them is owed anything at the end', async () => {
    let window = null;
    const report = await withLoad({}, {}, async (load, server) => {
      await load.setRate(300);
      await load.setClients(10);
      await load.churn(20);
      window = await load.measure(1);
      await load.churn(0);
      // The row may be older than the last that left.
      await load.wait(5, undefined, (row) => row !== null && row.subscribed === 10 && server.clients.size === 10);
      assert.equal(server.clients.size, 10);
    });

    assert.ok(window.clients.left >= 10, `${window.clients.left} left`);
    assert.ok(window.connecting.subscribed >= 10);
    assert.deepEqual([report.completeness.lost, report.connections.lost], [0, 0]);
    assert.equal(report.completeness.owed, report.messages.delivered);
  });

  it('ends a measurement when its condition holds', async () => {
    const report = await withLoad({}, {}, async (load) => {
      await load.setClients(2);
      await load.measure({ seconds: 20, until: (row) => row?.subscribed === 2 }, { name: 'until' });
    });

    assert.ok(report.windows[0].seconds < 15);
  });
});
