'use strict';

const net = require('node:net');
const { ProxyFlow } = require('./proxy-flow.cjs');
const { reset } = require('./reset.cjs');

/** A client of the proxy and its connection to the target: two flows. The end of one side is the end of both, after what is under way. */
class ProxyPair {
  constructor(proxy, client) {
    this.proxy = proxy;
    this.client = client;
    this.server = net.connect({ ...proxy.target, noDelay: true, allowHalfOpen: true });
    this.onEnded = null;
    this.hasEnded = false;
    this.up = new ProxyFlow(this, client, this.server, 'to-server');
    this.down = new ProxyFlow(this, this.server, client, 'to-client');
    for (const socket of [client, this.server]) {
      socket.on('error', () => this.reset());
      socket.on('close', () => this._closed());
    }
    this.changed();
  }

  /** The proxy's mode is another one now. */
  changed() {
    this.up.changed();
    this.down.changed();
  }

  reset() {
    this.up.stop();
    this.down.stop();
    for (const socket of [this.client, this.server]) reset(socket);
    this._closed();
  }

  _closed() {
    if (this.hasEnded || !(this.client.destroyed && this.server.destroyed)) return;
    this.hasEnded = true;
    this.onEnded?.();
  }
}

module.exports = { ProxyPair };
