'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const { run } = require('./tools.cjs');

/** Set aside for measurements between hosts (RFC 2544), so that no network has it. */
const serverAddress = '198.18.0.1';
const clientAddress = '198.18.0.2';

const prefix = 'wfcompare-';

/** Clients and server on loopback: needs no rights, and bills the clients' TCP input to the server. */
const loopback = { address: '127.0.0.1', entrance: [], remove: () => {} };

/**
 * A virtual Ethernet cable: the server stays here, the clients get a network namespace of their own. What arrives at either end is handled on the core of
 * that end, as on two hosts: what a delivery costs the server is then what its own kernel does for it.
 *
 * `address` of the server; `entrance`: words before a command that is to run among the clients; `remove()`, also called at exit.
 */
async function cable(cores) {
  removeLeftovers();
  const name = `${prefix}${process.pid}`;
  const [here, there] = [`wfs${process.pid}`, `wfc${process.pid}`];
  const entrance = ['ip', 'netns', 'exec', name];
  const remove = () => removeNamespace(name);
  process.once('exit', remove);
  const among = (...words) => run(entrance[0], [...entrance.slice(1), ...words]);
  await run('ip', ['netns', 'add', name]);
  await run('ip', ['link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name]);
  await run('ip', ['address', 'add', `${serverAddress}/30`, 'dev', here]);
  await run('ip', ['link', 'set', here, 'up']);
  await among('ip', 'address', 'add', `${clientAddress}/30`, 'dev', there);
  await among('ip', 'link', 'set', there, 'up');
  await among('sh', '-c', 'echo 1024 65535 > /proc/sys/net/ipv4/ip_local_port_range');
  await among('sh', '-c', `echo ${maskOf(cores.generator)} > /sys/class/net/${there}/queues/rx-0/rps_cpus`);
  fs.writeFileSync(`/sys/class/net/${here}/queues/rx-0/rps_cpus`, maskOf(cores.server));
  return { address: serverAddress, entrance, remove: () => { process.off('exit', remove); remove(); } };
}

/** Why there can be no cable, or null. */
function cableProblem() {
  if (process.getuid() !== 0) return 'LINK=cable: needs root, for a network namespace';
  try {
    execFileSync('ip', ['-V'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'LINK=cable: needs the program ip (package iproute2)';
  }
}

function makeLink(kind, cores) {
  return kind === 'cable' ? cable(cores) : loopback;
}

/** One core as the kernel takes it: hexadecimal, in groups of 32 bits. */
function maskOf(core) {
  const groups = Array.from({ length: Math.floor(core / 32) + 1 }, () => '00000000');
  groups[0] = (2 ** (core % 32)).toString(16).padStart(8, '0');
  return groups.join(',');
}

/** Of a run that was killed: its name says which. */
function removeLeftovers() {
  const folder = '/run/netns';
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    if (!fs.existsSync(`/proc/${name.slice(prefix.length)}`)) removeNamespace(name);
  }
}

function removeNamespace(name) {
  try {
    // The cable goes with one of its ends.
    execFileSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  } catch {
    // There is none.
  }
}

module.exports = { makeLink, cableProblem, maskOf };
