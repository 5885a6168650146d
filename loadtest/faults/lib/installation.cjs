'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { reach } = require('../../lib/endpoint.cjs');
const { freePorts } = require('../../compare/lib/tools.cjs');
const { unbound } = require('../../compare/ours.cjs');
const { Broker } = require('./broker.cjs');
const { FanoutServer } = require('./fanout-server.cjs');
const { FaultProxy } = require('./fault-proxy.cjs');
const { NginxFront } = require('./nginx-front.cjs');

const reachMs = 10_000;
const mostReplicas = 3;

/** The servers that clients are moved between, each with a proxy in front, or all behind one nginx: started by us, or the user's own. */
class Installation {
  /** @param {object} scenario says how many servers it wants and their variables, and may start a broker of its own kind */
  static async start(settings, scenario) {
    const installation = new Installation();
    try {
      if (settings.wsUrls.length === 0) await installation._startOwn(settings, scenario);
      else await installation._reachTheirs(settings);
      for (const door of installation.doors) {
        const { address, port } = door.endpoint;
        door.proxy = await FaultProxy.listen({ host: address, port });
        door.throughProxy = { ...door.endpoint, address: '127.0.0.1', port: door.proxy.port };
      }
      return installation;
    } catch (error) {
      await installation.stop();
      throw error;
    }
  }

  constructor() {
    this.doors = []; // {endpoint, throughProxy, proxy, sources: addresses to come from}
    this.front = null; // NginxFront, where a scenario wants it
    this.servers = []; // FanoutServer, when they are ours
    this.broker = null;
    this.folder = null;
    this.natsUrls = [];
    this.publishEndpoint = null;
    this._removeFolder = () => {
      if (this.folder !== null) fs.rmSync(this.folder, { recursive: true, force: true });
    };
  }

  get isOwn() {
    return this.broker !== null;
  }

  async stop() {
    await this.front?.stop();
    await Promise.all(this.servers.map((server) => server.stop()));
    await this.broker?.stopAll();
    await Promise.all(this.doors.map((door) => door.proxy?.close()));
    this._removeFolder();
    process.off('exit', this._removeFolder);
  }

  async _startOwn(settings, scenario) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wsfanout-faults-'));
    process.once('exit', this._removeFolder);
    const startBroker = scenario.startBroker ?? Broker.start;
    this.broker = await startBroker({ binary: settings.natsServer, nodes: settings.brokers, folder: this.folder });
    this.natsUrls = this.broker.urls;
    const ports = await freePorts(scenario.servers);
    const env = {
      ...unbound,
      LOG_LEVEL: 'info',
      WS_TRANSPORT: settings.transport,
      NATS_URL: (this.broker.serverUrls ?? this.natsUrls).map((url) => `nats://${url.host}`).join(','),
      JS_STREAM_REPLICAS: String(Math.min(settings.brokers, mostReplicas)),
      JS_STREAM_MAX_MSGS: '10000000',
      JS_STREAM_MAX_BYTES: '10000000000',
      WS_DRAIN_TIMEOUT: '3s',
      ...scenario.serverVariables(settings),
    };
    this.servers = ports.map((port, i) => new FanoutServer({
      program: settings.server, port, env: { ...env, WS_INSTANCE_ID: `s${i + 1}` }, log: path.join(this.folder, `server${i + 1}.log`),
    }));
    // One after the other: the first creates the stream.
    for (const server of this.servers.slice(0, scenario.running ?? scenario.servers)) await server.start();
    if (scenario.isBehindNginx) {
      this.front = await NginxFront.start({ folder: path.join(this.folder, 'nginx'), servers: ports, clients: settings.clients });
      this.doors = [{ endpoint: this.front.endpoint, sources: this.front.sources }];
    } else {
      this.doors = ports.map((port) => ({ endpoint: { url: new URL(`ws://127.0.0.1:${port}/ws`), address: '127.0.0.1', port } }));
    }
  }

  async _reachTheirs(settings) {
    for (const url of settings.wsUrls) this.doors.push({ endpoint: await reach(url, reachMs) });
    this.natsUrls = settings.natsUrls;
    if (this.natsUrls.length > 0) return;
    const publishUrl = settings.publishUrl ?? publishOf(settings.wsUrls[0]);
    this.publishEndpoint = await reach(publishUrl, reachMs);
  }
}

function publishOf(wsUrl) {
  const url = new URL(wsUrl.href);
  url.protocol = wsUrl.protocol === 'wss:' ? 'https:' : 'http:';
  url.pathname = '/publish';
  url.search = '';
  return url;
}

module.exports = { Installation };
