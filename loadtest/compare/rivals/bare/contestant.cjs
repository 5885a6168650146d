'use strict';

const path = require('node:path');

/** The least that a broadcast can be: what the kernel takes for a delivery, whoever asks for it. Not a server that one could run. */
module.exports = {
  name: 'bare',
  title: 'bare `send`s (C++)',
  hasChannels: true,
  path: '/ws',
  subscribe: '{"type":"subscribe","data":{"channels":[{names}]}}',
  prepare: (tools) => tools.makeProgram(__dirname, folder(tools)),
  version: async (tools) => `g++ ${(await tools.run('g++', ['-dumpfullversion'])).trim()}`,
  start: (tools, address, [port]) => ({
    command: [path.join(folder(tools), 'bare'), address, String(port)],
    port,
    publish: `http://${address}:${port}/publish/{name}`,
  }),
};

function folder(tools) {
  return path.join(tools.artifacts, 'bare');
}
