'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { FakeServer, messageText, serverFrame } = require('./fake-server.cjs');
const { runLoadTest, shortRun } = require('./run-load-test.cjs');

/** Runs against a server with these faults; `env` changes the short run. */
async function against(faults, env = {}, options = {}) {
  const server = await FakeServer.start(faults);
  try {
    return { server, ...await runLoadTest({ ...shortRun, ...server.env, ...env }, options) };
  } finally {
    await server.stop();
  }
}

/** A `deliver` that treats the n-th message of the first client by `change`, all others as they should be. */
function onceFor(n, change) {
  return (client, message, send) => {
    if (client.number === 0 && ++client.delivered === n) change(message, send, client);
    else send(message.text);
  };
}

function assertFailed(run, ...names) {
  assert.equal(run.code, 1, run.stderr + run.stdout.slice(0, 2000));
  assert.deepEqual(run.failed, names, JSON.stringify(run.report.faults, null, 1));
}

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
    const run = await runLoadTest({ ...shortRun, ...server.env, PUBLISH_RATE: '0', REQUIRE_MESSAGES: 'true' });
    clearInterval(timer);
    await server.stop();

    assert.equal(run.code, 0, run.stdout);
    assert.ok(run.report.completeness.owed > 50);
  });
});

describe('a server that misbehaves', { concurrency: 3 }, () => {
  it('is found out when it drops one message', async () => {
    const run = await against({ deliver: onceFor(10, () => {}) });

    assertFailed(run, 'lost', 'brokenPrev');
    assert.equal(run.report.faults.counts.lost, 1);
    assert.match(run.report.faults.examples.lost[0], /client 0: 1 of \d+ owed on SYM/);
  });

  it('is found out when it drops one message and hides it by prev 0', async () => {
    let hide = null;
    const deliver = (client, message, send) => {
      if (client.number === 0 && ++client.delivered === 10) {
        hide = message.channel;
      } else if (client.number === 0 && message.channel === hide) {
        hide = null;
        send(messageText({ ...message, prev: 0 }));
      } else send(message.text);
    };

    assertFailed(await against({ deliver }), 'lost');
  });

  it('is found out when the last messages to one client never come', async () => {
    const deliver = (client, message, send) => {
      if (client.number !== 0 || ++client.delivered < 20) send(message.text);
    };

    assertFailed(await against({ deliver }), 'lost');
  });

  it('is found out when it delivers twice, at once or later', async () => {
    const atOnce = await against({ deliver: onceFor(10, (message, send) => [1, 2].forEach(() => send(message.text))) });
    let first = null;
    const later = await against({
      deliver: (client, message, send) => {
        if (client.number === 0) first ??= message.text;
        send(message.text);
        if (client.number === 0 && ++client.delivered === 20) send(first);
      },
    });

    assertFailed(atOnce, 'duplicate');
    assertFailed(later, 'duplicate');
  });

  it('is found out when it swaps two messages', async () => {
    let held = null;
    const deliver = (client, message, send) => {
      if (client.number !== 0) {
        send(message.text);
      } else if (++client.delivered === 10) {
        held = message.text;
      } else {
        send(message.text);
        if (held !== null) send(held);
        held = null;
      }
    };
    const run = await against({ deliver }, { CHANNELS: 'A.trade', CHANNELS_PER_CLIENT: '1' });

    assertFailed(run, 'inversion', 'brokenPrev');
    assert.equal(run.report.faults.counts.inversion, 1);
    assertFailed(await against({ deliver }, { SUBSCRIPTION_MODE: 'all' }), 'inversion');
  });

  it('is found out when prev is wrong', async () => {
    const deliver = onceFor(25, (message, send) => send(messageText({ ...message, prev: message.seq - 1 })));

    assertFailed(await against({ deliver }), 'brokenPrev');
  });

  it('is found out when a gap covers what was delivered', async () => {
    const gap = (message) => `{"type":"gap","channel":"${message.channel}","from":${message.seq},"to":${message.seq},"reason":"slow"}`;
    const after = await against({ deliver: onceFor(10, (message, send) => [message.text, gap(message)].forEach(send)) });
    const before = await against({ deliver: onceFor(10, (message, send) => [gap(message), message.text].forEach(send)) });

    assertFailed(after, 'dishonestGap');
    assertFailed(before, 'dishonestGap');
  });

  it('is found out when it delivers a channel nobody asked for, or another payload', async () => {
    const stray = await against({ deliver: onceFor(10, (message, send) => [messageText({ ...message, channel: 'OTHER.trade' }), message.text].forEach(send)) });
    const changed = await against({ deliver: onceFor(10, (message, send) => send(message.text.replace('"pad":"x', '"pad":"y'))) });

    assert.ok(stray.failed.includes('misdelivered'), String(stray.failed));
    assertFailed(changed, 'corrupt');
  });

  it('is found out when it stores a publish twice', async () => {
    let done = false;
    const deliver = (client, message, send) => {
      send(message.text);
      if (done || message.seq < 20) return;
      done = true;
      setImmediate(() => client.server.store(message.channel, message.data));
    };

    assertFailed(await against({ deliver }), 'storedTwice');
  });

  it('is found out when it resets, or says less than it has sent', async () => {
    const reset = await against({ subscribed: (client) => { if (client.number === 0) client.send('{"type":"reset","epoch":"e2","seq":0,"ts":0}'); } });
    const backwards = await against({ pong: (client, text) => text.replace(/"seq":\d+/, '"seq":1') }, { SETTLE_TIMEOUT: '500ms' });

    assertFailed(reset, 'reset');
    assertFailed(backwards, 'protocol');
  });

  it('fails when it refuses everybody, and the report says with what', async () => {
    const refuse = () => ({ status: 503, headers: { 'Retry-After': 1 }, body: { error: 'max_connections', message: 'full', retry_after: 1 } });
    const run = await against({ refuse });

    assert.equal(run.code, 1);
    assert.deepEqual(run.failed, ['connections', 'messages']);
    assert.ok(run.report.connections.refused['503 max_connections'] >= 12);
  });

  it('fails when it cuts or closes connections, and the report says how', async () => {
    const cut = await against({ deliver: onceFor(10, (message, send, client) => client.socket.destroy()) });
    const closed = await against({
      deliver: onceFor(10, (message, send, client) => {
        send('{"type":"bye","code":4101,"reason":"slow_client","retry_ms":1000}');
        client.close(4101);
      }),
    });

    assertFailed(cut, 'disconnects');
    assert.deepEqual(cut.report.connections.disconnects, { 1006: 1 });
    assertFailed(closed, 'disconnects');
    assert.deepEqual(closed.report.connections.disconnects, { '4101 slow_client': 1 });
  });

  it('fails when it never acknowledges the subscription, or proves the handshake wrongly', async () => {
    const silent = await against({ ack: () => null }, { CONNECTION_TIMEOUT: '500' });
    const wrong = await against({ accept: () => 'bm90IHRoZSByaWdodCBvbmU=' });

    assert.deepEqual(silent.failed, ['connections', 'messages']);
    assert.ok(silent.report.connections.failed['timeout: no subscription_ack within 500 ms'] >= 12);
    assert.equal(silent.code, 1);
    assert.ok(wrong.report.connections.failed['bad handshake: 101 with a wrong Sec-WebSocket-Accept'] >= 12);
    assert.equal(wrong.code, 1);
  });

  it('fails when a client gets no life sign at the end, or a name is refused', async () => {
    const dead = await against({ pong: (client, text) => (client.number === 0 ? null : text) }, { SETTLE_TIMEOUT: '500ms' });
    const refused = await against({ ack: (client, text) => text.replace(/"subscribed":\["[^"]+",/, '"subscribed":[') }, { PUBLISH_RATE: '0' });

    assertFailed(dead, 'disconnects');
    assertFailed(refused, 'subscriptions');
  });

  it('fails when it takes no publishes', async () => {
    const run = await against({ publish: () => ({ status: 403, body: '{"error":"forbidden","message":"set WS_PUBLISH_TOKEN"}' }) });

    assertFailed(run, 'messages', 'publishing');
    assert.ok(run.report.publishing.failures['403 forbidden'] >= 150);
  });

  it('fails when it breaks the frame or the JSON rules', async () => {
    const masked = await against({ subscribed: (client) => { if (client.number === 0) client.socket.write(Buffer.from([0x81, 0x80, 1, 2, 3, 4])); } });
    const garbage = await against({ subscribed: (client) => { if (client.number === 0) client.send('{"type":'); } });

    assertFailed(masked, 'disconnects', 'protocol');
    assertFailed(garbage, 'protocol');
  });
});

describe('the program', { concurrency: 3 }, () => {
  it('names every bad variable at once and exits 78', async () => {
    const run = await runLoadTest({ TARGET_CONNECTIONS: '0', DURATION: 'long', SUBSCRIPTION_MODE: 'some', PUBLISH_TOKEN: 'hidden word' }, { args: ['--fast'] });

    assert.equal(run.code, 78);
    assert.match(run.stderr, /TARGET_CONNECTIONS="0": must be a whole number between 1 and 20000 \(default 2000\)/);
    assert.match(run.stderr, /DURATION="long": must be a duration between 1s and 24h/);
    assert.match(run.stderr, /SUBSCRIPTION_MODE="some": must be one of all, single, random/);
    assert.match(run.stderr, /PUBLISH_TOKEN=\*\*\*/);
    assert.match(run.stderr, /argument "--fast": unknown/);
    assert.ok(!run.stderr.includes('hidden word'), 'a secret is not shown');
  });

  it('exits 2 when nothing listens', async () => {
    const server = await FakeServer.start();
    const { env } = server;
    await server.stop();
    const run = await runLoadTest({ ...shortRun, ...env });

    assert.equal(run.code, 2);
    assert.match(run.stderr, /nothing accepts connections at 127\.0\.0\.1:\d+ \(127\.0\.0\.1: ECONNREFUSED\)/);
  });

  it('reports what it has and exits 130 when interrupted', async () => {
    const run = await against({}, { DURATION: '60' }, {
      args: [],
      whileRunning: (child) => child.stdout.once('data', () => setTimeout(() => child.kill('SIGINT'), 1000)),
    });

    assert.equal(run.code, 130, run.stderr);
    assert.match(run.stdout, /interrupted/);
    assert.match(run.stdout, /clients +12 of 12 subscribed/);
    assert.match(run.stdout, /ok +lost/);
  });

  it('writes a text report and the same figures as JSON to a file', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loadtest-'));
    const file = path.join(folder, 'report.json');
    const run = await against({}, { REPORT_FILE: file, PUBLISH_TOKEN: 'very-secret', WS_TOKEN: 'very-secret' }, { args: [] });
    const report = JSON.parse(fs.readFileSync(file, 'utf8'));
    fs.rmSync(folder, { recursive: true });

    assert.equal(run.code, 0, run.stdout);
    assert.match(run.stdout, /PASSED\n/);
    assert.equal(report.connections.subscribed, 12);
    assert.ok(!JSON.stringify(report).includes('very-secret') && !run.stdout.includes('very-secret'), 'secrets stay out of reports');
  });
});
