'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { messageText } = require('./fake-server.cjs');
const { against, assertFailed, onceFor } = require('./run-load-test.cjs');

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
    const refused = await against({ ack: (client, text) => text.replace(/"subscribed":\["[^"]+",/, '"subscribed":[') }, { PUBLISH_RATE: '0', REQUIRE_MESSAGES: 'false' });

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
