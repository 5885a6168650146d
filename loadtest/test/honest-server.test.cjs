'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { FakeServer, serverFrame } = require('./fake-server.cjs');
const { against, assertFailed, onceFor, runLoadTest, shortRun } = require('./run-load-test.cjs');

describe('a server that keeps its promise', { concurrency: 3 }, () => {
  it('passes, with every message accounted for', async () => {
    const run = await against({}, { PATTERN_SHARE: '50' });

    assert.equal(run.code, 0, run.stdout);
    assert.equal(run.report.connections.subscribed, 12);
    assert.equal(run.report.subscriptions, 36);
    assert.ok(run.report.publishing.acknowledged >= 150, 'published for at least a second');
    assert.ok(run.report.completeness.owed > 300, 'clients were owed messages');
    assert.equal(run.report.completeness.owed, run.report.messages.own);
    assert.equal(run.report.latency.publishToReceived.hold.count + run.report.latency.publishToReceived.ramp.count, run.report.messages.own);
    assert.equal(run.report.server.health.version, '0.0.1');
    assert.equal(run.report.server.values.connections.max, 12);
  });

  it('passes when overlapping patterns subscribe a client twice to a channel', async () => {
    const run = await against({}, { SUBSCRIPTION_MODE: 'all', PATTERN_SHARE: '100', PATTERNS: '*.trade,SYM1.>' });

    assert.equal(run.code, 0, run.stdout);
  });

  it('passes when frames come in fragments, in single bytes and with pings in between, which it answers', async () => {
    const write = (socket, bytes, code, payload) => {
      if (code !== 1 || payload.length < 60) {
        socket.write(bytes);
        return;
      }
      socket.write(serverFrame(0x01, payload.subarray(0, 40)));
      socket.write(serverFrame(0x89, Buffer.from('are you there')));
      const rest = serverFrame(0x80, payload.subarray(40));
      for (let i = 0; i < rest.length; i += 50) socket.write(rest.subarray(i, i + 50));
    };
    const run = await against({ write });

    assert.equal(run.code, 0, run.stdout);
    assert.ok(run.server.pongs > 100, `${run.server.pongs} pongs`);
  });

  it('passes when it announces honestly what it dropped, as far as gaps are allowed', async () => {
    const deliver = onceFor(10, (message, send) => send(`{"type":"gap","channel":"${message.channel}","from":${message.seq},"to":${message.seq},"reason":"slow"}`));
    const run = await against({ deliver }, { MAX_GAP_RATE: '5' });
    const strict = await against({ deliver }, { MAX_GAP_RATE: '0' });

    assert.equal(run.code, 0, run.stdout);
    assert.equal(run.report.completeness.announced, 1);
    assertFailed(strict, 'announcedGaps');
  });

  it('passes when some were refused at first, and obeys Retry-After', async () => {
    const refuse = (_, serial) => (serial < 5 ? { status: 503, headers: { 'Retry-After': 1 }, body: { error: 'cpu', message: 'full', retry_after: 1 } } : null);
    const run = await against({ refuse }, { DURATION: '3' });

    assert.equal(run.code, 0, run.stdout);
    assert.deepEqual(run.report.connections.refused, { '503 cpu': 5 });
    assert.equal(run.report.connections.attempts, 17);
  });

  it('is judged without publishing by what the clients see of others, tail included', async () => {
    const feed = (server) => setInterval(() => server.store(`SYM${server.seq % 6}.trade`, '{"price":1}'), 10);
    const server = await FakeServer.start();
    const timer = feed(server);
    const run = await runLoadTest({ ...shortRun, ...server.env, PUBLISH_RATE: '0' });
    clearInterval(timer);
    await server.stop();

    assert.equal(run.code, 0, run.stdout);
    assert.ok(run.report.completeness.owed > 50);
  });

  it('is no pass when nothing arrives at all, unless the run is about idle connections', async () => {
    const silent = await against({}, { PUBLISH_RATE: '0' });
    const idle = await against({}, { PUBLISH_RATE: '0', REQUIRE_MESSAGES: 'false' }, { args: [] });

    assertFailed(silent, 'messages');
    assert.equal(idle.code, 0, idle.stdout);
    assert.match(idle.stdout, /ok +messages +no message arrived, so nothing was learnt about delivery/);
  });
});
