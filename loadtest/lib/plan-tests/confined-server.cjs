'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { Broker } = require('../../faults/lib/broker.cjs');
const { allowedCores } = require('../../compare/lib/processes.cjs');
const { Cgroup } = require('../cgroup.cjs');
const { startServer } = require('../pinned-server.cjs');

/** What the plan leaves of its machine to the server: 1.8 of 2 cores, 1,792 of 2,048 MB. */
const limits = Object.freeze({ cores: 1.8, memoryBytes: 1792 * 1024 * 1024 });

const readyDeadlineMs = 30_000;
const lookMs = 50;

let serial = 0;

/**
 * Starts a broker of its own and, in a cgroup with the plan's limits, the server; runs `use` with the server's port; ends both.
 * @param {string[]} program
 * @param {Record<string, string>} variables
 */
async function withConfinedServer(program, variables, { folder, natsServer }, use) {
  const own = fs.mkdtempSync(path.join(folder, 'server-'));
  const broker = await Broker.start({ binary: natsServer, nodes: 1, folder: own });
  const group = Cgroup.create(`wsfanout-plan-${process.pid}-${++serial}`, limits.cores, limits.memoryBytes);
  let server = null;
  try {
    server = await startServer([...group.entrance, ...program], { ...variables, NATS_URL: broker.urls[0].href }, allowedCores().join(','));
    await untilReady(server.port);
    return await use(server.port);
  } finally {
    server?.child.removeAllListeners('exit');
    await group.remove();
    await broker.stopAll();
  }
}

/** It listens before it has attached to its stream. */
async function untilReady(port) {
  const deadline = Date.now() + readyDeadlineMs;
  for (let said = ''; ; await sleep(lookMs)) {
    const status = await new Promise((resolve) => {
      const request = http.get({ port, host: '127.0.0.1', path: '/health/ready', agent: false }, (response) => {
        response.on('data', (bytes) => { said = String(bytes); });
        response.on('end', () => resolve(response.statusCode));
      });
      request.on('error', (error) => { said = error.message; resolve(0); });
    });
    if (status === 200) return;
    if (Date.now() > deadline) throw new Error(`the server was not ready within ${readyDeadlineMs / 1000} s: ${said.trim()}`);
  }
}

module.exports = { withConfinedServer, limits };
