'use strict';

const net = require('node:net');
const { descriptorsApart } = require('../machine/limits.cjs');

const mostPerProcess = 10_000; // loadtest/README.md, "When the generator is the limit"
const worthAProcess = 2_000; // with cores to spare
const portsUsed = 0.9; // of the range: some wait in TIME_WAIT, some are others'

/** How many processes hold the clients, when PROCESSES leaves that open: as few as can, or one for every core but one. */
function processesFor(clients, given, limits) {
  if (given > 0) return given;
  const perProcess = Math.max(1, Math.min(mostPerProcess, limits.descriptors - descriptorsApart));
  const least = Math.ceil(clients / perProcess);
  return Math.max(1, least, Math.min(limits.cores - 1, Math.ceil(clients / worthAProcess)));
}

/**
 * The local addresses from which clients connect, in turn; null is the system's choice. A pair of addresses has one range of ports. All of
 * 127.0.0.0/8 is this machine, so on loopback there is always another one.
 * @returns {(string | null)[]}
 */
function sourcesFor(clients, given, address, limits) {
  // The server's own address is what the system chooses too, and without binding to it first a port serves several servers at once.
  if (given.length === 1 && given[0] === address) return [null];
  if (given.length > 0) return given;
  const count = Math.ceil(clients / Math.max(1, Math.floor(limits.ports * portsUsed)));
  if (count <= 1 || !net.isIPv4(address) || !address.startsWith('127.')) return [null];
  return Array.from({ length: Math.min(count, 250 * 250) }, (_, i) => `127.0.${Math.floor(i / 250)}.${(i % 250) + 2}`);
}

module.exports = { processesFor, sourcesFor };
