'use strict';

const dns = require('node:dns/promises');
const net = require('node:net');

/** The run can't be made at all; the message says why. */
class CannotRun extends Error {}

/**
 * Looks the host of `url` up once and tries a connection, so that no client later waits for a look-up or for the
 * wrong address family ("localhost" is two addresses, of which the server may serve one).
 * @returns {Promise<{url: URL, address: string, port: number}>}
 * @throws {CannotRun} when no address of the host accepts a connection
 */
async function reach(url, timeoutMs) {
  const port = Number(url.port || (/^(https|wss):$/.test(url.protocol) ? 443 : 80));
  const host = url.hostname.replace(/^\[|\]$/g, '');
  let addresses;
  try {
    addresses = await dns.lookup(host, { all: true });
  } catch (error) {
    throw new CannotRun(`${url.host}: the name can't be looked up (${error.code})`);
  }
  const tried = [];
  for (const { address } of addresses) {
    const failure = await tryConnect(address, port, timeoutMs);
    if (failure === null) return { url, address, port };
    tried.push(`${address}: ${failure}`);
  }
  throw new CannotRun(`nothing accepts connections at ${url.host} (${tried.join(', ')})`);
}

function tryConnect(address, port, timeoutMs) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: address, port, timeout: timeoutMs });
    const end = (failure) => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end(`no answer within ${timeoutMs} ms`));
    socket.once('error', (error) => end(error.code ?? error.message));
  });
}

module.exports = { reach, CannotRun };
