'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { freePorts } = require('../../compare/lib/tools.cjs');
const { startPinned, stop, allowedCores } = require('../../compare/lib/processes.cjs');

/** A nats-server, or a cluster of them, with JetStream in a folder of its own. Ports are the system's choice and stay the same. */
class Broker {
  static async start({ binary, nodes, folder }) {
    const broker = new Broker(binary, folder, await freePorts(nodes * 2));
    broker.startAll();
    return broker;
  }

  constructor(binary, folder, ports) {
    this.binary = binary;
    this.folder = folder;
    this.nodes = [];
    const count = ports.length / 2;
    const routes = ports.slice(count).map((port) => `nats://127.0.0.1:${port}`).join(', ');
    for (let i = 0; i < count; i++) {
      const name = `n${i + 1}`;
      const file = path.join(folder, `${name}.conf`);
      const cluster = count === 1 ? '' : `cluster { name: faults, listen: "127.0.0.1:${ports[count + i]}", routes: [${routes}] }\n`;
      fs.writeFileSync(file, `server_name: ${name}\nlisten: "127.0.0.1:${ports[i]}"\njetstream { store_dir: ${JSON.stringify(path.join(folder, name))} }\n${cluster}`);
      this.nodes.push({ name, file, port: ports[i], log: path.join(folder, `${name}.log`), child: null });
    }
  }

  get urls() {
    return this.nodes.map((node) => new URL(`nats://127.0.0.1:${node.port}`));
  }

  startAll() {
    for (const node of this.nodes) {
      const log = fs.openSync(node.log, 'a');
      node.child = startPinned(allowedCores().join(','), [this.binary, '-c', node.file], { stdio: ['ignore', log, log] });
      fs.closeSync(log);
    }
  }

  async stopAll() {
    await Promise.all(this.nodes.map((node) => node.child && stop(node.child)));
  }
}

module.exports = { Broker };
