'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** A minimal broadcast over the npm package `ws`, which is installed below artifacts/ when it isn't there yet. */
module.exports = {
  name: 'node-ws',
  title: 'Node `ws`',
  path: '/',
  subscribe: '',
  prepare: async (tools) => {
    if (!fs.existsSync(packageFile(tools))) await tools.run('npm', ['install', '--prefix', folder(tools), '--no-audit', '--no-fund', '--loglevel=error', 'ws@8']);
  },
  version: async (tools) => `ws ${JSON.parse(fs.readFileSync(packageFile(tools), 'utf8')).version}, Node ${process.versions.node}`,
  start: (tools, address, [port]) => ({
    command: [process.execPath, path.join(__dirname, 'server.cjs'), address, String(port)],
    env: { NODE_PATH: path.join(folder(tools), 'node_modules') },
    port,
    publish: `http://${address}:${port}/publish`,
  }),
};

function folder(tools) {
  return path.join(tools.artifacts, 'node-ws');
}

function packageFile(tools) {
  return path.join(folder(tools), 'node_modules', 'ws', 'package.json');
}
