'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { consoleModule } = require('./console-files.cjs');

const health = (change = () => {}) => {
  const answer = {
    status: 'healthy', state: 'normal', state_seconds: 12.3, version: '1.0.0', uptime_seconds: 3_725,
    checks: {
      nats: { status: 'healthy', source: 'jetstream', attached_seconds: 90 },
      capacity: { status: 'healthy', connections: 1_200, max_connections: 5_000 },
      cpu: { status: 'healthy', percent: 34.4, limit_cores: 1.8, source: 'cgroup v2' },
      memory: { status: 'healthy', bytes: 220 * 2 ** 20, limit_bytes: 2 ** 30, heap_bytes: 2 ** 20, heap_limit_bytes: 600 * 2 ** 20, percent: 21.5, source: 'cgroup v2' },
      intake: { status: 'healthy', catching_up: false, lag_messages: 0, epoch: 'e', seq: 77, queue_depth: 5, queue_capacity: 12_500 },
    },
    limits: { connections: 5_000, cpu_cores: 1.8, memory_bytes: 2 ** 30, cpu_reject_percent: 75, cpu_pause_percent: 80, memory_reject_percent: 85, memory_pause_percent: 97 },
  };
  change(answer);
  return answer;
};

describe('the console: numbers in words', () => {
  it('writes rates, latencies, ages, times and sizes', async () => {
    const { age, bytes, count, milliseconds, rate, short, span } = await consoleModule('words');

    assert.deepEqual([0, 0.12, 3.25, 99.94, 1_234.5].map(rate), ['0', '0.12', '3.3', '99.9', '1,235']);
    assert.deepEqual([NaN, 0.2, 7.4, 1_500, 12_345].map(milliseconds), ['–', '≤ 1 ms', '7 ms', '1,500 ms', '12.3 s']);
    assert.deepEqual([-0.1, 0.44, 9.9, 59.9, 61, 7_300].map(age), ['0.0 s', '0.4 s', '9.9 s', '59 s', '1 min', '2 h']);
    assert.deepEqual([0.4, 59, 60, 185, 3_600, 7_380, 90_000].map(span), ['0 s', '59 s', '1 min', '3 min 5 s', '1 h', '2 h 3 min', '1 d 1 h']);
    assert.deepEqual([12, 2_048, 220 * 2 ** 20, 1.75 * 2 ** 30, 64 * 2 ** 30].map(bytes), ['12 bytes', '2.0 KB', '220 MB', '1.8 GB', '64 GB']);
    assert.deepEqual([0, 2_500, 12_000, 3_400_000, 2e9].map(short), ['0', '2500', '12k', '3.4M', '2G']);
    assert.equal(count(1_234_567), '1,234,567');
  });
});

describe('the console: what /health comes to', () => {
  it('shows each limit with what happens at it', async () => {
    const { metersOf } = await consoleModule('health');

    const [cpu, memory, clients, queue] = metersOf(health());

    assert.deepEqual(cpu, { key: 'cpu', percent: 34.4, tone: '', text: '34 % of 1.8 cores', hint: 'no newcomers above 75 %, intake pauses above 80 %', marks: [75, 80] });
    assert.deepEqual([memory.text, memory.tone, memory.marks], ['220 MB of 1.0 GB, 22 %', '', [85, 97]]);
    assert.deepEqual([clients.text, clients.percent, clients.tone], ['1,200 of 5,000', 24, '']);
    assert.deepEqual([queue.text, queue.tone], ['5 of 12,500 messages', '']);
  });

  it('warns at the first threshold and is bad at the second; those of 100 are off', async () => {
    const { metersOf } = await consoleModule('health');
    const tones = (change) => metersOf(health(change)).map(({ tone }) => tone);

    assert.deepEqual(tones(({ checks }) => { checks.cpu.percent = 76; }), ['warn', '', '', '']);
    assert.deepEqual(tones(({ checks }) => { checks.cpu.percent = 93; checks.memory.percent = 97; }), ['bad', 'bad', '', '']);
    assert.deepEqual(tones(({ checks }) => { checks.capacity.connections = 5_000; checks.intake.queue_depth = 8_000; }), ['', '', 'bad', 'warn']);
    const [cpu] = metersOf(health(({ limits }) => { limits.cpu_reject_percent = limits.cpu_pause_percent = 100; }));
    assert.deepEqual([cpu.marks, cpu.hint], [[], 'no threshold: both are 100 %, off']);
    assert.equal(metersOf(health(({ limits }) => { limits.cpu_pause_percent = 100; }))[0].hint, 'no newcomers above 75 %');
  });

  it('tells the state with its reason, and why newcomers are refused', async () => {
    const { stateOf, whyRefused } = await consoleModule('health');
    const paused = health((answer) => {
      answer.state = 'paused';
      answer.checks.cpu = { ...answer.checks.cpu, reason: 'cpu', percent: 88 };
    });

    assert.equal(stateOf(health()), 'normal');
    assert.equal(stateOf(paused), 'paused (cpu)');
    assert.equal(whyRefused(health()), null);
    assert.equal(whyRefused(paused), 'the server takes no newcomers: it is paused (cpu), CPU 88 % of its limit');
    assert.equal(whyRefused(health(({ checks }) => { checks.capacity = { status: 'degraded', connections: 5, max_connections: 5 }; })), 'the server is full: 5 of 5 clients');
    assert.equal(whyRefused(health(({ checks }) => { checks.nats = { status: 'degraded', reason: 'disconnected' }; })), 'the server has no stream (disconnected)');
  });

  it('tells of the intake, the stream and the time that is left', async () => {
    const { factsOf } = await consoleModule('health');
    const facts = (change) => Object.fromEntries(factsOf(health(change)).map(([name, text, tone]) => [name, tone ? `${text} [${tone}]` : text]));

    const well = facts();
    assert.equal(well.intake, 'reading');
    assert.equal(well.headroom, 'nothing unread that could be lost');
    assert.equal(well.stream, 'jetstream, attached for 1 min 30 s');
    assert.equal(well['up for'], '1 h 2 min, version 1.0.0');

    const ill = facts(({ checks }) => {
      checks.nats = { status: 'degraded', source: 'jetstream', reason: 'disconnected', detail: 'connection refused', away_seconds: 4.2 };
      checks.intake = { ...checks.intake, status: 'degraded', reason: 'paused', catching_up: true, lag_messages: 12_000, headroom_seconds: 9.5 };
    });
    assert.equal(ill.intake, 'paused, catching up [bad]');
    assert.equal(ill['unread in the stream'], '12,000 messages');
    assert.equal(ill.headroom, '9 s until unread messages are lost [bad]');
    assert.equal(ill.stream, 'jetstream, away for 4 s (disconnected): connection refused [bad]');
    assert.equal(facts(({ checks }) => { checks.intake.headroom_seconds = 0; }).headroom, 'none: messages are being lost [bad]');
  });

  it('sums up how long the server was in which state', async () => {
    const { summaryOf } = await consoleModule('health');

    assert.equal(summaryOf([]), 'not known yet');
    assert.equal(summaryOf([{ name: 'normal', from: 300, to: 90 }, { name: 'paused', from: 90, to: 60 }, { name: 'normal', from: 60, to: 0 }]), 'normal 4 min 30 s, paused 30 s');
  });
});
