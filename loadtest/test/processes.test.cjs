'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { describe, it } = require('node:test');
const { FakeServer, messageText } = require('./fake-server.cjs');
const { against, assertFailed, onceFor, runLoadTest, shortRun } = require('./run-load-test.cjs');

describe('a load from several processes', { concurrency: 2 }, () => {
  it('passes with every message accounted for, as from one', async () => {
    const run = await against({}, { PROCESSES: '3', PATTERN_SHARE: '50' });

    assert.equal(run.code, 0, run.stdout);
    assert.equal(run.report.connections.subscribed, 12);
    assert.equal(run.report.completeness.owed, run.report.messages.own);
    assert.ok(run.report.completeness.owed > 300);
    assert.deepEqual(run.report.generator.processes.map(({ name }) => name), ['clients 1', 'clients 2', 'clients 3', 'publisher', 'coordinator']);
    const { publishToReceived: latency } = run.report.latency;
    assert.equal(latency.hold.count + latency.ramp.count, run.report.messages.own, 'the sum of all histograms');
  });

  it('finds one lost message, told by nothing but the publisher\'s answer', async () => {
    let hide = false;
    const deliver = (client, message, send) => {
      if (client.number === 0 && ++client.delivered === 10) hide = true;
      else if (client.number === 0 && hide) {
        hide = false;
        send(messageText({ ...message, prev: 0 }));
      } else send(message.text);
    };
    const run = await against({ deliver }, { PROCESSES: '2', TARGET_CONNECTIONS: '2', SUBSCRIPTION_MODE: 'single', CHANNELS: 'A.x,B.x', CHANNELS_PER_CLIENT: '1' });

    assertFailed(run, 'lost');
    assert.equal(run.report.faults.counts.lost, 1);
    assert.match(run.report.faults.examples.lost[0], /client \d: 1 of \d+ owed on [AB]\.x/);
  });

  it('counts what a server drops now and then to the exact number', async () => {
    let deliveries = 0;
    let dropped = 0;
    const deliver = (client, message, send) => {
      if (++deliveries % 97 === 0) dropped++;
      else send(message.text);
    };
    const run = await against({ deliver }, { PROCESSES: '2', SUBSCRIPTION_MODE: 'all' });

    assert.ok(dropped >= 5);
    assert.equal(run.report.faults.counts.lost, dropped);
    assert.equal(run.report.completeness.owed, run.report.messages.delivered + dropped);
    assert.ok(run.failed.includes('lost'));
  });

  it('finds somebody else\'s message that no client of one process got', async () => {
    const server = await FakeServer.start({
      // Clients with an even number of ours are in the first of two processes; the request's id is that number.
      deliver: (client, message, send) => {
        if (client.ours % 2 === 0 && message.seq === 30) return;
        send(client.ours % 2 === 0 && message.prev === 30 ? messageText({ ...message, prev: 0 }) : message.text);
      },
      ack: (client, text) => {
        client.ours = JSON.parse(text).id;
        return text;
      },
    });
    const feeding = setInterval(() => { if (server.clients.size === 4) server.store('A.x', '{"price":1}'); }, 10);
    const run = await runLoadTest({ ...shortRun, ...server.env, PUBLISH_RATE: '0', PROCESSES: '2', TARGET_CONNECTIONS: '4', CHANNELS: 'A.x', CHANNELS_PER_CLIENT: '1' });
    clearInterval(feeding);
    await server.stop();

    assertFailed(run, 'lost');
    assert.equal(run.report.faults.counts.lost, 2, 'both clients of that process');
  });

  it('finds a duplicate and a lie of one connection', async () => {
    const twice = await against({ deliver: onceFor(10, (message, send) => [1, 2].forEach(() => send(message.text))) }, { PROCESSES: '2' });

    assertFailed(twice, 'duplicate');
  });

  it('says that an address was lacking here, not a fault of the server', async () => {
    const refused = await against({}, { SOURCE_ADDRESSES: '192.0.2.1' });
    const tried = await against({}, { SOURCE_ADDRESSES: '192.0.2.1', ALLOW_SHORTAGE: 'true', ALLOW_BUSY_GENERATOR: 'false', PUBLISH_RATE: '0', REQUIRE_MESSAGES: 'false' });

    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /nothing can be sent from 192\.0\.2\.1 \(EADDRNOTAVAIL\)/);
    assertFailed(tried, 'generator');
    assert.ok(tried.report.generator.failures.EADDRNOTAVAIL >= 12);
    assert.deepEqual(tried.report.connections.failed, {});
    assert.match(tried.report.criteria.find(({ name }) => name === 'generator').sentence, /EADDRNOTAVAIL \d+ times \(no local port or address was left: give SOURCE_ADDRESSES/);
    assert.match(tried.report.criteria.find(({ name }) => name === 'connections').sentence, /12 more could not even try/);
  });

  it('connects from all addresses it is given', { skip: process.platform !== 'linux' && 'only Linux has all of 127.0.0.0/8' }, async () => {
    const from = new Set();
    const run = await against({ opened: (client) => from.add(client.socket.remoteAddress) }, { SOURCE_ADDRESSES: '127.0.0.2,127.0.0.3', PROCESSES: '2' });

    assert.equal(run.code, 0, run.stdout);
    assert.deepEqual([...from].sort(), ['127.0.0.2', '127.0.0.3']);
  });

  it('can\'t be made when one of its processes dies, and leaves none behind', async () => {
    let children = [];
    const run = await against({}, { DURATION: '60', PROCESSES: '2' }, {
      whileRunning: (child) => child.stderr.once('data', () => {
        children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' }).trim().split(/\s+/).map(Number);
        process.kill(children[0], 'SIGKILL');
      }),
    });

    assert.equal(run.code, 2, run.stderr);
    assert.match(run.stderr, /the process "clients 1" of the generator: it ended with SIGKILL/);
    assert.equal(children.length, 3);
    for (const pid of children) assert.ok(!isRunning(pid), `${pid} is still there`);
  });
});

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}
