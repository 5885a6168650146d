'use strict';

// Shows that a generator without local ports says so, and blames no server: 3,000 clients from one address that has 1,000 ports, then from
// four. In a network of its own (unshare, so as root), because the range of ports is set there. Not part of the tests.
//
//   make build && node loadtest/test/ports.cjs

const { execFileSync, spawn } = require('node:child_process');
const { againstRealServer, expect, failedOf } = require('./with-real-server.cjs');

const range = '40000 40999';
const load = { TARGET_CONNECTIONS: '3000', RAMP_RATE: '1000', DURATION: '3', REQUIRE_MESSAGES: 'false', ALLOW_SHORTAGE: 'true' };

if (process.env.OWN_NETWORK === undefined) {
  const again = spawn('unshare', ['-n', process.execPath, ...process.argv.slice(1)], { stdio: 'inherit', env: { ...process.env, OWN_NETWORK: '1' } });
  again.on('error', (error) => {
    console.error(`unshare: ${error.message}`);
    process.exitCode = 1;
  });
  again.on('exit', (code) => { process.exitCode = code ?? 1; });
} else {
  main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
}

async function main() {
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  execFileSync('sysctl', ['-qw', `net.ipv4.ip_local_port_range=${range}`]);

  const one = await againstRealServer('ports.cjs', {}, { ...load, SOURCE_ADDRESSES: '127.0.0.1' });
  const { failures } = one.report.generator;
  expect('from one address only the generator fails', one.code === 1 && failedOf(one).join() === 'generator', one);
  expect(`for want of ports (${JSON.stringify(failures)})`, failures.EADDRNOTAVAIL > 0 && Object.keys(one.report.connections.failed).length === 0, one);

  const four = await againstRealServer('ports.cjs', {}, { ...load, SOURCE_ADDRESSES: '127.0.0.2,127.0.0.3,127.0.0.4,127.0.0.5' });
  expect('from four addresses it passes', four.code === 0 && four.report.connections.subscribed === 3000, four);
}
