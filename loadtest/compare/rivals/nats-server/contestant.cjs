'use strict';

const path = require('node:path');

/** The broker's own WebSocket listener: clients speak the NATS protocol. Published over NATS, the only way in. */
module.exports = {
  name: 'nats-server',
  title: 'nats-server, native WebSocket (Go)',
  path: '/',
  subscribe: 'CONNECT {"verbose":false}\r\nSUB b 1\r\n',
  version: (tools) => tools.packageVersion('nats-server'),
  start: (tools, address, [port, natsPort], folder) => {
    const file = path.join(folder, 'nats-server.conf');
    tools.writeFrom(path.join(__dirname, 'nats-server.conf'), file, { ADDRESS: address, PORT: port, NATS_PORT: natsPort });
    return { command: ['nats-server', '-c', file], port, publish: `nats://${address}:${natsPort}/b` };
  },
};
