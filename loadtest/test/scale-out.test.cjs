'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { freePorts } = require('../compare/lib/tools.cjs');
const { FanoutServer } = require('../faults/lib/fanout-server.cjs');
const { cpuSeconds, threadTimes } = require('../lib/scale-out/cpu-times.cjs');
const { LeafBroker } = require('../lib/scale-out/leaf-broker.cjs');
const { brokers } = require('../lib/scale-out/scenario.cjs');
const { readScaleSettings, variables } = require('../lib/scale-out/settings.cjs');
const { summaryOf } = require('../lib/scale-out/summary.cjs');
const { tables } = require('../lib/scale-out/tables.cjs');
const { inputs } = require('../lib/million/inputs.cjs');
const { clientsByCpu, movesInTurn, reckon } = require('../lib/million/reckoning.cjs');
const { table } = require('../lib/million/table.cjs');
const { runProgram } = require('./run-program.cjs');

const root = path.join(__dirname, '..', '..');
const server = ['src/WsFanout/bin/Release/net10.0/wsfanout', 'artifacts/wsfanout/wsfanout'].map((file) => path.join(root, file)).find((file) => fs.existsSync(file));
const program = path.join(__dirname, '..', 'scale-out.cjs');

// Small: what is measured at length is in results/. Here it is that the program and the server fit together.
const small = { SERVER: server, ROUNDS: '1', CLIENTS: '20', PUBLISH_RATE: '100', WARM_UP: '0', HOLD: '1', REST: '500ms', MOVES: '1', SETTLE_TIMEOUT: '30s' };
const deadlineMs = 110_000;

describe('several servers on one stream', { concurrency: 2, skip: server === undefined && 'the server is not built' }, () => {
  it('measures two servers, moves everybody between them and restarts both, and nothing is lost', async () => {
    const { code, report, stderr } = await run({ ...small, SERVER_COUNTS: '2', BROKERS: 'single' });

    assert.equal(code, 0, stderr);
    const [one] = report.runs;
    assert.ok(one.hold.delivered > 0 && one.hold.brokers.n1 > 0 && one.hold.servers.s1 > 0 && one.hold.servers.s2 > 0, JSON.stringify(one));
    assert.ok(one.elsewhere >= 20 && one.owed > 0, JSON.stringify(one));
    assert.deepEqual([one.lost, one.gaps, one.notRecovered, one.drains], [0, 0, 0, 2]);
  });

  it('reads a mirror on a leaf node as it reads the stream', async () => {
    const { code, report, stderr } = await run({ ...small, SERVER_COUNTS: '1', BROKERS: 'leaf' });

    assert.equal(code, 0, stderr);
    const [one] = report.runs;
    assert.deepEqual(Object.keys(one.hold.brokers), ['hub', 'leaf']);
    assert.ok(one.recovered >= 20 && one.lost === 0, JSON.stringify(one));
  });

  it('publishes from a leaf node to the stream on the hub', async (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wsfanout-leaf-'));
    const broker = await LeafBroker.start({ binary: readScaleSettings({}).settings.natsServer, folder });
    const [port] = await freePorts(1);
    const one = new FanoutServer({ program: server, port, env: { NATS_URL: broker.serverUrls[0].href, JS_STREAM_ENSURE: 'false' }, log: path.join(folder, 'server.log') });
    t.after(async () => {
      await one.stop();
      await broker.stopAll();
      fs.rmSync(folder, { recursive: true, force: true });
    });
    await one.start();

    const answer = await fetch(`http://127.0.0.1:${port}/publish/BTC.trade`, { method: 'POST', body: '{"price":1}' });

    assert.deepEqual([answer.status, await answer.json()], [200, { seq: 1 }]);
  });
});

it('names every variable of several servers that is wrong', () => {
  const problems = (env) => readScaleSettings({ NATS_SERVER: process.execPath, SERVER: process.execPath, ...env }).problems;

  assert.deepEqual(problems({}), []);
  assert.match(problems({ SERVER_COUNTS: '1,17' })[0], /SERVER_COUNTS="1,17": must be whole numbers from 1 to 16, each once/);
  assert.match(problems({ BROKERS: 'leaf,leaf' })[0], /BROKERS="leaf,leaf": must be of single, cluster, leaf, each once/);
  assert.match(problems({ SERVER_COUNT: '1' })[0], /did you mean SERVER_COUNTS\?/);
  assert.match(problems({ SERVER: '/no/such' })[0], /SERVER: no such program/);
  assert.equal(new Set(variables.map((row) => row.name)).size, variables.length);
});

it('counts the CPU time of a process by its threads', () => {
  const before = threadTimes('self');
  const begun = process.cpuUsage();
  while (process.cpuUsage(begun).user < 50_000) { /* works */ }
  const after = threadTimes('self');

  assert.ok(cpuSeconds(before, after) > 0.03, `${cpuSeconds(before, after)}`);
});

it('takes the cost of a server from what each one adds', () => {
  const runs = [1, 2, 3, 1, 2, 3].map((servers, i) => ({
    broker: 'single', servers, round: i < 3 ? 1 : 2, owed: 100, lost: 0, gaps: 0, recovered: 10, notRecovered: 0, elsewhere: 5, caughtUp: 3, drains: servers,
    // 1,000 messages/s: 20 µs each for storing, 8 for every server; at rest 0.2 % and 0.1 % for every server.
    hold: { seconds: 10, published: 10_000, delivered: 50_000, brokers: { n1: 0.002 + 0.001 * servers + 0.02 + 0.008 * servers }, servers: { s1: 0.4 + 0.015 * servers + 0.005 }, others: 0 },
    rest: { seconds: 10, brokers: { n1: 0.002 + 0.001 * servers }, servers: { s1: 0.005 } },
  }));
  const [{ points, costs }] = summaryOf(runs);
  const close = (value, expected) => assert.ok(Math.abs(value - expected) < 1e-6, `${value}, ${expected}`);

  close(costs.brokerMicrosPerMessage.height, 20);
  close(costs.brokerMicrosPerMessage.slope, 8);
  close(costs.brokerRestCores.slope, 0.001);
  close(costs.serverMicrosPerMessage.slope, 15);
  assert.deepEqual(points.map((point) => [point.servers, point.rounds, point.owed]), [[1, 2, 200], [2, 2, 200], [3, 2, 200]]);
  assert.match(tables({ summary: summaryOf(runs) }), /\| one broker \| 20\.0 \| 8\.0 ± /);
});

it('moves a client e − 1 times when many servers are restarted in turn', () => {
  assert.equal(movesInTurn(2), 1.5); // the first one's clients go to the second, and all of them back
  assert.ok(Math.abs(movesInTurn(10_000) - (Math.E - 1)) < 1e-3);
});

it('gives each zone so many servers that the others carry the crowd', () => {
  const i = { ...inputs(), clients: 90_000 };
  const way = reckon(i, 10_000);

  assert.equal(way.servers, 15);
  assert.equal(way.clientsWhenLost, 9_000);
  assert.ok(reckon(i, clientsByCpu(i)).cpuPercentWhenLost <= i.targetUtilisation * 100);
});

describe('docs/SCALING.md', () => {
  const document = fs.readFileSync(path.join(root, 'docs', 'SCALING.md'), 'utf8');

  it('has the tables of the measurement that it names', () => {
    const [, file] = /\]\(\.\.\/loadtest\/(results\/scale-out-[\d-]+\.json)\)/.exec(document);
    const report = JSON.parse(fs.readFileSync(path.join(root, 'loadtest', file), 'utf8'));

    assert.deepEqual(JSON.parse(JSON.stringify(summaryOf(report.runs))), report.summary);
    for (const part of tables(report).trim().split('\n\n')) assert.ok(document.includes(part), part);
  });

  it('reckons a million clients from the figures that it names', () => {
    assert.ok(document.includes(table(inputs()).trim()), table(inputs()));
  });

  it('names every kind of broker that is measured', () => {
    for (const { text } of Object.values(brokers)) assert.ok(document.includes(text), text);
  });
});

/** Runs the program; ends with its exit code, its report and what it said. */
function run(env) {
  return runProgram([program, '--json'], env, deadlineMs);
}
