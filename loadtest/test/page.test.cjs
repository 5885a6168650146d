'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { reportPage } = require('../lib/page/page.cjs');
const { stateShades } = require('../lib/page/time-plots.cjs');
const { ticks, logTicks, short } = require('../lib/page/scale.cjs');
const { assertWellFormed } = require('./well-formed.cjs');
const { scripted } = require('./scripted-run.cjs');

const nasty = '</style><script>alert("1")</script>\' & \u0000 <img src=x onerror=1>';

async function reports() {
  const usual = { TARGET_CONNECTIONS: '300', PUBLISH_RATE: '50', DURATION: '10' };
  return Promise.all(['baseline', 'ramp', 'saturation', 'burst', 'churn', 'knee'].map(async (mode) => (await scripted({ ...usual, MODE: mode })).report));
}

describe('the page of a report', () => {
  it('is well-formed and asks nothing from elsewhere, in every mode', async () => {
    for (const report of await reports()) {
      const page = reportPage(report);

      assertWellFormed(page, report.mode);
      assert.doesNotMatch(page, /https?:|src=|href=|url\(|@import|<script|<link/i, report.mode);
      assert.doesNotMatch(page, /NaN|undefined|\[object/, report.mode);
      assert.match(page, /prefers-color-scheme: dark/);
    }
  });

  it('marks the knee and shows costs and steps', async () => {
    const report = (await reports()).at(-1);
    const page = reportPage(report);

    assert.match(page, new RegExp(`knee: ${report.result.at.clients}, memory`));
    assert.match(page, /<td>secondsPerTlsHandshake<\/td><td class="number">0.14<\/td><td>not measured: taken over<\/td>/);
    assert.match(page, /clients without messages/);
    assert.match(page, /refuses above 75 %/);
  });

  it('shows what others wrote as text', async () => {
    const report = {
      mode: nasty, run: nasty, startedAt: nasty, settings: { wsUrl: nasty }, limits: { version: nasty, cpuRejectPercent: 75 }, machine: { cores: nasty, platform: nasty },
      criteria: [{ name: nasty, ok: false, sentence: nasty }],
      series: { load: [0, 1].map((at) => ({ at, subscribed: 1, latency: { count: 1, p99: nasty, p50: 1 } })), server: [{ at: 0, state: nasty, cpuPercent: nasty }, { at: 1, state: 'paused' }] },
      groups: { [nasty]: { clients: 3, [nasty]: nasty, latency: { p50: 1, p99: 2 } } },
      expectations: { title: nasty, ranges: { [nasty]: [1, 2] } }, windows: [{ name: 'hold', server: {}, clients: {}, deliveredPerSecond: nasty }],
    };
    const page = reportPage(report);

    assertWellFormed(page, 'nasty');
    assert.equal(page.match(/<style>/g).length, 1);
    assert.doesNotMatch(page, /<script|<img|\u0000/);
    assert.match(page, /&lt;script&gt;/);
  });

  it('does not call an interrupted run passed, not even in a report that was kept', () => {
    assert.match(reportPage({ criteria: [{ name: 'lost', ok: true, sentence: '' }], interrupted: true }), /<p class="verdict bad">FAILED: complete \(interrupted\)/);
    assert.match(reportPage({ criteria: [{ name: 'lost', ok: true, sentence: '' }], interrupted: false }), /<p class="verdict good">PASSED</);
  });

  it('leaves out what a report does not have', () => {
    for (const report of [{}, { criteria: [], series: { load: [], server: [] } }, { mode: 'knee', result: null, points: [] }, { series: { load: [{ at: 0 }, { at: 1 }] } }]) {
      const page = reportPage(report);

      assertWellFormed(page, JSON.stringify(report));
      assert.doesNotMatch(page, /<svg/);
    }
  });

  it('shades the states of the governor', () => {
    const series = ['normal', 'rejecting', 'rejecting', 'paused', 'normal'].map((state, i) => ({ at: i * 10, state }));

    assert.deepEqual(stateShades(series), [{ from: 0, to: 20, kind: 'rejecting' }, { from: 20, to: 30, kind: 'paused' }]);
  });

  it('has axes with round numbers that hold everything', () => {
    assert.deepEqual(ticks(0, 97, 5), [0, 20, 40, 60, 80, 100]);
    assert.deepEqual(ticks(3, 3), [3, 4]);
    assert.deepEqual(logTicks(0.8, 30), [0.5, 1, 2, 5, 10, 20, 50]);
    assert.deepEqual(logTicks(5, 5), [5, 50]);
    for (const [least, most] of [[0, 1e-6], [0, 123456], [17, 19], [-5, 5]]) {
      const all = ticks(least, most);
      assert.ok(all[0] <= least && all.at(-1) >= most && all.length <= 8, `${least} ${most}: ${all}`);
    }
    assert.deepEqual([0, 12, 1234, 12_000, 2_500_000, 0.05].map(short), ['0', '12', '1230', '12k', '2.5M', '0.05']);
  });
});
