'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { processesFor, sourcesFor } = require('../lib/load/layout.cjs');
const { findingsOf, lacksOf } = require('../lib/machine/check.cjs');
const { readLimits } = require('../lib/machine/limits.cjs');
const { readSettings } = require('../lib/settings.cjs');
const { FakeServer } = require('./fake-server.cjs');
const { runLoadTest } = require('./run-load-test.cjs');

const roomy = Object.freeze({
  cores: 2, freeBytes: 8e9, descriptors: 20_000, descriptorsHard: 20_000, filesOfSystem: 1e6, ports: 28_232, timeWaits: 0, timeWaitReuse: 2,
  maxTimeWaits: 262_144, conntrackMax: 262_144, conntrackUsed: 10, acceptQueue: 4096, synQueue: 4096, tcpMemoryBytes: 1e9,
});

function planOf(clients, change = {}) {
  return { clients, processes: 1, sources: [null], address: '192.0.2.9', settings: readSettings({ TARGET_CONNECTIONS: String(clients) }).settings, ...change };
}

async function lacking(plan, limits = {}) {
  return (await findingsOf(plan, { ...roomy, ...limits })).filter(({ ok }) => !ok).map(({ name }) => name);
}

it('lays out processes by clients, descriptors and cores', () => {
  const count = (clients, limits = {}, given = 0) => processesFor(clients, given, { ...roomy, ...limits });

  assert.deepEqual([count(1), count(10_000), count(10_001), count(100_000)], [1, 1, 2, 10]);
  assert.equal(count(10_000, { descriptors: 1024 }), 11);
  assert.deepEqual([count(10_000, { cores: 8 }), count(1_000, { cores: 8 }), count(100_000, { cores: 64 })], [5, 1, 50]);
  assert.equal(count(5, {}, 4), 4);
});

it('adds addresses of loopback when one has too few ports, and none elsewhere', () => {
  const sources = (clients, address, given = []) => sourcesFor(clients, given, address, roomy);

  assert.deepEqual(sources(10_000, '127.0.0.1'), [null]);
  assert.deepEqual(sources(30_000, '127.0.0.1'), ['127.0.0.2', '127.0.0.3']);
  assert.deepEqual(sources(30_000, '192.0.2.9'), [null]);
  assert.deepEqual(sources(30_000, '127.0.0.1', ['127.0.0.9']), ['127.0.0.9'], 'what is given is taken');
  assert.deepEqual(sources(30_000, '127.0.0.1', ['127.0.0.1']), [null], 'which is this one');
  assert.equal(new Set(sources(1_000_000, '127.0.0.1')).size, 40);
});

it('says what the machine lacks, and how to mend it', async () => {
  assert.deepEqual(await lacking(planOf(10_000)), []);
  assert.deepEqual(await lacking(planOf(30_000, { processes: 2 })), ['ports']);
  assert.deepEqual(await lacking(planOf(30_000, { processes: 2, sources: ['127.0.0.2', '127.0.0.3'] })), []);
  assert.deepEqual(await lacking(planOf(25_000)), ['descriptors']);
  assert.deepEqual(await lacking(planOf(20_000, { processes: 2 }), { timeWaits: 10_000, timeWaitReuse: 0 }), ['TIME_WAIT']);
  assert.deepEqual(await lacking(planOf(10_000), { conntrackMax: 8192, conntrackUsed: 100 }), ['conntrack']);
  assert.deepEqual(await lacking(planOf(10_000), { freeBytes: 1e8 }), ['memory']);
  assert.deepEqual(await lacking(planOf(10_000, { processes: 8 })), ['cores']);
  assert.deepEqual(await lacking(planOf(10_000, { address: '127.0.0.1' }), { acceptQueue: 128, synQueue: 128 }), ['accept queue', 'SYN queue']);
  assert.deepEqual(await lacking(planOf(10, { sources: ['192.0.2.1'] })), ['source address']);

  const [lack] = await lacksOf(planOf(30_000, { processes: 2 }), roomy);
  assert.equal(lack.sentence, '30000 connections from one address need as many local ports, net.ipv4.ip_local_port_range has 28232');
  assert.match(lack.cure, /SOURCE_ADDRESSES with 2 addresses/);
  assert.match((await lacksOf(planOf(25_000), roomy))[0].cure, /PROCESSES=2, or as root "ulimit -n/);
});

it('reads the limits of this machine', { skip: process.platform !== 'linux' && 'only Linux has /proc' }, () => {
  const limits = readLimits();

  assert.ok(limits.cores >= 1 && limits.descriptors >= 64 && limits.ports > 0 && limits.acceptQueue > 0, JSON.stringify(limits));
});

it('--check says all of it without starting anything, exit code 1 when something is lacking', async () => {
  const server = await FakeServer.start();
  const { env } = server;
  const fine = await runLoadTest({ ...env, TARGET_CONNECTIONS: '10' }, { args: ['--check', '--json'] });
  const lacking = await runLoadTest({ ...env, TARGET_CONNECTIONS: '10', SOURCE_ADDRESSES: '192.0.2.1' }, { args: ['--check'] });
  await server.stop();
  const away = await runLoadTest({ ...env, TARGET_CONNECTIONS: '10' }, { args: ['--check'] });

  const findings = JSON.parse(fine.stdout).findings.filter(({ needed }) => needed);
  assert.ok(findings.length >= 3 && findings.every(({ ok }) => ok), fine.stdout);
  assert.equal(lacking.code, 1);
  assert.match(lacking.stdout, /LACK {2}source address +nothing can be sent from 192\.0\.2\.1 \(EADDRNOTAVAIL\)\n +cure: "ip address add 192\.0\.2\.1/);
  assert.match(away.stdout, /The server was not asked: nothing accepts connections/);
  assert.equal(server.upgrades, 0);
});
