#!/usr/bin/env node
'use strict';

// The proxy of the scenarios by itself: between your clients and your server, or between your server and its broker.

const { FaultProxy, modes } = require('./lib/fault-proxy.cjs');
const { listenForControl } = require('./lib/proxy-control.cjs');

const usage = `node loadtest/faults/proxy.cjs LISTEN_PORT TARGET_HOST:PORT [CONTROL_PORT]

Passes TCP on and breaks it when told to, on loopback:
  curl -X POST localhost:CONTROL_PORT/mode/delay/200     modes: ${modes.join(', ')}
  curl -X POST localhost:CONTROL_PORT/reset              cuts what is connected now
  curl localhost:CONTROL_PORT/                           the mode and the number of connections
delay takes ms, rate bytes a second, cut bytes. Ports may be 0: the system chooses, the first line says what.
`;

async function main([listenPort, target, controlPort = '0']) {
  const [, host, port] = /^(.+):(\d+)$/.exec(target ?? '') ?? [];
  if (!/^\d+$/.test(listenPort ?? '') || host === undefined || !/^\d+$/.test(controlPort)) {
    process.stderr.write(usage);
    process.exitCode = 78;
    return;
  }
  const proxy = await FaultProxy.listen({ host, port: Number(port) }, Number(listenPort));
  const control = await listenForControl(proxy, Number(controlPort));
  process.stdout.write(`listening on ${proxy.port} for ${target}, control on ${control.address().port}\n`);
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
});
