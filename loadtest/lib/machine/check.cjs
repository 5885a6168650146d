'use strict';

const net = require('node:net');
const os = require('node:os');
const { descriptorsApart } = require('./limits.cjs');

const bytesAClient = 16 * 1024; // of this program: 10 KB measured (README), and what the kernel holds beside it
const usualQueue = 1024;

/**
 * Holds what a load needs against what this machine has.
 * @param {{clients: number, processes: number, sources: (string | null)[], address: string | null, settings: object}} plan
 * @returns {Promise<{name: string, ok: boolean, needed: boolean, sentence: string, cure: string}[]>} `needed`: without it the load can't be
 *   made; the others only spoil figures
 */
async function findingsOf(plan, limits) {
  const { clients, processes, sources, settings } = plan;
  const findings = [];
  const add = (name, ok, sentence, cure, needed = true) => findings.push({ name, ok, needed, sentence, cure });

  const each = Math.ceil(clients / processes) + descriptorsApart + (settings.publishRate > 0 ? settings.publishConnections : 0);
  add('descriptors', limits.descriptors >= each, `${clients} clients in ${processes} process${processes === 1 ? '' : 'es'} need ${each} descriptors each, the limit is ${limits.descriptors}`,
    limits.descriptorsHard >= each ? `"ulimit -n ${each}"` : `PROCESSES=${Math.ceil(clients / Math.max(1, limits.descriptors - descriptorsApart - settings.publishConnections))}, or as root "ulimit -n ${each}"`);
  add('files of the system', limits.filesOfSystem >= clients * 2, `${clients} clients need fs.file-max of ${clients * 2} when the server is here too, it is ${limits.filesOfSystem}`, `sysctl fs.file-max=${clients * 4}`);

  const ports = Math.ceil(clients / sources.length);
  add('ports', limits.ports >= ports, `${ports} connections from one address need as many local ports, net.ipv4.ip_local_port_range has ${limits.ports}`,
    `SOURCE_ADDRESSES with ${Math.ceil(clients / limits.ports)} addresses of this machine, or sysctl net.ipv4.ip_local_port_range="1024 65535" (64,512)`);
  add('TIME_WAIT', limits.timeWaits + clients <= limits.ports * sources.length || limits.timeWaitReuse > 0,
    `${limits.timeWaits} connections of runs before are in TIME_WAIT and hold ports for up to 60 s (net.ipv4.tcp_tw_reuse is ${limits.timeWaitReuse ?? 'unknown'})`, 'wait a minute, or sysctl net.ipv4.tcp_tw_reuse=1', false);
  for (const source of new Set(sources)) {
    const failure = source === null ? null : await bindFailure(source);
    if (failure !== null) add('source address', false, `nothing can be sent from ${source} (${failure})`, `"ip address add ${source} dev …", or another one in SOURCE_ADDRESSES`);
  }

  const tracked = limits.conntrackUsed + clients;
  add('conntrack', limits.conntrackMax >= tracked, `${clients} connections beside the ${limits.conntrackUsed} tracked need net.netfilter.nf_conntrack_max of ${tracked}, it is ${limits.conntrackMax}; beyond it packets are dropped`, `sysctl net.netfilter.nf_conntrack_max=${tracked * 2}`, false);
  add('memory', limits.freeBytes >= clients * bytesAClient, `${clients} clients take about ${megabytes(clients * bytesAClient)} MB here, ${megabytes(limits.freeBytes)} MB are free`, 'fewer clients, or a larger machine', false);
  const busy = processes + (settings.publishRate > 0 ? 1 : 0) + (isHere(plan.address) ? 1 : 0);
  add('cores', limits.cores >= Math.min(busy, 2) && processes <= limits.cores, `${processes} with clients${settings.publishRate > 0 ? ', one that publishes' : ''}${isHere(plan.address) ? ' and the server' : ''} share ${limits.cores} cores`, 'fewer PROCESSES, or a machine for the generator alone', false);
  if (isHere(plan.address)) serverIsHere(settings, limits, add);
  return findings;
}

function serverIsHere(settings, limits, add) {
  const queue = Math.max(usualQueue, settings.rampRate);
  add('accept queue', limits.acceptQueue >= queue, `the server is here: RAMP_RATE=${settings.rampRate} can put ${queue} connections in its queue, net.core.somaxconn is ${limits.acceptQueue}`, `sysctl net.core.somaxconn=${queue}`, false);
  add('SYN queue', limits.synQueue >= queue, `the same before the handshake: net.ipv4.tcp_max_syn_backlog is ${limits.synQueue}`, `sysctl net.ipv4.tcp_max_syn_backlog=${queue}`, false);
}

/** What keeps the load from being made. */
async function lacksOf(plan, limits) {
  return (await findingsOf(plan, limits)).filter(({ ok, needed }) => !ok && needed);
}

/** Why no connection can begin at this address, or null. */
function bindFailure(address) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', (error) => resolve(error.code ?? error.message));
    server.listen({ host: address, port: 0 }, () => server.close(() => resolve(null)));
  });
}

/** Whether an address is this machine's own. */
function isHere(address) {
  if (address === null) return false;
  return address === '::1' || address.startsWith('127.') || Object.values(os.networkInterfaces()).flat().some((one) => one.address === address);
}

function megabytes(bytes) {
  return Math.round(bytes / 1024 / 1024);
}

module.exports = { findingsOf, lacksOf };
