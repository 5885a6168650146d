'use strict';

const assert = require('node:assert/strict');
const http2 = require('node:http2');
const { it } = require('node:test');
const { systemClock } = require('../lib/clock.cjs');
const { Ledger } = require('../lib/ledger.cjs');
const { PublishSum } = require('../lib/load/publish-sum.cjs');
const { Publisher } = require('../lib/publisher.cjs');
const { readSettings } = require('../lib/settings.cjs');

/** A publisher whose messages go nowhere; its clock is moved by the test. */
class Written extends Publisher {
  constructor(clock, env) {
    super({ settings: readSettings({ CHANNELS: 'A', CHANNELS_PER_CLIENT: '1', ...env }).settings, endpoint: null, ledger: new Ledger(), run: 'r', clock });
    this.intended = [];
  }

  _deliver(channel, number, body, finish) {
    this.intended.push(JSON.parse(body).t);
    finish(null, this.intended.length);
  }
}

it('keeps every message\'s intended time, over changes of the rate and when it is late', async () => {
  let now = 1000;
  const publisher = new Written({ now: () => now, epoch: () => now, wall: () => now }, { PUBLISH_RATE: '10' });
  publisher.start();
  now += 350; // late: 100, 200, 300 are due
  publisher.setRate(100);
  now += 25;
  publisher.setRate(0);
  now += 500;
  publisher.setRate(10);
  await publisher.stop();

  assert.deepEqual(publisher.intended, [1000, 1100, 1200, 1300, 1350, 1360, 1370, 1875]);
  assert.equal(publisher.due, 8);
  assert.deepEqual([publisher.sent, publisher.acknowledged], [8, 8]);
});

it('tells every count once', async () => {
  let now = 0;
  const publisher = new Written({ now: () => now, epoch: () => now, wall: () => now }, { PUBLISH_RATE: '10' });
  publisher.start();
  const first = publisher.take();
  now = 450;
  publisher.setRate(0);
  const sum = new PublishSum();
  [first, publisher.take(), publisher.take()].forEach((taken) => sum.add(taken));
  await publisher.stop();

  assert.deepEqual([first.due, sum.due, sum.sent, sum.acknowledged, sum.latency.count], [1, 5, 5, 5, 5]);
});

/** Publishes to an HTTP/2 server for a moment. `onStream` answers. */
async function overHttp2(onStream) {
  const server = http2.createServer();
  let seq = 0;
  server.on('stream', (stream) => onStream(stream, () => {
    stream.respond({ ':status': 200 });
    stream.end(`{"seq":${++seq}}`);
  }));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address();
  const { settings } = readSettings({ CHANNELS: 'A.x', CHANNELS_PER_CLIENT: '1', PUBLISH_PROTOCOL: 'http2', PUBLISH_RATE: '200', PUBLISH_CONNECTIONS: '2' });
  const publisher = new Publisher({ settings, endpoint: { url: new URL(`http://127.0.0.1:${port}/publish`), address: '127.0.0.1', port }, ledger: new Ledger(), run: 'r', clock: systemClock });
  publisher.start();
  const deadline = Date.now() + 10_000;
  while (publisher.sent < 60 && Date.now() < deadline) await new Promise((resolve) => { setTimeout(resolve, 20); });
  await publisher.stop();
  server.close();
  const sum = new PublishSum();
  sum.add(publisher.take());
  return { ...sum.summary(1), ledger: publisher.ledger };
}

it('publishes over HTTP/2', async () => {
  const told = await overHttp2((stream, answer) => answer());

  assert.ok(told.sent >= 60);
  assert.deepEqual([told.acknowledged, told.failures, told.goaways], [told.sent, {}, {}]);
  assert.equal(told.ledger.entries, told.sent);
});

it('counts connections that were sent away apart, and goes on with others', async () => {
  let streams = 0;
  const told = await overHttp2((stream, answer) => {
    if (++streams === 10) {
      stream.session.goaway(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
      stream.session.destroy();
    } else answer();
  });

  assert.ok(Object.keys(told.goaways).length > 0 && Object.keys(told.goaways).every((label) => /GOAWAY|ENHANCE_YOUR_CALM/.test(label)), JSON.stringify(told));
  assert.deepEqual(told.failures, {});
  assert.ok(told.acknowledged >= 50, `${told.acknowledged}`);
});
