'use strict';

const assert = require('node:assert/strict');
const { spawn, spawnSync, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const { once } = require('node:events');
const { test } = require('node:test');
const { buildGenerator } = require('../compare/lib/generator.cjs');
const { cableProblem, makeLink, maskOf } = require('../compare/lib/link.cjs');
const { measureCost } = require('../compare/lib/measures.cjs');
const { allowedCores } = require('../compare/lib/processes.cjs');
const comparison = require('../compare/lib/tools.cjs');
const bare = require('../compare/rivals/bare/contestant.cjs');

const missing = ['g++', 'make', 'taskset', 'setpriv'].filter((name) => spawnSync(name, ['--version']).status !== 0);
const cores = { server: allowedCores()[0], generator: allowedCores().at(-1) };
const canMake = cableProblem() === null && mayMakeNamespace();
const options = { skip: !canMake && 'no right to make a network namespace', timeout: 60_000 };

test('a core is named to the kernel as a mask in groups of 32', () => {
  assert.deepEqual([0, 1, 31, 32, 65].map(maskOf), ['00000001', '00000002', '80000000', '00000001,00000000', '00000002,00000000,00000000']);
});

test('on loopback everybody is where this program is', async () => {
  const link = await makeLink('loopback', cores);

  assert.deepEqual([link.address, link.entrance], ['127.0.0.1', []]);
  link.remove();
});

test('over a cable a client reaches the server from a place of its own, and nothing is left of it', options, async () => {
  const link = await makeLink('cable', cores);
  const server = net.createServer((socket) => socket.end(`you are ${socket.remoteAddress}`));
  try {
    server.listen(0, link.address);
    await once(server, 'listening');
    assert.equal(await said([...link.entrance, process.execPath, '-e', `require('net').connect(${server.address().port}, '${link.address}').pipe(process.stdout)`]), 'you are 198.18.0.2');
  } finally {
    server.close();
    link.remove();
  }
  assert.equal(fs.existsSync(`/run/netns/${link.entrance.at(-1)}`), false);
});

for (const kind of ['loopback', 'cable']) {
  const measured = { ...options, skip: (kind === 'cable' && options.skip) || (missing.length > 0 && `not installed: ${missing.join(', ')}`) };
  test(`a delivery is measured over ${kind}, from a publisher there to its clients there`, measured, async () => {
    await Promise.all([buildGenerator(), bare.prepare(comparison)]);
    const settings = { clients: 20, payloadBytes: 400, warmUpSeconds: 0, seconds: 1 };
    const link = await makeLink(kind, cores);
    try {
      const { result } = await measureCost(bare, 20, settings, { cores, link });

      assert.deepEqual([result.in, result.failed, result.closed], [20, 0, 0]);
      assert.ok(result.messages > 0 && result.publisher.sent > 0, JSON.stringify(result));
    } finally {
      link.remove();
    }
  });
}

test('what a killed run has left is cleared away by the next', options, async () => {
  const gone = spawn('true');
  await once(gone, 'exit');
  const left = `wfcompare-${gone.pid}`;
  execFileSync('ip', ['netns', 'add', left]);

  const link = await makeLink('cable', cores);
  link.remove();

  assert.equal(fs.existsSync(`/run/netns/${left}`), false);
});

async function said(command) {
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (bytes) => { text += bytes; });
  await once(child, 'close');
  return text;
}

function mayMakeNamespace() {
  const name = `wftest-${process.pid}`;
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'ignore' });
    execFileSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
