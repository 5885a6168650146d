'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { Faults } = require('../lib/faults.cjs');
const { GeneratorWatch } = require('../lib/generator-watch.cjs');
const { judge } = require('../lib/report/verdict.cjs');
const { readSettings } = require('../lib/settings.cjs');

function failures(change, env = {}) {
  const report = {
    connections: { target: 1000, subscribed: 1000, lost: 0, unresponsive: 0 },
    refusedSubscriptions: {},
    completeness: { owed: 10_000, lost: 0, announced: 0, decided: true },
    messages: { received: 10_000, own: 10_000 },
    publishing: { due: 500, acknowledged: 500, storedTwice: 0 },
    faults: { counts: new Faults().counts },
    generator: { phases: { ramp: { lagP99Ms: 5 }, hold: { lagP99Ms: 5, cpuPercent: 30 } }, failures: {} },
  };
  change(report);
  return judge(report, readSettings({ PUBLISH_RATE: '10', ...env }).settings).filter((criterion) => !criterion.ok);
}

it('holds every limit at its edge', () => {
  assert.deepEqual(failures(() => {}), []);
  assert.deepEqual(failures((r) => { r.connections.subscribed = 990; r.connections.lost = 9; }), []);
  assert.equal(failures((r) => { r.interrupted = true; })[0].name, 'complete');
  assert.equal(failures((r) => { r.connections.subscribed = 989; })[0].name, 'connections');
  assert.equal(failures((r) => { r.connections.lost = 6; r.connections.unresponsive = 5; })[0].name, 'disconnects');
  assert.equal(failures((r) => { r.completeness.announced = 101; })[0].name, 'announcedGaps');
  assert.equal(failures((r) => { r.completeness.decided = false; })[0].name, 'decided');
  assert.equal(failures((r) => { r.publishing.acknowledged = 494; })[0].name, 'publishing');
  assert.equal(failures((r) => { r.messages.own = 0; })[0].name, 'messages');
  assert.equal(failures((r) => { r.messages.received = 0; }, { PUBLISH_RATE: '0' })[0].name, 'messages');
  assert.deepEqual(failures((r) => { r.messages.received = 0; }, { PUBLISH_RATE: '0', REQUIRE_MESSAGES: 'false' }), []);
});

it('a run whose generator was the bottleneck is no pass, unless that is allowed', () => {
  const slowLoop = (r) => { r.generator.phases.hold.lagP99Ms = 201; };
  const fullCore = (r) => { r.generator.phases.hold.cpuPercent = 91; };
  const noPorts = (r) => { r.generator.failures = { EADDRNOTAVAIL: 3 }; };

  assert.match(failures(slowLoop)[0].sentence, /bottleneck \(event loop 201 ms late at p99 in the hold, at most 200\)/);
  assert.match(failures(fullCore)[0].sentence, /91 % of a core in the hold, at most 90/);
  assert.match(failures(noPorts)[0].sentence, /EADDRNOTAVAIL 3 times/);
  for (const reason of [slowLoop, fullCore, noPorts]) assert.deepEqual(failures(reason, { ALLOW_BUSY_GENERATOR: 'true' }), []);
});

it('says where HTTP/2 is spoken when it is not where it was tried', () => {
  const refused = (r) => { r.publishing = { due: 23, acknowledged: 0, storedTwice: 0, failures: { ERR_HTTP2_ERROR: 23 } }; };
  const sentence = (env) => failures(refused, env).find(({ name }) => name === 'publishing').sentence;

  assert.match(sentence({ PUBLISH_PROTOCOL: 'http2' }), /HTTP\/2 is not spoken at PUBLISH_URL: this server does so at its WS_PUBLISH_ADDR alone$/);
  assert.doesNotMatch(sentence({}), /WS_PUBLISH_ADDR/);
});

it('the watch sees a blocked event loop and a busy core', async () => {
  const clock = { now: () => performance.now() };
  const watch = new GeneratorWatch(clock);
  watch.begin('hold');
  const blockedUntil = performance.now() + 700;
  await new Promise((resolve) => { setTimeout(resolve, 50); });
  while (performance.now() < blockedUntil); // the thing under test is that the loop can't run meanwhile
  await new Promise((resolve) => { setTimeout(resolve, 50); });
  watch.end();

  assert.ok(watch.phases.hold.lagP99Ms > 200, `${watch.phases.hold.lagP99Ms} ms`);
  assert.ok(watch.phases.hold.loopBusyPercent > 50, `${watch.phases.hold.loopBusyPercent} %`);
});
