'use strict';

const path = require('node:path');

/** The nginx module of the distribution. One worker does the work, the master beside it sleeps. */
module.exports = {
  name: 'nchan',
  title: 'nchan (nginx, C)',
  path: '/subscribe',
  subscribe: '',
  version: async (tools) => `${await tools.packageVersion('libnginx-mod-nchan')}, nginx ${await tools.packageVersion('nginx')}`,
  start: (tools, address, [port], folder) => {
    tools.writeFrom(path.join(__dirname, 'nginx.conf'), path.join(folder, 'nginx.conf'), { ADDRESS: address, PORT: port });
    return {
      command: ['nginx', '-p', `${folder}/`, '-e', 'stderr', '-c', 'nginx.conf'],
      port,
      publish: `http://${address}:${port}/publish`,
    };
  },
};
