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
      criteria: [{ name: nasty, ok: false, sentence: nasty }], notes: [nasty], connections: { target: nasty, attempts: nasty, subscribed: 1, refused: { [nasty]: nasty }, disconnects: { [nasty]: 1 }, handshake: { count: 1, p50: nasty } },
      series: { load: [0, 1].map((at) => ({ at, subscribed: 1, latency: { count: 1, p99: nasty, p50: 1 } })), server: [{ at: 0, state: nasty, cpuPercent: nasty }, { at: 1, state: 'paused' }] },
      groups: { [nasty]: { clients: 3, [nasty]: nasty, latency: { p50: 1, p99: 2 } } },
      expectations: { title: nasty, remarks: [nasty], ranges: { [nasty]: [1, 2] } }, windows: [{ name: 'hold', server: {}, clients: {}, deliveredPerSecond: nasty }],
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

  it('has one time axis in all plots, and shows where the server said nothing', () => {
    const load = Array.from({ length: 10 }, (_, i) => ({ at: i + 1, seconds: 1, subscribed: 5, latency: { count: i > 1 && i < 6 ? 9 : 0, p50: 1, p90: 1, p99: 1, p999: 1 }, deliveredPerSecond: 1, lagP99Ms: 1, cpuPercent: 1 }));
    const server = [0, 1, 2, 6, 7].map((at) => ({ at, cpuPercent: 10 + at, memoryBytes: 1e6, tasks: 7, state: at === 6 ? 'paused' : 'normal' }));
    const page = reportPage({ series: { load, server }, settings: { metricsEveryMs: 1000 } });
    const plots = page.match(/<svg[^]*?<\/svg>/g);
    const axis = (plot) => [...plot.matchAll(/<text class="tick middle" x="([\d.]+)"[^>]*>([^<]+)</g)].map((match) => `${match[2]} at ${match[1]}`);

    assertWellFormed(page, 'axis');
    assert.equal(plots.length, 8);
    for (const plot of plots) {
      assert.deepEqual(axis(plot), axis(plots[0]));
      assert.equal(plot.match(/class="shade silent"/g).length, 2, 'from 2 to 6 s and from 7 to the end');
      assert.doesNotMatch(plot, /class="shade paused"/, 'of the silence nothing is known');
    }
    assert.match(page, /no answer from \/metrics/);
    const cpu = plots[3].match(/<path class="line[^"]*" d="([^"]+)"/)[1];
    assert.equal(cpu.match(/M/g).length, 2, 'no line over the silence');
    assert.match(axis(plots[0]).join(), /^0 at 52,2 at .*10 at 628$/);
  });

  it('tells totals, times with percentiles, and every refusal and close code', () => {
    const times = { count: 1234, p50: 1.5, p90: 2, p99: 17.25, p999: 30, max: 41 };
    const page = reportPage({
      seconds: { hold: 300 }, connections: { target: 2000, subscribed: 1990, attempts: 2100, lost: 3, unresponsive: 0, handshake: times, ready: times, refused: { '503 cpu': 12 }, failed: { ECONNRESET: 2 }, disconnects: { '4101 slow_client': 3 } },
      messages: { received: 720_000, own: 720_000, bytes: 4e8, perSecondInHold: 2400, gapsAnnounced: { slow: 7 } }, completeness: { owed: 720_009, lost: 0, announced: 9 },
      publishing: { due: 3600, acknowledged: 3599, failures: { '503 overloaded': 1 }, goaways: {}, latency: times }, latency: { publishToReceived: { hold: times, ramp: { count: 0 } }, streamToReceived: { hold: times } },
    });

    assertWellFormed(page, 'totals');
    assert.match(page, /<td>clients subscribed<\/td><td class="number">1,990<\/td><td>of 2,000, in 2,100 attempts<\/td>/);
    assert.match(page, /<td>delivered a second in the hold<\/td><td class="number">2,400<\/td>/);
    for (const what of ['connect to 101', 'connect to subscription_ack', 'due to received, in the hold', 'stored to received, in the hold']) {
      assert.match(page, new RegExp(`<td>${what}</td><td class="number">1,234</td>.*<td class="number">17.3</td><td class="number">30</td><td class="number">41</td>`));
    }
    assert.doesNotMatch(page, /in the ramp/);
    for (const [kind, label, count] of [['refused', '503 cpu', 12], ['failed to connect', 'ECONNRESET', 2], ['disconnected', '4101 slow_client', 3], ['publish failed', '503 overloaded', 1], ['gap announced', 'slow', 7]]) {
      assert.match(page, new RegExp(`<td>${kind}</td><td>${label}</td><td class="number">${count}</td>`));
    }
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
