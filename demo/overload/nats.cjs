'use strict';

const net = require('node:net');
const { randomBytes } = require('node:crypto');

const connectWithinMs = 5000;
const end = Buffer.from('\r\n');

/**
 * Publishes into JetStream by NATS' own protocol: through the server under test the burst would end where the server slows down.
 * Plain TCP, one address, user and password from the URL; enough for a demo, no client for anything else.
 */
class StreamPublisher {
  /** @param {(id: number, seq: number|null, problem: string|null) => void} onAnswer the stream's answer to a publish */
  constructor(socket, onAnswer) {
    this.socket = socket;
    this.onAnswer = onAnswer;
    this.inbox = `_INBOX.${randomBytes(8).toString('hex')}`;
    this.bytes = Buffer.alloc(0);
    this.problem = null; // why the connection ended or a request was refused
  }

  /** @throws {Error} when the broker can't be reached or refuses */
  static async connect(url, onAnswer) {
    const address = new URL(url.split(',')[0]);
    const socket = net.connect({ host: address.hostname.replace(/^\[|\]$/g, ''), port: Number(address.port || 4222) });
    const publisher = new StreamPublisher(socket, onAnswer);
    await new Promise((resolve, reject) => {
      const failed = (error) => reject(new Error(`no connection to NATS: ${error?.message ?? publisher.problem ?? 'closed'}`));
      socket.setTimeout(connectWithinMs, () => failed(new Error(`no answer within ${connectWithinMs} ms`)));
      socket.on('error', failed);
      socket.on('close', () => failed());
      socket.on('data', (chunk) => publisher._take(chunk));
      publisher.ready = resolve;
      const { username, password } = address;
      const who = username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : {};
      const options = { verbose: false, pedantic: false, lang: 'node', version: '1', name: 'wsfanout-demo', ...who };
      socket.write(`CONNECT ${JSON.stringify(options)}\r\nSUB ${publisher.inbox}.* 1\r\nPING\r\n`);
    });
    socket.setTimeout(0);
    socket.removeAllListeners('error');
    socket.on('error', (error) => { publisher.problem ??= error.message; });
    return publisher;
  }

  publish(subject, body, id) {
    this.socket.write(`PUB ${subject} ${this.inbox}.${id} ${Buffer.byteLength(body)}\r\n${body}\r\n`);
  }

  close() {
    this.socket.destroy();
  }

  _take(chunk) {
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk]);
    for (let lineEnd = this.bytes.indexOf(end); lineEnd >= 0; lineEnd = this.bytes.indexOf(end)) {
      const line = this.bytes.toString('latin1', 0, lineEnd);
      let used = lineEnd + 2;
      if (line.startsWith('MSG ')) {
        const words = line.split(' ');
        const length = Number(words.at(-1));
        if (this.bytes.length < used + length + 2) return;
        this._answer(words[1], this.bytes.toString('utf8', used, used + length));
        used += length + 2;
      } else if (line === 'PING') {
        this.socket.write('PONG\r\n');
      } else if (line === 'PONG') {
        this.ready();
      } else if (line.startsWith('-ERR')) {
        this.problem ??= line.slice(5);
      }
      this.bytes = this.bytes.subarray(used);
    }
  }

  _answer(subject, text) {
    const id = Number(subject.slice(this.inbox.length + 1));
    const { seq, error } = JSON.parse(text);
    if (Number.isSafeInteger(seq)) this.onAnswer(id, seq, null);
    else this.onAnswer(id, null, error?.description ?? 'an answer without a seq');
  }
}

module.exports = { StreamPublisher };
