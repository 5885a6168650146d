'use strict';

const net = require('node:net');

const headEnd = Buffer.from('\r\n\r\n');
const sources = 64; // addresses of loopback to connect from: each has local ports of its own

/** One client of HTTP/1.1: sends its request, waits for the answer, sends it again; on a kept connection or on a new one each time. */
class Http1Client {
  /**
   * @param {number} number of the client
   * @param {URL} url
   * @param {Buffer} request
   * @param {object} round told of every answer and failure; its `isOver` ends the client
   */
  constructor(number, url, request, round) {
    this.number = number;
    this.url = url;
    this.request = request;
    this.round = round;
    this.isKept = round.mode !== 'new';
    this.socket = null;
    this.rest = null;
    this.sentAt = 0;
    this.isWaiting = false;
  }

  start() {
    this._connect();
  }

  stop() {
    this.socket?.destroy();
  }

  _connect() {
    // A connection for each request belongs to the request.
    this.sentAt = this.round.now();
    const isLoopback = this.url.hostname.startsWith('127.');
    const socket = net.connect({ host: this.url.hostname, port: Number(this.url.port || 80), localAddress: isLoopback ? `127.0.0.${1 + (this.number % sources)}` : undefined, noDelay: true });
    this.socket = socket;
    this.rest = null;
    socket.on('connect', () => this._send(!this.isKept));
    socket.on('data', (bytes) => this._received(bytes));
    socket.on('error', (error) => this._failed(error.code ?? error.message));
    socket.on('close', () => this._closed());
  }

  _send(isBegun) {
    if (!isBegun) this.sentAt = this.round.now();
    this.isWaiting = true;
    this.socket.write(this.request);
  }

  _received(bytes) {
    const all = this.rest === null ? bytes : Buffer.concat([this.rest, bytes]);
    const end = all.indexOf(headEnd);
    const length = end < 0 ? -1 : contentLength(all, end);
    if (end < 0 || all.length < end + 4 + length) {
      this.rest = all;
      return;
    }
    this.rest = null;
    this.isWaiting = false;
    const status = (all[9] - 48) * 100 + (all[10] - 48) * 10 + (all[11] - 48);
    this.round.answered(status, this.sentAt, all.subarray(end + 4));
    if (this.round.isOver) this.socket.destroy();
    else if (this.isKept) this._send(false);
  }

  _failed(reason) {
    if (this.round.isOver) return;
    this.isWaiting = false;
    this.round.failed(reason);
  }

  _closed() {
    if (this.round.isOver) return;
    if (this.isWaiting) this._failed('closed without an answer');
    this.isWaiting = false;
    this._connect();
  }
}

function contentLength(bytes, end) {
  const match = /\r\ncontent-length: *(\d+)/i.exec(bytes.latin1Slice(0, end));
  return match === null ? 0 : Number(match[1]);
}

module.exports = { Http1Client };
