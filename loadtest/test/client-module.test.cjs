'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { loadRules } = require('../lib/rules.cjs');
const { Stage, settled } = require('./client-stage.cjs');

const subscribes = (socket) => socket.sent.filter(({ type }) => type === 'subscribe').map(({ data }) => data);

// As the server says it: without an id, at most once a second.
const rateLimited = { type: 'error', code: 'rate_limited', message: 'more than 10 requests a second; this one was ignored' };

describe('/client.js: subscriptions and resume', () => {
  it('subscribes after the welcome and hands on what comes', async () => {
    const stage = await Stage.with({ channels: ['A', 'B.*'] });
    const socket = await stage.subscribed();

    stage.message('A', 11, 0, { price: 1 });

    assert.equal(socket.address, 'ws://fanout.test/ws');
    assert.deepEqual(socket.protocols, ['wsfanout.v1']);
    assert.deepEqual(subscribes(socket), [{ channels: ['A', 'B.*'] }]);
    assert.deepEqual(stage.states, ['connecting', 'connected']);
    assert.deepEqual(stage.heard('message')[0], [{ type: 'message', channel: 'A', seq: 11, prev: 0, ts: 110, data: { price: 1 } },
      '{"type":"message","channel":"A","seq":11,"prev":0,"ts":110,"data":{"price":1}}', false]);
    assert.deepEqual(stage.client.position, { seq: 11, ts: 110, epoch: 'e1' });
  });

  it('comes back with one position for all subscriptions, in the address too, and drops what comes twice', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    await stage.subscribed();
    stage.client.subscribe(['B']);
    stage.ack(stage.socket.sent.at(-1), { seq: 12 });
    stage.message('A', 13, 0);
    stage.end(1006);
    await stage.pass(30_000);

    const socket = await stage.greet();
    stage.ack(socket.sent[0], { seq: 20, recovered: true });
    stage.message('A', 13, 0);
    stage.message('B', 15, 0);
    stage.give({ type: 'sync', id: socket.sent[0].id, seq: 20, ts: 200 });

    assert.equal(socket.address, 'ws://fanout.test/ws?since=13&epoch=e1&at=130');
    assert.deepEqual(subscribes(socket), [{ channels: ['A', 'B'], since: 13, epoch: 'e1', at: 130 }]);
    assert.deepEqual(stage.heard('message').map(([{ seq }]) => seq), [13, 15]);
    assert.deepEqual(stage.heard('unrecovered'), []);
    assert.equal(stage.client.position.seq, 20);
  });

  it('tells of gap, reset and what was not recovered', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    await stage.subscribed({ recovered: false });
    stage.give({ type: 'gap', channel: 'A', from: 11, to: 12, reason: 'window' });
    stage.give({ type: 'reset', epoch: 'e2', seq: 3, ts: 30 });

    assert.equal(stage.heard('unrecovered')[0][0].recovered, false);
    assert.equal(stage.heard('gap')[0][0].to, 12);
    assert.equal(stage.heard('reset')[0][0].epoch, 'e2');
    assert.deepEqual(stage.client.position, { seq: 3, ts: 30, epoch: 'e2' });
  });

  it('reports and counts a hole that no gap covers, and goes on', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    await stage.subscribed();

    stage.message('A', 11, 0);
    stage.message('A', 13, 12);
    stage.give({ type: 'gap', from: 14, to: 15, reason: 'slow' });
    stage.message('A', 16, 15);

    assert.deepEqual(stage.heard('fault').map(([{ channel, seq, prev }]) => [channel, seq, prev]), [['A', 13, 12]]);
    assert.equal(stage.client.holes, 1);
    assert.equal(stage.heard('message').length, 3);
  });

  it('asks for the newest once only, and never again for a name that was refused', async () => {
    const stage = await Stage.with();
    stage.client.subscribe(['A'], { last: true });
    stage.client.subscribe(['B', 'bad..name']);
    const first = await stage.greet();
    assert.deepEqual(subscribes(first), [{ channels: ['B', 'bad..name'] }, { channels: ['A'], last: true }]);
    stage.ack(first.sent[0], { subscribed: ['B'] });
    stage.give({ type: 'error', id: first.sent[0].id, code: 'invalid_channel', message: 'bad..name has an empty token' });
    stage.ack(first.sent[1]);
    stage.give({ type: 'snapshot', channel: 'A', seq: 9, ts: 90, data: 1 });
    stage.give({ type: 'sync', id: first.sent[1].id, seq: 12, ts: 120 });
    stage.end(1006);
    await stage.pass(30_000);

    const second = await stage.greet();

    assert.equal(stage.heard('snapshot')[0][0].seq, 9);
    assert.equal(stage.heard('error')[0][0].code, 'invalid_channel');
    assert.deepEqual(subscribes(second), [{ channels: ['A', 'B'], since: 12, epoch: 'e1', at: 120 }]);
  });

  it('resumes what was acknowledged and subscribes anew what was not', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    await stage.subscribed();
    stage.client.subscribe(['B']);
    stage.end(1006);
    stage.client.subscribe(['C']);
    await stage.pass(30_000);

    const socket = await stage.greet();

    assert.deepEqual(subscribes(socket), [{ channels: ['A'], since: 10, epoch: 'e1', at: 100 }, { channels: ['B', 'C'] }]);
  });

  it('goes on after a resume that was cut short, and knows nothing any more of what was left meanwhile', async () => {
    const stage = await Stage.with({ channels: ['A', 'B'] });
    await stage.subscribed();
    stage.message('A', 11, 0);
    stage.message('B', 12, 0);
    stage.client.subscribe(['A']); // again: it is resumed all the same
    stage.end(1006);
    stage.client.unsubscribe(['B']);
    await stage.pass(30_000);
    assert.equal(subscribes(await stage.subscribed({ seq: 20 }))[0].since, 12);
    stage.end(1006);
    await stage.pass(30_000);

    const socket = await stage.subscribed({ seq: 20 });
    assert.deepEqual(subscribes(socket), [{ channels: ['A'], since: 12, epoch: 'e1', at: 120 }]);
    stage.give({ type: 'sync', id: socket.sent[0].id, seq: 30, ts: 300 });
    assert.equal(stage.client.position.seq, 30);
    stage.client.subscribe(['B']);
    stage.ack(socket.sent.at(-1), { seq: 40 });
    stage.message('B', 41, 39);
    assert.equal(stage.client.holes, 0);
  });

  it('goes on where an earlier client stopped', async () => {
    const stage = await Stage.with({ channels: ['A'], position: { seq: 7, ts: 70, epoch: 'e1' } });
    const socket = await stage.greet();

    assert.equal(socket.address, 'ws://fanout.test/ws?since=7&epoch=e1&at=70');
    assert.deepEqual(subscribes(socket), [{ channels: ['A'], since: 7, epoch: 'e1', at: 70 }]);
  });

  it('leaves a channel, does not ask for it again, and hears when the server withdraws one', async () => {
    const stage = await Stage.with({ channels: ['A', 'B', 'C'] });
    await stage.subscribed();
    stage.client.unsubscribe(['A']);
    assert.deepEqual(stage.socket.sent.at(-1).data, { channels: ['A'] });
    stage.give({ type: 'unsubscription_ack', id: stage.socket.sent.at(-1).id, unsubscribed: ['A'], count: 2 });
    stage.give({ type: 'unsubscription_ack', unsubscribed: ['B'], count: 1 });
    stage.end(1006);
    await stage.pass(30_000);

    const socket = await stage.greet();

    assert.equal(stage.heard('unsubscribed').length, 2);
    assert.deepEqual(subscribes(socket).map(({ channels }) => channels), [['C']]);
  });

  it('keeps what was subscribed again before the server had confirmed that it was left', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    await stage.subscribed();
    stage.client.unsubscribe(['A']);
    stage.client.subscribe(['A']);
    const [, leave, again] = stage.socket.sent;
    stage.give({ type: 'unsubscription_ack', id: leave.id, unsubscribed: ['A'], count: 0 });
    stage.ack(again, { seq: 15 });
    stage.end(1006);
    await stage.pass(30_000);

    assert.deepEqual(subscribes(await stage.greet()).map(({ channels }) => channels), [['A']]);
  });

  it('cuts a long list to what the server takes as one request, and its position waits for all of them', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `channel-${i}-é`);
    const stage = await Stage.with({ channels: names, position: { seq: 7, ts: 70, epoch: 'e1' } });
    const socket = await stage.greet({ limits: { message_bytes: 512 } });
    const requests = socket.sent.slice();

    assert.ok(requests.length > 3, `${requests.length} requests`);
    for (const request of requests) assert.ok(Buffer.byteLength(JSON.stringify(request)) <= 512);
    assert.deepEqual(requests.flatMap(({ data }) => data.channels), names);
    for (const request of requests) stage.ack(request, { seq: 20, recovered: true });
    for (const { id } of requests.slice(1)) stage.give({ type: 'sync', id, seq: 20, ts: 200 });
    assert.equal(stage.client.position.seq, 7);
    stage.give({ type: 'sync', id: requests[0].id, seq: 20, ts: 200 });
    assert.equal(stage.client.position.seq, 20);
  });

  it('asks again for what came too early, and gives up what is refused as a whole', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    const socket = await stage.greet();
    stage.give(rateLimited);
    await stage.pass(1_100);
    assert.deepEqual(socket.sent[1], socket.sent[0]);
    stage.give({ type: 'error', id: socket.sent[0].id, code: 'unavailable', message: 'no' });
    stage.end(1006);
    await stage.pass(30_000);

    assert.deepEqual(subscribes(await stage.greet()), []);
  });

  it('asks again one at a time, with pauses that double while nothing is answered, and not for what was', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    const socket = await stage.subscribed();
    stage.client.subscribe(['B']);
    stage.client.unsubscribe(['A']);
    stage.client.subscribe(['C']);
    const [b, a, c] = socket.sent.splice(0).slice(1);
    stage.give(rateLimited);
    stage.client.subscribe(['D']);
    const asked = async (ms) => {
      await stage.pass(ms);
      return socket.sent.splice(0);
    };
    assert.deepEqual(await asked(1_099), []);
    assert.deepEqual(await asked(1), [b]);
    stage.give(rateLimited);
    assert.deepEqual(await asked(2_199), []);
    assert.deepEqual(await asked(1), [b]);
    assert.deepEqual(await asked(4_400), [b]);
    stage.ack(b);
    stage.give({ type: 'unsubscription_ack', id: a.id, unsubscribed: ['A'], count: 1 });
    assert.deepEqual(await asked(0), [a, c]);
    stage.give(rateLimited);
    assert.deepEqual(await asked(1_100), [c]);
    stage.ack(c);
    const [d, ...more] = await asked(0);
    assert.deepEqual([d.type, d.data, more], ['subscribe', { channels: ['D'] }, []]);
    stage.ack(d);
    assert.deepEqual(await asked(10_000), []);
    stage.client.subscribe(['E']);
    assert.equal((await asked(0)).length, 1);
    assert.equal(stage.sockets.length, 1);
  });

  it('stays as long as it is told that it is too fast, and leaves when it is told nothing any more', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    await stage.greet();
    for (let i = 0; i < 60; i++) {
      const sent = stage.socket.sent.length;
      await stage.pass(1_000);
      if (i === 0 || stage.socket.sent.length > sent) stage.give(rateLimited);
      stage.give({ type: 'position', seq: 11, ts: 110 });
    }
    assert.equal(stage.client.state, 'connected');
    for (let i = 0; i < 16; i++) {
      await stage.pass(1_000);
      if (stage.client.state === 'connected') stage.give({ type: 'position', seq: 11, ts: 110 });
    }

    assert.match(stage.heard('state').find(([{ state }]) => state === 'waiting')[0].reason, /request was not answered/);
  });

  it('leaves out of what it asks again what was meanwhile taken back', async () => {
    const stage = await Stage.with({ channels: ['A', 'B'] });
    const socket = await stage.subscribed();
    stage.client.subscribe(['C', 'D']);
    stage.client.unsubscribe(['A', 'B']);
    stage.client.unsubscribe(['D']);
    stage.client.subscribe(['A']);
    const [first, second, third, fourth] = socket.sent.splice(0).slice(1);
    stage.ack(fourth);
    stage.give({ type: 'unsubscription_ack', id: third.id, unsubscribed: [], count: 2 });
    stage.give(rateLimited);
    await stage.pass(1_100);
    assert.deepEqual(socket.sent.splice(0), [{ ...first, data: { channels: ['C'] } }]);
    stage.ack({ ...first, data: { channels: ['C'] } });

    assert.deepEqual(socket.sent, [{ ...second, data: { channels: ['B'] } }]);
  });

  it('asks again for a resume from the position that stood still for it, or that a reset has set', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `channel.number.${i}`);
    const stage = await Stage.with({ channels: names, position: { seq: 7, ts: 70, epoch: 'e1' } });
    const socket = await stage.greet({ limits: { message_bytes: 700 } });
    const [first, second] = socket.sent.splice(0);
    stage.ack(first, { seq: 20, recovered: true });
    stage.give({ type: 'sync', id: first.id, seq: 20, ts: 200 });
    stage.message(names[0], 21, 0);
    stage.give(rateLimited);
    await stage.pass(1_100);
    assert.deepEqual(socket.sent.splice(0), [second]);
    stage.give({ type: 'reset', epoch: 'e2', seq: 3, ts: 30 });
    stage.message(names[0], 4, 0);
    await stage.pass(2_200);

    assert.deepEqual(socket.sent[0].data, { channels: second.data.channels, since: 3, epoch: 'e2', at: 30 });
  });

  it('lets the position go on when a resume that was never taken is taken back, and finds no hole when the name is asked for anew', async () => {
    const stage = await Stage.with({ channels: ['A', 'B'] });
    await stage.subscribed();
    stage.message('A', 11, 0);
    stage.end(1006);
    await stage.pass(500);
    const socket = await stage.greet();
    stage.give(rateLimited);
    stage.client.unsubscribe(['A', 'B']);
    await stage.pass(1_100);
    const leave = socket.sent.at(-1);
    assert.deepEqual([leave.type, leave.data], ['unsubscribe', { channels: ['A', 'B'] }]);
    stage.give({ type: 'unsubscription_ack', id: leave.id, unsubscribed: [], count: 0 });
    stage.give({ type: 'position', seq: 40, ts: 400 });
    assert.equal(stage.client.position.seq, 40);
    await stage.pass(1_100);
    stage.client.subscribe(['A']);
    stage.ack(socket.sent.at(-1), { seq: 50 });
    stage.message('A', 51, 45);

    assert.deepEqual(stage.heard('fault'), []);
  });

  it('does not ask anew for a name whose resume has no answer, and for its newest message after that', async () => {
    const stage = await Stage.with({ channels: ['A', 'B'] });
    await stage.subscribed();
    stage.end(1006);
    await stage.pass(500);
    const socket = await stage.greet();
    const [resume] = socket.sent.splice(0);
    stage.client.subscribe(['A', 'C']);
    stage.client.subscribe(['B'], { last: true });
    assert.deepEqual(socket.sent.splice(0).map(({ data }) => data), [{ channels: ['C'] }]);
    stage.ack(resume, { recovered: true });

    assert.deepEqual(socket.sent.map(({ data }) => data), [{ channels: ['B'], last: true }]);
  });

  it('looks back without moving, and asks for a pong', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    assert.equal(stage.client.replay(5), null);
    await stage.subscribed();
    stage.message('A', 11, 0);
    const id = stage.client.replay(5);
    assert.deepEqual(stage.socket.sent.at(-1), { type: 'replay', id, data: { since: 5 } });
    stage.give({ type: 'replay_begin', id, from: 6, to: 11 });
    stage.message('A', 11, 0);
    stage.give({ type: 'replay_complete', id, count: 1 });
    const beat = stage.client.heartbeat();
    stage.give({ type: 'pong', id: beat, ts: 1, seq: 11 });

    assert.deepEqual(stage.heard('message').map(([{ seq }, , replayed]) => [seq, replayed]), [[11, false], [11, true]]);
    assert.deepEqual(stage.heard('replay').map(([{ type }]) => type), ['replay_begin', 'replay_complete']);
    assert.equal(stage.heard('pong')[0][0].id, beat);
  });

  it('survives frames that are none and callbacks that throw', async () => {
    const stage = await Stage.with({ channels: ['A'], on: { message: () => { throw new Error('mine'); } } });
    await stage.subscribed();
    for (const text of ['hello', '1', 'null', '{}', '{"type":"message","channel":"A","seq":"1","prev":0}', '{"type":"subscription_ack","seq":1}', '{"type":"gap"}', '{"type":"constructor"}']) stage.give(text);
    assert.throws(() => stage.message('A', 11, 0), /mine/);

    assert.equal(stage.heard('fault').length, 8);
    assert.equal(stage.client.position.seq, 11);
  });
});

describe('/client.js: coming back', () => {
  it('waits a random part of a time that doubles up to its cap, and begins anew after a good connection', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    const pauses = [];
    stage.client.connect();
    for (let i = 0; i < 9; i++) {
      await settled();
      stage.socket.onerror({});
      stage.socket.onclose({ code: 1006, reason: '' });
      pauses.push(stage.pause);
      await stage.pass(stage.pause);
    }
    assert.deepEqual(pauses, [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);

    await stage.subscribed();
    await stage.pass(29_999);
    stage.end(1006);
    assert.equal(stage.pause, 15_000);
    await stage.pass(15_000);
    await stage.subscribed();
    await stage.pass(30_000);
    stage.end(1006);
    assert.equal(stage.pause, 250);
  });

  it('tells of a bye before it tells that it waits', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    await stage.subscribed();
    const frame = { type: 'bye', code: 4201, reason: 'max_age', retry_ms: 40 };

    stage.give(frame);
    stage.end(4201);

    assert.deepEqual(stage.heard('bye'), [[frame]]);
    assert.ok(stage.told.findIndex(([kind]) => kind === 'bye') < stage.told.findLastIndex(([kind]) => kind === 'state'));
    assert.deepEqual([stage.states.at(-1), stage.pause], ['waiting', 40]);
  });

  it('obeys a retry_ms to the letter, also a short one, and a bye whose close frame is lost', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    await stage.subscribed();
    stage.give({ type: 'bye', code: 4200, reason: 'draining', retry_ms: 77 });
    stage.end(4200);
    assert.equal(stage.pause, 77);
    await stage.pass(76);
    assert.equal(stage.sockets.length, 1);
    await stage.pass(1);
    assert.equal(stage.sockets.length, 2);

    await stage.subscribed();
    stage.give({ type: 'bye', code: 4501, reason: 'forbidden', retry_ms: 0 });
    stage.end(1006);
    assert.deepEqual(stage.heard('close'), [[{ code: 4501, reason: 'forbidden' }]]);
  });

  for (const code of [1000, 1002, 1003, 1007, 1009, 4110, 4500, 4501, 4502, 4599]) {
    it(`stays away after ${code} and says so`, async () => {
      const stage = await Stage.with({ channels: ['A'] });
      await stage.subscribed();
      stage.end(code, 'because');
      await stage.pass(100_000);

      assert.equal(stage.client.state, 'closed');
      assert.deepEqual(stage.heard('close'), [[{ code, reason: 'because' }]]);
      assert.equal(stage.sockets.length, 1);
    });
  }

  for (const code of [1001, 1005, 1006, 1011, 4100, 4101, 4102, 4103, 4104, 4200, 4201, 4600]) {
    it(`comes back after ${code}`, async () => {
      const stage = await Stage.with({ channels: ['A'] });
      await stage.subscribed();
      stage.end(code);
      await stage.pass(500);

      assert.equal(stage.sockets.length, 2);
      assert.deepEqual(stage.heard('close'), []);
    });
  }

  it('takes silence for an end, asks once before, and forgives a stall of its own', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    const first = await stage.subscribed();
    for (let i = 0; i < 5; i++) {
      await stage.pass(30_000);
      stage.give({ type: 'position', seq: 11 + i, ts: 0 });
    }
    await stage.pass(34_000);
    assert.equal(first.sent.filter(({ type }) => type === 'heartbeat').length, 1);
    await stage.pass(30_000);
    assert.equal(stage.client.state, 'connected');
    await stage.pass(2_000);
    assert.match(stage.heard('state').find(([{ state }]) => state === 'waiting')[0].reason, /no life sign/);
    assert.equal(first.isClosed, true);

    await stage.pass(1_000);
    await stage.subscribed();
    stage.clock.stall(100_000);
    await stage.pass(10_000);
    assert.equal(stage.client.state, 'connected');
    stage.give({ type: 'pong', ts: 0, seq: 0 });
    stage.clock.stall(100_000);
    await stage.pass(30_000);
    assert.equal(stage.states.filter((state) => state === 'waiting').length, 1);
  });

  it('gives up a connection without a welcome, and one that leaves a subscription unanswered', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    stage.client.connect();
    await settled();
    await stage.pass(17_000);
    assert.equal(stage.sockets.length, 2);

    await stage.greet();
    for (let i = 0; i < 17; i++) {
      await stage.pass(1_000);
      stage.give({ type: 'position', seq: 1, ts: 1 });
    }
    assert.match(stage.heard('state').findLast(([{ state }]) => state === 'waiting')[0].reason, /not answered/);
  });

  it('ends for good when it is told to, at any time, and begins again where it was', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    await stage.subscribed();
    stage.message('A', 11, 0);
    stage.client.close();
    stage.socket.onmessage({ data: '{"type":"message","channel":"A","seq":12,"prev":11,"ts":0,"data":1}' });
    stage.end(1000);
    assert.equal(stage.socket.closedWith, 1000);
    assert.deepEqual(stage.heard('close'), [[{ code: 1000, reason: 'closed by the application' }]]);
    assert.equal(stage.clock.timers.size, 0);
    assert.equal(stage.heard('message').length, 1);

    stage.client.connect();
    assert.deepEqual(subscribes(await stage.greet())[0].since, 11);
    stage.end(1006);
    stage.client.close();
    await stage.pass(100_000);
    assert.equal(stage.sockets.length, 2);
  });

  it('leaves a connection that takes no more requests, and says of others that they were not sent', async () => {
    const stage = await Stage.with({ channels: ['A'] });
    const socket = await stage.subscribed();
    socket.bufferedAmount = 2_000_000;
    assert.equal(stage.client.heartbeat(), null);
    assert.equal(stage.client.state, 'connected');
    stage.client.subscribe(['B']);
    assert.equal(stage.client.state, 'waiting');
    await stage.pass(500);

    assert.deepEqual(subscribes(await stage.greet()).map(({ channels }) => channels), [['A'], ['B']]);
  });

  it('leaves when the application is behind, and resumes when that is done', async () => {
    const open = [];
    const stage = await Stage.with({ channels: ['A'], maxBuffered: 3, on: { message: () => new Promise((resolve) => { open.push(resolve); }) } });
    const first = await stage.subscribed();
    for (let seq = 11; seq <= 14; seq++) stage.message('A', seq, 0);
    assert.equal(stage.client.bufferedMessages, 4);
    assert.equal(stage.client.state, 'waiting');
    assert.equal(first.closedWith, 1000);
    first.onmessage({ data: '{"type":"message","channel":"A","seq":15,"prev":14,"ts":0,"data":1}' });
    await stage.pass(100_000);
    assert.equal(stage.sockets.length, 1);
    for (const done of open.splice(0, 3)) done();
    await settled();
    assert.equal(stage.client.bufferedMessages, 1);
    assert.equal(stage.sockets.length, 1);
    open.pop()();
    await settled();

    assert.equal(stage.client.bufferedMessages, 0);
    assert.equal(stage.heard('message').length, 4);
    assert.equal(subscribes(await stage.greet())[0].since, 14);

    for (let seq = 15; seq <= 18; seq++) stage.message('A', seq, 0);
    stage.client.close();
    for (const done of open) done();
    await settled();
    assert.equal(stage.sockets.length, 2);
  });
});

describe('/client.js: tokens', () => {
  const jwt = (claims) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
  const now = 1_800_000_000;

  it('offers the token beside the subprotocol, and keeps one that is good for the next connection', async () => {
    let asked = 0;
    const stage = await Stage.with({ channels: ['A'], token: async () => `t${++asked}` });
    const socket = await stage.subscribed();
    stage.end(4200);
    await stage.pass(500);
    await stage.greet();

    assert.deepEqual(socket.protocols, ['wsfanout.v1', 'bearer.t1']);
    assert.deepEqual(stage.socket.protocols, ['wsfanout.v1', 'bearer.t1']);
  });

  it('gets a fresh one after 4110 and after a handshake that failed', async () => {
    let asked = 0;
    const stage = await Stage.with({ channels: ['A'], token: () => `t${++asked}` });
    await stage.subscribed();
    stage.end(4110);
    await stage.pass(500);
    assert.deepEqual(stage.socket.protocols[1], 'bearer.t2');
    stage.end(1006);
    await stage.pass(1_000);
    assert.deepEqual(stage.socket.protocols[1], 'bearer.t3');
  });

  it('stays away after 4110 when its token is the only one', async () => {
    const stage = await Stage.with({ channels: ['A'], token: 'only' });
    await stage.subscribed();
    stage.end(4110);

    assert.equal(stage.client.state, 'closed');
  });

  it('refreshes at 80 % of its life on the same connection, and goes by what the server says of the new one', async () => {
    let asked = 0;
    const stage = await Stage.with({ channels: ['A'], token: async () => jwt({ n: ++asked, iat: now, exp: now + 100 }) });
    await stage.subscribed();
    await stage.pass(40_000);
    stage.give({ type: 'position', seq: 11, ts: 0 });
    await stage.pass(39_999);
    assert.equal(asked, 1);
    await stage.pass(1);
    const auth = stage.socket.sent.at(-1);
    assert.deepEqual([auth.type, auth.data.token], ['auth', jwt({ n: 2, iat: now, exp: now + 100 })]);
    stage.give({ type: 'auth_ack', id: auth.id, expires: now + 130 }); // 50 s left of 130: 26 before the end
    await stage.pass(23_999);
    assert.equal(asked, 2);
    await stage.pass(1);
    assert.equal(asked, 3);
  });

  it('goes by the life of the token when its own clock is behind', async () => {
    let asked = 0;
    const stage = await Stage.with({ channels: ['A'], token: () => jwt({ n: ++asked, iat: now + 50, exp: now + 150 }) });
    await stage.subscribed();
    await stage.pass(40_000);
    stage.give({ type: 'position', seq: 11, ts: 0 });
    await stage.pass(40_000);

    assert.equal(asked, 2);
  });

  it('does not fetch twice at once, and connects no more when it was closed meanwhile', async () => {
    const issued = [];
    const stage = await Stage.with({ channels: ['A'], token: () => new Promise((resolve) => { issued.push(resolve); }) });
    stage.client.connect();
    await settled();
    issued[0](jwt({ exp: now + 10 }));
    await settled();
    await stage.subscribed();
    await stage.pass(8_000);
    stage.end(4110);
    await stage.pass(500);
    assert.equal(issued.length, 2);
    stage.client.close();
    issued[1]('late');
    await settled();

    assert.equal(stage.sockets.length, 1);
  });

  it('refreshes one at a time, tells when there is none, and tries again', async () => {
    let fail = true;
    let running = 0;
    let most = 0;
    const stage = await Stage.with({
      channels: ['A'],
      token: async () => {
        most = Math.max(most, ++running);
        await settled();
        running--;
        if (fail) throw new Error('the issuer is away');
        return jwt({ exp: now + 60 });
      },
    });
    stage.client.connect();
    await settled();
    await settled();
    assert.match(stage.heard('state').at(-1)[0].reason, /no token: the issuer is away/);
    fail = false;
    await stage.pass(500);
    await settled();
    await stage.subscribed();
    fail = true;
    await stage.pass(49_000);
    await settled();
    stage.give({ type: 'position', seq: 11, ts: 0 });
    assert.equal(stage.heard('error').at(-1)[0].code, 'no_token');
    fail = false;
    await stage.pass(5_000);
    await settled();
    assert.equal(stage.socket.sent.at(-1).type, 'auth');
    assert.equal(most, 1);
  });
});

it('/client.js takes http addresses and says what is missing', async () => {
  const { FanoutClient } = await loadRules();
  const stage = await Stage.with({ url: 'https://fanout.test/ws#top' });
  await stage.greet();

  assert.equal(stage.socket.address, 'wss://fanout.test/ws');
  assert.throws(() => new FanoutClient('no address', {}), TypeError);
  assert.throws(() => new FanoutClient('ws://a/ws', { WebSocket: undefined }), /give an implementation/);
});
