'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const { it } = require('node:test');
const { reportPage } = require('../lib/page/page.cjs');
const { reportText } = require('../lib/report/report-text.cjs');
const { besideExpected, givenCriteria } = require('../lib/report/criteria.cjs');
const { ServerFacts } = require('../lib/server-facts.cjs');
const { parseMetrics, summarise, point } = require('../lib/server-metrics.cjs');
const { readSettings } = require('../lib/settings.cjs');
const { expectationsOf, presets } = require('../lib/settings/presets.cjs');
const { against, assertFailed } = require('./run-load-test.cjs');

function failures(change, env) {
  const hold = {
    name: 'hold', deliveredPerSecond: 2500, latency: { from: 'due', count: 100, p99: 20 }, clients: { subscribed: 1000 },
    server: { cpuPercent: { mean: 40, max: 60 }, memoryBytes: { mean: 90e6, max: 100 * 1024 * 1024 }, connections: { last: 1000 }, states: { normal: 1 } },
  };
  const report = { windows: [hold], connections: { refused: {} } };
  change(report, hold);
  return givenCriteria(report, readSettings(env).settings).filter(([, ok]) => !ok).map(([name, , sentence]) => `${name}: ${sentence}`).join('\n');
}

it('judges nothing that is not given, and everything that is at its edge', () => {
  const all = { MAX_P99: '20', MIN_RATE: '2500', MAX_RATE: '2500', MAX_SERVER_CPU: '40', MAX_SERVER_MEMORY: '100', EXPECT_REJECTED: 'none', FINAL_CONNECTIONS: '1010' };
  const fails = (change) => failures(change, all);

  assert.equal(givenCriteria({ windows: [], connections: { refused: {} } }, readSettings({}).settings).length, 0);
  assert.equal(fails(() => {}), '');
  assert.match(fails((_, hold) => { hold.latency.p99 = 20.5; }), /latency: p99 20\.5 ms from due to received in the hold, at most 20/);
  assert.match(fails((_, hold) => { hold.deliveredPerSecond = 2499; }), /rate: 2499 messages\/s were delivered in the hold, at least 2500, at most 2500/);
  assert.match(fails((_, hold) => { hold.deliveredPerSecond = 2501; }), /^rate/);
  assert.match(fails((_, hold) => { hold.server.cpuPercent.mean = 41; }), /serverCpu: the server used 41 % of its CPU/);
  assert.match(fails((_, hold) => { hold.server.memoryBytes.max *= 1.01; }), /serverMemory: the server used 101 MB/);
  assert.match(fails((_, hold) => { hold.server.connections.last = 995; }), /finalConnections: 995 connections at the end of the hold, 1010 within 1 %/);
  assert.match(fails((report) => { report.connections.refused = { '503 cpu': 2 }; }), /rejected: clients were refused 2 times for other reasons than coming too fast \(503 cpu × 2\)/);
  assert.match(fails((_, hold) => { hold.server.states = { normal: 0.9, rejecting: 0.1 }; }), /also in another state than normal \(rejecting\)/);
  assert.equal(fails((report) => { report.connections.refused = { '503 rate_limited': 5 }; }), '');
});

it('what could not be measured does not pass', () => {
  const bare = (_, hold) => { hold.server = {}; hold.latency.count = 0; };

  assert.match(failures(bare, { MAX_SERVER_CPU: '50' }), /nothing was measured/);
  assert.match(failures(bare, { MAX_SERVER_MEMORY: '50' }), /nothing was measured/);
  assert.match(failures(bare, { MAX_P99: '50' }), /nothing was measured/);
  assert.match(failures(() => {}, { EXPECT_REJECTED: 'some' }), /refused 0 times .* expected some/);
  assert.match(failures(bare, { EXPECT_REJECTED: 'none' }), /rejected: .*the server's state is not known \(hold\): nothing was measured/);
  assert.match(failures((report) => report.windows.unshift({ name: 'ramp', server: { looks: 0, states: {} } }), { EXPECT_REJECTED: 'none' }), /state is not known \(ramp\)/);
  assert.match(failures(bare, { FINAL_CONNECTIONS: '1000' }), /finalConnections: not known connections at the end of the hold.*nothing was measured/);
});

it('what the server said before it fell silent is not how it ended', () => {
  const silent = (_, hold) => Object.assign(hold.server, { looks: 3, silentSince: 4.2 });
  const all = { MAX_SERVER_CPU: '90', MAX_SERVER_MEMORY: '900', EXPECT_REJECTED: 'none', FINAL_CONNECTIONS: '1000' };
  const told = failures(silent, all);

  for (const name of ['serverCpu', 'serverMemory', 'rejected', 'finalConnections']) assert.match(told, new RegExp(`^${name}: .*/metrics has not answered since 4\\.2 s`, 'm'));
  assert.equal(failures((_, hold) => Object.assign(hold.server, { looks: 3, silentSince: null }), all), '');
});

it('a look is too old after two that were due, and a refused one is told', async () => {
  let now = 0;
  let status = 200;
  const server = http.createServer((_, response) => response.writeHead(status).end('ws_connections_current 50\n'));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const url = new URL(`http://127.0.0.1:${server.address().port}/metrics`);
  const facts = new ServerFacts({ healthUrl: null, metricsUrl: url, metricsEveryMs: 1000 }, { now: () => now });
  await facts.lookAnew();
  status = 503;
  now = 2000;
  await facts.lookAnew();
  server.close();

  assert.equal(facts.between(0, 2000).silentSince, null);
  assert.equal(facts.between(0, 2001).silentSince, 0);
  assert.equal(facts.between(500, 4000).silentSince, 0, 'nothing in it at all');
  assert.equal(new ServerFacts({ metricsEveryMs: 1000 }, {}).between(0, 4000).silentSince, null, 'nothing ever');
  assert.deepEqual([facts.failures, facts.lastFailure], [1, `${url.href}: status 503`]);
});

it('has the four tests of the plan to the letter', () => {
  const read = (PRESET, more = {}) => readSettings({ PRESET, ...more }).settings;
  const shown = ['light', 'target', 'capacity', 'overload'].map((name) => {
    const { targetConnections, durationMs, minRate, maxRate, publishRate, channelsPerClient, channels } = read(name);
    const perSecond = (targetConnections * publishRate * channelsPerClient) / channels.length;
    return [targetConnections, durationMs / 1000, minRate, maxRate, perSecond];
  });

  assert.deepEqual(shown, [[2000, 300, 2000, 4000, 2400], [5000, 600, 5000, 10000, 6000], [10000, 600, 20000, 40000, 30000], [12000, 300, 0, 0, 36000]]);
  assert.deepEqual(Object.values(presets).map(({ expected }) => expected.cpuPercent), [[10, 20], [25, 35], [60, 80], [75, 100]]);
  assert.deepEqual([read('light').expectRejected, read('capacity').expectRejected, read('overload').expectRejected, read('overload').finalConnections], ['none', 'none', 'some', 10000]);
  assert.equal(read('light', { TARGET_CONNECTIONS: '50' }).targetConnections, 50, 'what is given wins');
  const scaled = read('overload', { SCALE: '0.1' });
  assert.deepEqual([scaled.targetConnections, scaled.finalConnections, scaled.durationMs], [1200, 1000, 300_000]);
  assert.deepEqual(expectationsOf(read('target', { SCALE: '0.1' }), 600).ranges.tasks, [1050, 1050]);
  assert.match(readSettings({ PRESET: 'heavy' }).problems[0], /PRESET="heavy": must be one of light, target, capacity, overload/);
  assert.match(readSettings({ SCALE: '0.5' }).problems[0], /SCALE: goes with PRESET/);
});

it('puts what was measured beside what the plan expects', () => {
  const hold = { name: 'hold', deliveredPerSecond: 2400, clients: { subscribed: 2000 }, server: { cpuPercent: { mean: 4 }, tasks: { max: 4276 }, memoryBytes: { max: 400 * 1024 * 1024 } } };
  const compared = besideExpected({ windows: [hold], expectations: expectationsOf(readSettings({ PRESET: 'light' }).settings, 300) });

  assert.deepEqual(compared.map(({ what, is }) => [what, is]), [['cpuPercent', 'below'], ['memoryMB', 'above'], ['tasks', 'as expected'], ['deliveredPerSecond', 'as expected']]);
});

it('says in what a run was not the plan\'s', () => {
  const expectations = (env, heldSeconds) => expectationsOf(readSettings({ PRESET: 'light', ...env }).settings, heldSeconds);
  const tenth = expectations({ SCALE: '0.1' }, 300);

  assert.deepEqual(expectations({}, 299.9).remarks, []);
  assert.deepEqual(expectations({ DURATION: '6' }, 6.02).remarks, ['held for 6 s, not the plan\'s 300']);
  assert.equal('memoryMB' in expectations({}, 300).ranges, true);
  assert.equal('memoryMB' in tenth.ranges, false, 'the server\'s own does not shrink');
  assert.match(tenth.remarks.join(), /^memory is not compared/);
});

it('reads states and reasons out of /metrics, and sums up looks', () => {
  const text = (state, rejected, cpu, sent) => [
    '# TYPE ws_governor_state gauge', ...['normal', 'rejecting', 'paused'].map((name) => `ws_governor_state{state="${name}"} ${name === state ? 1 : 0}`),
    `ws_connections_rejected_total{reason="cpu"} ${rejected}`, 'ws_connections_rejected_total{reason="lag"} 0', `ws_cpu_percent ${cpu * 10}`,
    `process_cpu_seconds_total ${cpu}`, `ws_messages_sent_total ${sent}`, 'ws_tasks_current 4276', '',
  ].join('\n');
  const samples = [['normal', 1, 2, 100], ['rejecting', 4, 4, 1100]].map((values, i) => ({ at: i * 2000, ...parseMetrics(text(...values)) }));
  const told = summarise(samples);

  assert.deepEqual([told.states, told.rejected, told.cpuCores, told.messagesSent, told.deliveriesPerCpuSecond], [{ normal: 0.5, rejecting: 0.5 }, { cpu: 3 }, 1, 1000, 500]);
  assert.deepEqual([told.cpuPercent.mean, told.cpuPercent.max, told.tasks.last], [30, 40, 4276]);
  assert.equal(point(samples[1]).state, 'rejecting');
  assert.equal(samples[0].values.rejected, 1);
});

it('fails a run by a criterion that was given', async () => {
  const run = await against({}, { MIN_RATE: '1000000', FINAL_CONNECTIONS: '12' });

  assertFailed(run, 'rate');
});

it('fails a run whose server is no longer there, whatever it said before', async () => {
  const faults = { metrics: () => (faults.looks = (faults.looks ?? 0) + 1) <= 3 };
  const run = await against(faults, { FINAL_CONNECTIONS: '12', METRICS_EVERY: '500ms', DURATION: '4' });
  const text = reportText(run.report);

  assertFailed(run, 'finalConnections');
  assert.match(run.report.criteria.find(({ name }) => name === 'finalConnections').sentence, /\/metrics has not answered since [\d.]+ s/);
  assert.match(text, /no answer from \/metrics since [\d.]+ s \(http:.*metrics: status 500\)/);
});

it('remarks in text, figures and page that a preset was held for a shorter time', async () => {
  const run = await against({}, { PRESET: 'light', SCALE: '0.01', EXPECT_REJECTED: 'any', MIN_RATE: '0', MAX_RATE: '0' });

  assert.equal(run.code, 0, run.stderr + run.failed);
  assert.match(run.report.expectations.remarks[0], /^held for [\d.]+ s, not the plan's 300$/);
  assert.match(reportText(run.report), /Test 1: .*"Stable for 5 minutes, no errors"\n +not as planned +held for [\d.]+ s, not the plan's 300\n/);
  assert.match(reportPage(run.report), /Not as planned: held for [\d.]+ s, not the plan&#39;s 300\./);
});

it('fails EXPECT_REJECTED=none when /metrics never answered', async () => {
  const run = await against({}, { EXPECT_REJECTED: 'none', METRICS_URL: 'http://127.0.0.1:1/metrics' });

  assertFailed(run, 'rejected');
});
