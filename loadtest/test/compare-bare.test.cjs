'use strict';

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const net = require('node:net');
const { once } = require('node:events');
const { test, before } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const bare = require('../compare/rivals/bare/contestant.cjs');
const comparison = require('../compare/lib/tools.cjs');

const missing = ['g++', 'make'].filter((name) => spawnSync(name, ['--version']).status !== 0);
const options = { skip: missing.length > 0 && `not installed: ${missing.join(', ')}`, timeout: 60_000 };
const deadlineMs = 20_000;
const upgrade = 'GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

before(() => (missing.length > 0 ? undefined : bare.prepare(comparison)));

test('a message goes to whoever subscribed to its channel', options, async () => {
  await withServer(async (port) => {
    const client = await subscribed(port, '{"channels":["a","b"]}');
    await published(port, 'b', '{"n":1}');
    await client.hears('\x81\x07{"n":1}');
  });
});

for (const list of ['["a', '["', '["a","', '{"channels":["a"', '[']) {
  test(`a subscription without an end is cut and costs nobody anything: ${list}`, options, async () => {
    await withServer(async (port) => {
      const client = await subscribed(port, '["a"]');
      const odd = await connected(port);
      odd.socket.write(upgrade);
      await odd.hears('\r\n\r\n');
      odd.socket.write(textFrame(list));
      await odd.ends();
      await published(port, 'a', '1');
      await client.hears('\x81\x011');
    });
  });
}

for (const head of ['POST /publish/a HTTP/1.1\r\nContent-Length: 18446744073709551600', 'POST /publish/a HTTP/1.1\r\nContent-Length: -5', 'POST /publish/a HTTP/1.1', 'POST', '']) {
  test(`a request that says no length, or one that can't be kept, is cut: ${JSON.stringify(head)}`, options, async () => {
    await withServer(async (port) => {
      const odd = await connected(port);
      odd.socket.write(`${head}\r\n\r\n`);
      assert.equal(await odd.ends(), '');
      await published(port, 'a', '1');
    });
  });
}

test('more than can be kept is cut', options, async () => {
  await withServer(async (port) => {
    const odd = await connected(port);
    odd.socket.write('x'.repeat(70_000));
    assert.equal(await odd.ends(), '');
    await published(port, 'a', '1');
  });
});

test('a port that is none is refused', options, () => {
  const [program] = bare.start(comparison, '127.0.0.1', [1]).command;
  for (const args of [[], ['3121'], ...['0', '70000', 'abc', '3121 x'].map((port) => ['127.0.0.1', port]), ['127.0.0.1', '1', '2']]) assert.equal(spawnSync(program, args).status, 78, args.join());
});

async function withServer(use) {
  const [port] = await comparison.freePorts(1);
  const { command } = bare.start(comparison, '127.0.0.1', [port]);
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    await use(port);
    assert.equal(child.exitCode, null, 'the server still runs');
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

/** A connection, tried again until the server listens; what it hears, and how it ends. */
async function connected(port) {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    if (isOpen) return connection(socket);
    if (Date.now() > deadline) throw new Error(`nobody listened on ${port} within ${deadlineMs} ms`);
    await sleep(20);
  }
}

function connection(socket) {
  let heard = '';
  let isOver = false;
  socket.on('data', (bytes) => { heard += bytes.toString('latin1'); });
  socket.on('error', () => {});
  socket.on('close', () => { isOver = true; });
  const hasHeard = (text) => heard.includes(text);
  return {
    socket,
    hasHeard,
    hears: (text) => until(() => hasHeard(text), () => `to hear ${JSON.stringify(text)}, heard ${JSON.stringify(heard)}`),
    async ends() {
      await until(() => isOver, () => 'the connection to be cut');
      return heard;
    },
  };
}

async function subscribed(port, text) {
  const client = await connected(port);
  client.socket.write(upgrade);
  await client.hears('\r\n\r\n');
  client.socket.write(textFrame(text));
  // The server reads in the order of arrival within a connection only: a publish goes round until this client has heard one.
  await until(async () => {
    await published(port, 'a', '0');
    return client.hasHeard('\x81\x010');
  }, () => 'the subscription');
  return client;
}

async function published(port, channel, payload) {
  const publisher = await connected(port);
  publisher.socket.write(`POST /publish/${channel} HTTP/1.1\r\nHost: a\r\nContent-Length: ${payload.length}\r\n\r\n${payload}`);
  await publisher.hears('204 No Content');
  publisher.socket.destroy();
}

function textFrame(text) {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

async function until(condition, what) {
  const deadline = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${deadlineMs} ms in vain for ${what()}`);
    await sleep(10);
  }
}
