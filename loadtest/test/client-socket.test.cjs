'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { BrowserSocket } = require('../lib/browser-socket.cjs');
const { Faults } = require('../lib/faults.cjs');
const { Ledger } = require('../lib/ledger.cjs');
const { Plan } = require('../lib/plans.cjs');
const { Receipts } = require('../lib/receipts.cjs');
const { loadRules } = require('../lib/rules.cjs');
const { FakeServer } = require('./fake-server.cjs');

const deadlineMs = 15_000;

it('over real sockets /client.js comes back after a bye, after a cut and after a refusal, and misses nothing of a server that replays', async () => {
  const { FanoutClient } = await loadRules();
  const handshakes = [];
  const resumes = [];
  const stored = [];
  const server = await FakeServer.start({
    refuse: (request, serial) => {
      handshakes.push({ url: request.url, authorization: request.headers.authorization });
      return serial === 1 ? { status: 503, headers: {}, body: { error: 'cpu' } } : null;
    },
    ack: (client, text) => JSON.stringify({ ...JSON.parse(text), ...(client.number > 0 && { recovered: true }) }),
    subscribed: (client) => {
      if (client.number === 0) return;
      const { id, since } = resumes.at(-1);
      for (const { seq, text } of stored) if (seq > since) client.send(text);
      client.send(JSON.stringify({ type: 'sync', id, seq: server.seq, ts: 0 }));
    },
    deliver: (client, message, send) => send(message.text),
  });
  const heard = [];
  const client = new FanoutClient(server.env.WS_URL, {
    channels: ['A.trade', 'B.*'],
    token: 'secret',
    WebSocket: class extends BrowserSocket {
      send(text) {
        const { type, id, data } = JSON.parse(text);
        if (type === 'subscribe' && data.since !== undefined) resumes.push({ id, since: data.since });
        super.send(text);
      }
    },
    on: { message: ({ seq }) => heard.push(seq), fault: ({ message }) => heard.push(message), unrecovered: () => heard.push('unrecovered') },
  }).connect();
  const store = (count) => {
    for (let i = 0; i < count; i++) {
      const channel = i % 2 === 0 ? 'A.trade' : 'B.trade';
      const prev = server.lastOf.get(channel) ?? 0;
      const seq = server.store(channel, '1');
      stored.push({ seq, text: `{"type":"message","channel":"${channel}","seq":${seq},"prev":${prev},"ts":1,"data":1}` });
    }
  };
  const subscribed = (number) => until(() => server.accepted === number + 1 && [...server.clients].some((one) => one.number === number && one.covers('A.trade')), `connection ${number} is subscribed`);
  try {
    await subscribed(0);
    store(4);
    await until(() => heard.length === 4, 'four messages are there');
    const [first] = server.clients;
    first.send('{"type":"bye","code":4200,"reason":"draining","retry_ms":1}');
    first.close(4200);
    await until(() => !server.clients.has(first), 'the first connection has ended');
    store(3);
    await subscribed(1);
    store(2);
    [...server.clients][0].socket.destroy();
    await until(() => server.clients.size === 0, 'the second connection is cut');
    store(3);
    await subscribed(2);
    store(2);
    await until(() => heard.length >= 14, 'all are there');
  } finally {
    client.close();
    await server.stop();
  }

  assert.deepEqual(heard, Array.from({ length: 14 }, (_, i) => i + 1));
  assert.equal(handshakes[0].url, '/ws');
  assert.match(handshakes[1].url, /^\/ws\?since=4&epoch=e1&at=\d+$/);
  assert.equal(handshakes[0].authorization, 'Bearer secret');
  assert.equal(client.holes, 0);
});

// The load test checks with an account of its own; on streams with losses and gaps both must see the same.
it('finds the same holes as the account of the load test', async () => {
  const { Tracker } = await loadRules();
  let found = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const next = random(seed * 7919);
    const names = [['C0.t'], ['C0.t', 'C1.t'], ['*.t'], ['>']][seed % 4];
    const start = next(20);
    const faults = new Faults();
    const ledger = new Ledger();
    const receipts = new Receipts(0, new Plan(names), start, faults);
    const tracker = new Tracker();
    tracker.asked({ type: 'subscribe', id: 1, data: { channels: names } });
    tracker.take({ type: 'subscription_ack', id: 1, subscribed: names, seq: start, ts: 0, epoch: 'e' });
    const lastOf = new Map();
    let holes = 0;
    for (let seq = 1; seq <= 120; seq++) {
      const channel = ledger.channel(`C${next(4)}.t`);
      const prev = next(15) === 0 ? 0 : lastOf.get(channel) ?? 0;
      lastOf.set(channel, seq);
      if (seq <= start || receipts.plan.slotOf(channel) < 0) continue;
      const fate = next(12);
      const wide = next(3) === 0 ? undefined : next(2) === 0 ? '*.t' : channel.name;
      if (fate === 0) continue;
      if (fate === 1) {
        receipts.gap(wide, seq, seq);
        tracker.take({ type: 'gap', channel: wide, from: seq, to: seq });
        continue;
      }
      receipts.message({ channel, seq, prev, ts: 0, sent: NaN });
      if (tracker.take({ type: 'message', channel: channel.name, seq, prev, ts: 0 }) === 'hole') holes++;
    }

    assert.equal(holes, faults.counts.brokenPrev, `seed ${seed}`);
    found += holes;
  }
  assert.ok(found > 300, `only ${found} holes: the streams were too good to tell`);
});

function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

async function until(condition, what) {
  for (const begun = Date.now(); !condition();) {
    if (Date.now() - begun > deadlineMs) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 2); });
  }
}
