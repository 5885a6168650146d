'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { it } = require('node:test');
const { systemClock } = require('../lib/clock.cjs');
const { Ledger } = require('../lib/ledger.cjs');
const { Broker } = require('../faults/lib/broker.cjs');
const { FaultProxy } = require('../faults/lib/fault-proxy.cjs');
const { StreamPublisher } = require('../faults/lib/stream-publisher.cjs');

const binary = ['/usr/sbin/nats-server', '/usr/local/bin/nats-server'].find((file) => fs.existsSync(file));
const settings = { channels: ['a', 'b', 'c'], publishRate: 500, publishSize: 100, publishConnections: 1, publishTimeoutMs: 5000 };
const deadlineMs = 15_000;

async function until(condition, why) {
  const deadline = Date.now() + deadlineMs;
  while (!condition()) {
    assert.ok(Date.now() < deadline, why);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

function publisherTo(natsUrls, idMemoryMs = 120_000) {
  return new StreamPublisher({ settings, ledger: new Ledger(), run: 'run', clock: systemClock, natsUrls, subjectPrefix: 't.', idMemoryMs });
}

it('has every publish stored once, whatever becomes of the answers and of the broker', { skip: binary === undefined && 'no nats-server here' }, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'faults-publisher-'));
  const broker = await Broker.start({ binary, nodes: 1, folder });
  const proxy = await FaultProxy.listen({ host: '127.0.0.1', port: broker.nodes[0].port });
  let publisher = null;
  t.after(async () => {
    await publisher?.stop(0);
    await broker.stopAll();
    await proxy.close();
    fs.rmSync(folder, { recursive: true });
  });
  publisher = publisherTo([new URL(`nats://127.0.0.1:${proxy.port}`)]);
  await publisher.ask('$JS.API.STREAM.CREATE.T', JSON.stringify({ name: 'T', subjects: ['t.>'], retention: 'limits', storage: 'file', discard: 'old', num_replicas: 1 }));
  publisher.start();

  await until(() => publisher.acknowledged > 100, 'it publishes');
  proxy.set('freeze-to-client');
  const sent = publisher.sent;
  await until(() => publisher.sent > sent + 100, 'it goes on although no answer comes');
  proxy.set('reset');
  proxy.set('pass');
  await until(() => publisher.duplicates > 0, 'what had been stored is answered as known');
  await broker.stopAll();
  broker.startAll();
  const before = publisher.acknowledged;
  await until(() => publisher.acknowledged > before + 50, 'it publishes to the broker that came back');
  const watching = publisher.ask('$JS.API.STREAM.INFO.T');
  const info = await watching;
  publisher.rest();
  await until(() => publisher.inFlight === 0, 'every publish is answered');
  const { state } = await publisher.ask('$JS.API.STREAM.INFO.T');
  await publisher.stop();

  assert.equal(info.config.name, 'T');
  assert.equal(publisher.acknowledged, publisher.sent);
  assert.equal(state.messages, publisher.sent);
  assert.equal(publisher.ledger.storedTwice, 0);
  assert.ok(publisher.retries > 0);
  assert.deepEqual(publisher.ledger.channels.map((channel) => channel.length).reduce((a, b) => a + b), state.messages);
  assert.equal(publisher.ledger.lastAckedSeq, state.last_seq);
});

it('goes to the next of several brokers, and does not take an error for an answer', async (t) => {
  const first = await fakeBroker(null);
  let asked = 0;
  const second = await fakeBroker((reply) => {
    const body = ++asked === 1 ? '{"error":{"code":503,"err_code":10008,"description":"temporarily unavailable"}}' : `{"stream":"T","seq":${asked}}`;
    return `MSG ${reply} 1  ${body.length}\r\n${body}\r\n`;
  });
  const publisher = publisherTo([first, second].map((server) => new URL(`nats://user:word@127.0.0.1:${server.address().port}`)));
  t.after(async () => {
    await publisher.stop(0);
    first.close();
    second.close();
  });
  publisher.start();

  await until(() => publisher.acknowledged > 20, 'it publishes to the second');
  await publisher.stop();
  assert.equal(publisher.acknowledged, publisher.sent, 'the first was offered again');
  assert.equal(publisher.outages.get('10008 temporarily unavailable'), 1);
  assert.equal(publisher.failures.size, 0);
});

it('tells how many were acknowledged only when the broker had forgotten their ids', async (t) => {
  let asked = 0;
  const broker = await fakeBroker((reply) => {
    const body = `{"stream":"T","seq":${++asked}}`;
    return `MSG ${reply} 1  ${body.length}\r\n${body}\r\n`;
  });
  const publisher = publisherTo([new URL(`nats://127.0.0.1:${broker.address().port}`)], 0);
  t.after(async () => {
    await publisher.stop(0);
    broker.close();
  });
  publisher.start();

  await until(() => publisher.acknowledged > 5, 'it publishes');
  await publisher.stop();
  assert.equal(publisher.beyondMemory, publisher.acknowledged);
});

/** Answers each publish by `answer(reply)`; without such an answer it accepts nobody. */
async function fakeBroker(answer) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.write('INFO {"server_id":"x","headers":true} \r\n');
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (line.startsWith('CONNECT') && answer === null) socket.end('-ERR \'Authorization Violation\'\r\n');
        else if (line === 'PING') socket.write('PONG\r\n');
        else if (line.startsWith('HPUB')) socket.write(answer(line.split(' ')[2]));
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
