'use strict';

const net = require('node:net');
const { encodeClientFrame, opcode } = require('../../lib/frames.cjs');
const { upgradeRequest } = require('../../lib/handshake.cjs');

/** Connects, subscribes to everything, and from the ack on never reads again: the kernel's buffers fill, then the server's. */
class DeafClient {
  constructor({ url, address, port }, token) {
    this.isSubscribed = false;
    this.isRefused = false;
    this.heard = '';
    this.socket = net.connect({ host: address, port });
    this.socket.on('error', () => {});
    this.socket.on('data', (bytes) => this._hear(bytes));
    this.socket.write(upgradeRequest(url, token).bytes);
  }

  abort() {
    this.socket.destroy();
  }

  _hear(bytes) {
    this.heard += bytes.toString('latin1');
    if (this.heard.startsWith('HTTP/1.1 101') && this.heard.includes('"welcome"') && !this.asked) {
      this.asked = true;
      this.socket.write(encodeClientFrame(opcode.text, Buffer.from('{"type":"subscribe","id":1,"data":{"channels":[">"]}}')));
    } else if (this.heard.includes('"subscription_ack"')) {
      this.isSubscribed = true;
      this.socket.pause();
      this.heard = '';
    } else if (/^HTTP\/1\.1 [45]/.test(this.heard)) {
      this.isRefused = true;
      this.socket.destroy();
    }
  }
}

module.exports = { DeafClient };
