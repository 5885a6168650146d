'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { test, before } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { buildGenerator, Generator } = require('../compare/lib/generator.cjs');
const { allowedCores } = require('../compare/lib/processes.cjs');
const { FakeServer, serverFrame } = require('./fake-server.cjs');

const tools = ['g++', 'make', 'taskset', 'setpriv'];
const missing = tools.filter((name) => spawnSync(name, ['--version']).status !== 0);
const options = { skip: missing.length > 0 && `not installed: ${missing.join(', ')}`, timeout: 60_000 };
const clients = 20;
const sampledClients = 2; // number 0 and number 16
const longestSeconds = 60; // the tests end the run much earlier
const deadlineMs = 20_000;

before(() => (missing.length > 0 ? undefined : buildGenerator()));

test('every message is counted once, wherever its bytes are cut and however many share a frame', options, async () => {
  await withServer({ write: inPieces }, async (server, start) => {
    const generator = await start({});

    for (const client of server.clients) {
      client.send(stamped());
      client.send(`{"both":[${stamped()},${stamped()}]}`);
      client.send(`{"long":${stamped('x'.repeat(60_000))}}`);
      client.send('{"type":"position","seq":5}');
      inPieces(client.socket, longFrame(stamped('x'.repeat(70_000))));
      inPieces(client.socket, fragmented(stamped(), 10));
    }
    await everythingRead(server);
    const result = await generator.end();

    assert.equal(result.messages, 6 * clients);
    assert.equal(result.frames, 5 * clients);
    assert.equal(result.latencyMicroseconds.samples, 6 * sampledClients);
    assert.deepEqual([result.in, result.failed, result.closed, result.trouble], [clients, 0, 0, '']);
  });
});

test('what is published over HTTP arrives and is counted, and the latency is that of the due time', options, async () => {
  await withServer({}, async (server, start) => {
    const generator = await start({ publish: `http://127.0.0.1:${server.http.address().port}/publish/b`, rate: 50 });

    await until(() => server.seq >= 20, 'twenty publishes');
    const result = await generator.end();

    assert.ok(result.messages > 0 && result.messages <= clients * server.seq, `${result.messages} of at most ${clients * server.seq}`);
    assert.ok(result.publisher.sent > 0);
    assert.equal(result.publisher.refused, 0);
    assert.ok(result.latencyMicroseconds.p50 > 0 && result.latencyMicroseconds.p50 <= result.latencyMicroseconds.max);
  });
});

test('it shows the token that it was given with each publish, and names the host that it was given', options, async () => {
  await withServer({}, async (server, start) => {
    const asked = new Set();
    server.http.on('request', ({ headers }) => asked.add(`${headers.authorization} ${headers.host}`));
    const { port } = server.http.address();
    await start({ host: '127.0.0.1', publish: `http://127.0.0.1:${port}/publish/b`, 'publish-token': 'word', rate: 50 });

    await until(() => asked.size > 0, 'a publish');
    assert.deepEqual([...asked], [`Bearer word 127.0.0.1:${port}`]);
  });
});

test('with several channels each client has its own, and messages go to each in turn', options, async () => {
  await withServer({}, async (server, start) => {
    const asked = new Set();
    server.http.on('request', (request) => asked.add(request.url));
    const generator = await start({
      subscribe: '{"type":"subscribe","data":{"channels":[{names}]}}', publish: `http://127.0.0.1:${server.http.address().port}/publish/{name}`, rate: 50, channels: 4, subscriptions: 2,
    });

    await until(() => asked.size === 4, 'four channels');
    const result = await generator.end();

    assert.deepEqual([...asked].sort(), ['/publish/c0', '/publish/c1', '/publish/c2', '/publish/c3']);
    const names = [...server.clients].map((client) => client.patterns.map((pattern) => pattern.source).join(','));
    assert.deepEqual([...new Set(names)].sort(), ['^c0$,^c1$', '^c2$,^c3$']);
    assert.deepEqual([result.channels, result.subscriptions], [4, 2]);
  });
});

test('a publish that is refused is told', options, async () => {
  await withServer({ publish: () => ({ status: 503, body: '{}' }) }, async (server, start) => {
    let asked = 0;
    server.http.on('request', () => asked++);
    const generator = await start({ publish: `http://127.0.0.1:${server.http.address().port}/publish/b`, rate: 50 });

    await until(() => asked >= 3, 'three publishes');
    const result = await generator.end();

    assert.ok(result.publisher.refused > 0);
    assert.match(result.trouble, /a publish was answered with: HTTP\/1\.1 503/);
  });
});

test('a client that is turned away fails the run with the reason', options, async () => {
  const refuse = (request, serial) => (serial === 7 ? { status: 503, body: {}, headers: {} } : null);
  await withServer({ refuse }, async (server, start) => {
    await assert.rejects(start({}), { message: 'only 19 of 20 clients got in: not let in: HTTP/1.1 503 Refused' });
  });
});

test('a client that is closed later is counted', options, async () => {
  await withServer({}, async (server, start) => {
    const generator = await start({});
    const [first] = server.clients;

    first.close(4100);
    await until(() => server.clients.size === clients - 1, 'the close');
    await everythingRead(server);
    const result = await generator.end();

    assert.equal(result.closed, 1);
    assert.equal(result.trouble, 'the server sent a close frame');
  });
});

test('the CPU time of the server is that of the process named', options, async () => {
  await withServer({}, async (server, start) => {
    const generator = await start({ 'server-pid': process.pid, 'server-core': allowedCores()[0] });

    const used = process.cpuUsage();
    while (cpuSeconds(process.cpuUsage(used)) < 0.3);
    await everythingRead(server);
    const result = await generator.end();

    assert.ok(result.serverCpuSeconds >= 0.25, `${result.serverCpuSeconds} s`);
    assert.ok(result.coreBusySeconds >= 0);
  });
});

for (const [host, publish] of [['localhost', 'http://127.0.0.1:1/p'], ['127.0.0.1', 'http://localhost:1/p'], ['127.0.0.1', 'http://127.0.0.1/p:1'], ['127.0.0.1', '127.0.0.1:1/p'], ['127.0.0.1', 'http://127.0.0.1:1']]) {
  test(`a host that is no IPv4 address and a URL that lacks something are refused: ${host}, ${publish}`, options, async () => {
    const generator = new Generator(allowedCores().at(-1), { host, port: 1, publish, rate: 1 });
    await assert.rejects(generator.waitUntilReady(), /must be/);
  });
}

test('a process that is not there is refused instead of measured', options, async () => {
  const gone = spawnSync('true').pid;
  await withServer({}, async (server, start) => {
    await assert.rejects(start({ 'server-pid': gone }), { message: `--server-pid ${gone}: there is no such process` });
  });
});

/** @param act gets the server and a function that starts a generator and waits until all its clients are in */
async function withServer(faults, act) {
  const server = await FakeServer.start(faults);
  const generators = [];
  try {
    await act(server, async (more) => {
      const generator = new Generator(allowedCores().at(-1), {
        port: server.http.address().port, path: '/ws', subscribe: '{"type":"subscribe","data":{"channels":["b"]}}', clients, 'warm-up': 0, seconds: longestSeconds, ...more,
      });
      generators.push(generator);
      await generator.waitUntilReady();
      await until(() => [...server.clients].every((client) => client.patterns.length > 0), 'all subscriptions');
      return generator;
    });
  } finally {
    await Promise.allSettled(generators.map((generator) => generator.end()));
    await server.stop();
  }
}

/** The generator answers a ping once it has read all before it. */
async function everythingRead(server) {
  const pongs = server.pongs + server.clients.size;
  for (const client of server.clients) client.sendFrame(9, Buffer.from('read?'));
  await until(() => server.pongs >= pongs, 'a pong of each client');
}

function stamped(filling = 'x') {
  return `{"t":"T${process.hrtime.bigint()}|","x":"${filling}"}`;
}

/** With a length of 64 bits. */
function longFrame(text) {
  const head = Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(text.length, 6);
  return Buffer.concat([head, Buffer.from(text)]);
}

/** Two frames, the cut in the middle of the stamp, and a pong between them. */
function fragmented(text, at) {
  return Buffer.concat([serverFrame(0x01, Buffer.from(text.slice(0, at))), serverFrame(0x8a, Buffer.from('T7|')), serverFrame(0x80, Buffer.from(text.slice(at)))]);
}

/** Few of these pieces are whole frames, or whole headers. */
function inPieces(socket, bytes) {
  socket.setNoDelay(true);
  const length = bytes.length > 1000 ? 1001 : 7;
  for (let at = 0; at < bytes.length; at += length) socket.write(bytes.subarray(at, at + length));
}

async function until(condition, what) {
  const deadline = Date.now() + deadlineMs;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `still waiting for: ${what}`);
    await sleep(5);
  }
}

function cpuSeconds({ user, system }) {
  return (user + system) / 1e6;
}
