'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { freePorts } = require('../../compare/lib/tools.cjs');
const { Broker } = require('../../faults/lib/broker.cjs');
const { NatsClient } = require('../../faults/lib/nats-client.cjs');

const stream = 'ODIN_TOKENS';
const limits = Object.freeze({ max_age: 120e9, max_msgs: 10_000_000, max_bytes: 10_000_000_000 });
const answerMs = 2_000;
const retryMs = 250;
const deadlineMs = 30_000;

/**
 * A hub that holds the stream, and a leaf node with a mirror of it under the same name, each with a JetStream domain of its own. Publishers
 * go to the hub, all servers to the leaf: to the hub they are one reader, however many they are.
 */
class LeafBroker extends Broker {
  static async start({ binary, folder }) {
    const broker = new LeafBroker(binary, folder, await freePorts(3));
    broker.startAll();
    await broker._makeStreams();
    return broker;
  }

  constructor(binary, folder, [hub, leaf, link]) {
    super(binary, folder, []);
    this.nodes = [
      this._node('hub', hub, `leafnodes { listen: "127.0.0.1:${link}" }`),
      this._node('leaf', leaf, `leafnodes { remotes: [ { url: "nats://127.0.0.1:${link}" } ] }`),
    ];
  }

  /** Where publishers go. */
  get urls() {
    return [this._url(this.nodes[0])];
  }

  get serverUrls() {
    return [this._url(this.nodes[1])];
  }

  _node(name, port, link) {
    const file = path.join(this.folder, `${name}.conf`);
    fs.writeFileSync(file, `server_name: ${name}\nlisten: "127.0.0.1:${port}"\njetstream { store_dir: ${JSON.stringify(path.join(this.folder, name))}, domain: ${name} }\n${link}\n`);
    return { name, file, port, log: path.join(this.folder, `${name}.log`), child: null };
  }

  _url(node) {
    return new URL(`nats://127.0.0.1:${node.port}`);
  }

  async _makeStreams() {
    const [hub] = this.urls;
    const [leaf] = this.serverUrls;
    await ask(hub, `$JS.API.STREAM.CREATE.${stream}`, { name: stream, subjects: ['odin.token.>'], retention: 'limits', storage: 'file', num_replicas: 1, allow_direct: true, ...limits });
    // Once the hub answers across the link the mirror finds it at its first attempt.
    await ask(leaf, `$JS.hub.API.STREAM.INFO.${stream}`, {});
    await ask(leaf, `$JS.API.STREAM.CREATE.${stream}`, { name: stream, mirror: { name: stream, external: { api: '$JS.hub.API' } }, retention: 'limits', storage: 'file', num_replicas: 1, allow_direct: true, ...limits });
  }
}

/** Asks until it is answered: the node, or the link, may not be up yet. */
function ask(url, subject, request) {
  return new Promise((resolve, reject) => {
    let told = 'no answer';
    let again;
    const client = new NatsClient([url], {
      onUp: () => send(),
      onDown: () => clearTimeout(again),
      onAnswer: (_, status, payload) => {
        const answer = status === 0 ? JSON.parse(payload.toString('utf8')) : { error: { code: status, description: 'nobody answers' } };
        if (answer.error === undefined) end(() => resolve(answer));
        else if (answer.error.code === 503) later(`${answer.error.code} ${answer.error.description}`, retryMs);
        else end(() => reject(new Error(`${subject}: ${answer.error.description}`)));
      },
    });
    const deadline = setTimeout(() => end(() => reject(new Error(`${subject}: not answered within ${deadlineMs / 1000} s (${told}; ${client.lastError ?? 'connected'})`))), deadlineMs);
    client.connect();

    function send() {
      client.request('a', subject, JSON.stringify(request));
      later(told, answerMs);
    }
    function later(what, ms) {
      told = what;
      clearTimeout(again);
      again = setTimeout(() => { if (client.isUp) send(); }, ms);
    }
    function end(how) {
      clearTimeout(again);
      clearTimeout(deadline);
      client.close();
      how();
    }
  });
}

module.exports = { LeafBroker };
