'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { consoleModule } = require('./console-files.cjs');

const namesOf = ({ rows }) => rows.map(({ name }) => name);

describe('the console: channels', () => {
  it('knows of each how much, how far and when', async () => {
    const { Channels } = await consoleModule('channels');
    const channels = new Channels(0);
    for (let second = 0; second < 60; second++) channels.heard('BTC.trade', 100 + second, second, second * 1000);
    for (let i = 0; i < 30; i++) channels.heard('ETH.trade', 500 + i, 59, 59_500);

    const { rows, matching } = channels.list(60);

    assert.equal(matching, 2);
    assert.deepEqual(rows.map(({ name, seq, at, rate }) => ({ name, seq, at, rate })), [
      { name: 'BTC.trade', seq: 159, at: 59_000, rate: 1 },
      { name: 'ETH.trade', seq: 529, at: 59_500, rate: 0.5 },
    ]);
    assert.deepEqual(rows[0].past, new Array(60).fill(1));
    assert.deepEqual(rows[1].past, [...new Array(59).fill(0), 30]);
  });

  it('takes the rate over the time since it began, up to a minute', async () => {
    const { Channels } = await consoleModule('channels');
    const channels = new Channels(1_000);
    for (let i = 0; i < 20; i++) channels.heard('a', i, 1_001, 0);

    assert.equal(channels.list(1_010).rows[0].rate, 2);
    assert.equal(channels.list(1_061).rows[0].rate, 20 / 60);
    assert.equal(channels.list(1_062).rows[0].rate, 0);
  });

  it('sorts, filters by pattern or by a part of the name, and shows so many', async () => {
    const { Channels } = await consoleModule('channels');
    const channels = new Channels(0);
    for (const [name, seq, times, at] of [['BTC.trade', 3, 1, 30], ['ETH.trade', 9, 5, 10], ['BTC.book', 6, 3, 20]]) {
      for (let i = 0; i < times; i++) channels.heard(name, seq, 0, at);
    }

    assert.deepEqual(namesOf(channels.list(1)), ['BTC.book', 'BTC.trade', 'ETH.trade']);
    assert.deepEqual(namesOf(channels.list(1, { order: 'rate', isDescending: true })), ['ETH.trade', 'BTC.book', 'BTC.trade']);
    assert.deepEqual(namesOf(channels.list(1, { order: 'seq' })), ['BTC.trade', 'BTC.book', 'ETH.trade']);
    assert.deepEqual(namesOf(channels.list(1, { order: 'age' })), ['BTC.trade', 'BTC.book', 'ETH.trade']);
    assert.deepEqual(namesOf(channels.list(1, { filter: ' btc ' })), ['BTC.book', 'BTC.trade']);
    assert.deepEqual(namesOf(channels.list(1, { filter: '*.trade' })), ['BTC.trade', 'ETH.trade']);
    assert.deepEqual(namesOf(channels.list(1, { filter: 'BTC.>' })), ['BTC.book', 'BTC.trade']);
    const { rows, matching } = channels.list(1, { most: 2 });
    assert.deepEqual([rows.length, matching], [2, 3]);
  });

  it('forgets those that have been silent longest, and says how many', async () => {
    const { Channels } = await consoleModule('channels');
    const channels = new Channels(0, 100);
    for (let i = 0; i < 100; i++) channels.heard(`c${i}`, i, 0, i);
    channels.heard('c0', 100, 1, 100);

    channels.heard('another', 101, 1, 101);

    assert.deepEqual([channels.size, channels.forgotten], [91, 10]);
    const names = new Set(namesOf(channels.list(2, { most: 1_000 })));
    assert.ok(names.has('c0') && names.has('another') && names.has('c11'));
    assert.ok(!names.has('c1') && !names.has('c10'));
    for (let i = 0; i < 10_000; i++) channels.heard(`d${i}`, i, 2, 200 + i);
    assert.ok(channels.size <= 100);
  });

  it('remembers 2,000 and shows 200 when nothing else is said', async () => {
    const { Channels } = await consoleModule('channels');
    const channels = new Channels(0);
    for (let i = 0; i < 2_000; i++) channels.heard(`c${i}`, i, 0, i);
    assert.deepEqual([channels.size, channels.forgotten, channels.list(1).rows.length], [2_000, 0, 200]);

    channels.heard('one more', 2_000, 0, 2_000);
    assert.deepEqual([channels.size, channels.forgotten], [1_801, 200]);
  });
});

describe('the console: events', () => {
  it('keeps the newest of each kind, so that a flood of one drowns no other', async () => {
    const { Events } = await consoleModule('events');
    const events = new Events(10);
    events.add('gap', 'the one gap', 'warn', 1);
    for (let i = 0; i < 10_000; i++) events.add('error', `error ${i}`, 'bad', 2);

    assert.equal(events.count('error'), 10_000);
    assert.equal(events.count(), 10_001);
    assert.deepEqual(events.newest({ kind: 'gap' }).map(({ text }) => text), ['the one gap']);
    const all = events.newest();
    assert.equal(all.length, 11);
    assert.equal(all[0].text, 'error 9999');
    assert.equal(all.at(-1).text, 'the one gap');
  });

  it('gives what is new since a serial, newest first, and so many', async () => {
    const { Events } = await consoleModule('events');
    const events = new Events();
    events.add('connection', 'a', '', 1);
    const { serial } = events;
    events.add('bye', 'b', 'warn', 2);
    events.add('connection', 'c', '', 3);

    assert.deepEqual(events.newest({ above: serial }).map(({ text }) => text), ['c', 'b']);
    assert.deepEqual(events.newest({ above: serial, kind: 'bye' }).map(({ text }) => text), ['b']);
    assert.deepEqual(events.newest({ most: 1 }).map(({ text }) => text), ['c']);
    assert.deepEqual(events.newest({ above: events.serial }), []);
  });
});
