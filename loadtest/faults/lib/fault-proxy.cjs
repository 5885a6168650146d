'use strict';

const net = require('node:net');
const { ProxyPair } = require('./proxy-pair.cjs');
const { reset } = require('./reset.cjs');

const modes = Object.freeze(['pass', 'delay', 'rate', 'blackhole', 'freeze-to-server', 'freeze-to-client', 'reset', 'cut', 'split']);

/**
 * A TCP proxy that misbehaves on request, for all its connections at once or from the next one on:
 *
 * `pass`; `delay` ms in each direction; `rate` bytes a second in each direction; `blackhole`: nothing moves, either way, and new
 * connections are accepted and stay silent; `freeze-to-server`, `freeze-to-client`: the same in one direction, whose sender meets a full window
 * after 256 KB and what the kernel takes (all of it moves on when the mode ends, as after a cable was plugged in again); `reset`: every connection gets an RST, new ones too; `cut` n: a connection is reset once n bytes have gone to the client;
 * `split`: every byte is a segment of its own.
 */
class FaultProxy {
  /** @param {{host: string, port: number}} target */
  static async listen(target, port = 0, host = '127.0.0.1') {
    const proxy = new FaultProxy(target);
    await new Promise((resolve, reject) => proxy.server.on('error', reject).listen(port, host, resolve));
    return proxy;
  }

  constructor(target) {
    this.target = target;
    this.mode = 'pass';
    this.value = 0;
    this.pairs = new Set();
    this.accepted = 0;
    this.resets = 0;
    this.server = net.createServer({ noDelay: true, pauseOnConnect: true, allowHalfOpen: true }, (client) => this._accept(client));
  }

  get port() {
    return this.server.address().port;
  }

  /** @param {string} mode one of `modes` @param {number} value ms, bytes a second or bytes. @throws {RangeError} */
  set(mode, value = 0) {
    if (!modes.includes(mode)) throw new RangeError(`mode ${mode}: there are ${modes.join(', ')}`);
    if (['delay', 'rate', 'cut'].includes(mode) && !(Number.isFinite(value) && value > 0)) throw new RangeError(`mode ${mode} needs a number above 0`);
    this.mode = mode;
    this.value = value;
    if (mode === 'reset') this.resetAll();
    for (const pair of this.pairs) pair.changed();
  }

  /** An RST to the client that connected from this port, and to its server. */
  resetFrom(clientPort) {
    for (const pair of this.pairs) {
      if (pair.client.remotePort !== clientPort) continue;
      this.resets++;
      pair.reset();
      return true;
    }
    return false;
  }

  resetAll() {
    for (const pair of [...this.pairs]) {
      this.resets++;
      pair.reset();
    }
  }

  async close() {
    for (const pair of [...this.pairs]) pair.reset();
    await new Promise((resolve) => this.server.close(resolve));
  }

  _accept(client) {
    this.accepted++;
    if (this.mode === 'reset') {
      reset(client);
      return;
    }
    const pair = new ProxyPair(this, client);
    this.pairs.add(pair);
    pair.onEnded = () => this.pairs.delete(pair);
  }
}

module.exports = { FaultProxy, modes };
