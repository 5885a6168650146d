'use strict';

const path = require('node:path');

// Nothing but the CPU may hold this server back, as nothing else holds back the others.
const unbound = {
  WS_CPU_REJECT_THRESHOLD: '100',
  WS_CPU_PAUSE_THRESHOLD: '100',
  WS_MEMORY_REJECT_PERCENT: '100',
  WS_MEMORY_SHED_PERCENT: '100',
  WS_MEMORY_PAUSE_PERCENT: '100',
  WS_LAG_REJECT: '0',
  WS_CONNECT_RATE: 'unlimited',
  WS_MAX_CONNECTIONS: '15000',
  LOG_LEVEL: 'warn',
};

// Over a link the publisher is on another host, of which this server wants one.
const publishToken = 'of-the-comparison';

/** This repository's server on one of its two ways to the wire, with the built-in source: no broker beside it. */
function ours(name, title) {
  return {
    name,
    title,
    isOurs: true,
    hasChannels: true,
    path: '/ws',
    subscribe: '{"type":"subscribe","data":{"channels":[{names}]}}',
    version: async (tools) => (await tools.run(program(tools), ['--version'])).trim(),
    start: (tools, address, [port]) => ({
      command: [program(tools)],
      env: { ...unbound, WS_TRANSPORT: name, WS_ADDR: `${address}:${port}`, WS_PUBLISH_TOKEN: publishToken },
      port,
      publish: `http://${address}:${port}/publish/{name}`,
      publishToken,
    }),
  };
}

function program(tools) {
  return path.join(tools.root, 'artifacts', 'wsfanout', 'wsfanout');
}

module.exports = { unbound, direct: ours('direct', 'WsFanout, direct'), stream: ours('stream', 'WsFanout, stream') };
