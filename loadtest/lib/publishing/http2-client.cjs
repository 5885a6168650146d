'use strict';

const net = require('node:net');
const h2 = require('./http2-frames.cjs');

const standardWindow = 65_535;
const standardFrame = 16_384;
const answerWindow = 16 * 1024 * 1024; // of answers that may come ahead: they are small
const lastStream = 0x7fffffff - 2;

/**
 * Several clients of HTTP/2 on one connection, with prior knowledge. What they have to say in one turn of the event loop goes out in one write.
 * A reset of one request is that request's failure; GOAWAY or the end of the connection is that of all under way, and a new connection follows.
 */
class Http2Client {
  /**
   * @param {URL} url
   * @param {{fields: [string, string][], body: Buffer}[]} requests one a client
   * @param {number} frameBytes largest DATA frame, as far as the server takes it
   * @param {object} round told of every answer and failure; its `isOver` ends the connection
   */
  constructor(url, requests, frameBytes, round) {
    this.url = url;
    this.clients = requests.map(({ fields, body }) => ({ block: h2.headerBlock(fields), body, sentAt: 0, left: body, window: 0, status: 0 }));
    this.frameBytes = frameBytes;
    this.round = round;
  }

  start() {
    this.window = standardWindow;
    this.streamWindow = standardWindow;
    this.maxFrame = standardFrame;
    this.nextStream = 1;
    this.underWay = new Map(); // stream → client
    this.blocked = new Set(); // streams with something left to send
    this.out = [];
    this.isCorked = false;
    this.isReady = false;
    const socket = net.connect({ host: this.url.hostname, port: Number(this.url.port || 80), noDelay: true });
    this.socket = socket;
    const splitter = new h2.FrameSplitter((...parts) => this._frame(...parts));
    socket.on('connect', () => socket.write(Buffer.concat([h2.preface, h2.settingsFrame([[h2.setting.tableSize, 0], [h2.setting.enablePush, 0], [h2.setting.initialWindow, answerWindow]]), h2.windowUpdate(0, answerWindow)])));
    socket.on('data', (bytes) => splitter.take(bytes));
    socket.on('error', (error) => { this.trouble = error.code ?? error.message; });
    socket.on('close', () => this._closed());
  }

  stop() {
    this.socket?.destroy();
  }

  _frame(kind, flags, stream, body) {
    if (kind === h2.type.headers) this._answered(flags, stream, body);
    else if (kind === h2.type.data) this._data(flags, stream, body);
    else if (kind === h2.type.windowUpdate) this._room(stream, body.readUInt32BE(0) & 0x7fffffff);
    else if (kind === h2.type.reset) this._reset(stream, body.readUInt32BE(0));
    else if (kind === h2.type.settings && (flags & h2.flag.ack) === 0) this._settings(body);
    else if (kind === h2.type.ping && (flags & h2.flag.ack) === 0) this._write(h2.frame(h2.type.ping, h2.flag.ack, 0, body));
    else if (kind === h2.type.goAway) this.trouble = `GOAWAY ${body.readUInt32BE(4)}`;
  }

  _settings(body) {
    for (let at = 0; at + 6 <= body.length; at += 6) {
      const [id, value] = [body.readUInt16BE(at), body.readUInt32BE(at + 2)];
      if (id === h2.setting.initialWindow) this.streamWindow = value;
      if (id === h2.setting.maxFrame) this.maxFrame = value;
    }
    this._write(h2.frame(h2.type.settings, h2.flag.ack, 0));
    if (this.isReady) return;
    this.isReady = true;
    for (const client of this.clients) this._send(client);
  }

  _send(client) {
    if (this.nextStream > lastStream) {
      this.socket.end();
      return;
    }
    const stream = this.nextStream;
    this.nextStream += 2;
    client.sentAt = this.round.now();
    client.left = client.body;
    client.window = this.streamWindow;
    this.underWay.set(stream, client);
    this._write(h2.frame(h2.type.headers, h2.flag.endHeaders, stream, client.block));
    this._sendBody(stream, client);
  }

  _sendBody(stream, client) {
    const most = Math.min(this.frameBytes, this.maxFrame);
    while (client.left.length > 0) {
      const size = Math.min(client.left.length, most, this.window, client.window);
      if (size <= 0) {
        this.blocked.add(stream);
        return;
      }
      this.window -= size;
      client.window -= size;
      const isLast = size === client.left.length;
      const head = Buffer.allocUnsafe(h2.headBytes);
      h2.writeHead(head, 0, size, h2.type.data, isLast ? h2.flag.endStream : 0, stream);
      this._write(head);
      this._write(client.left.subarray(0, size));
      client.left = client.left.subarray(size);
    }
    this.blocked.delete(stream);
  }

  _room(stream, bytes) {
    if (stream === 0) {
      this.window += bytes;
      for (const waiting of this.blocked) this._sendBody(waiting, this.underWay.get(waiting));
    } else if (this.underWay.has(stream)) {
      const client = this.underWay.get(stream);
      client.window += bytes;
      if (this.blocked.has(stream)) this._sendBody(stream, client);
    }
  }

  _answered(flags, stream, body) {
    const client = this.underWay.get(stream);
    if (client === undefined) return;
    client.status = h2.statusOf(body.subarray((flags & h2.flag.padded ? 1 : 0) + (flags & h2.flag.priority ? 5 : 0)));
    if (flags & h2.flag.endStream) this._done(stream, client);
  }

  _data(flags, stream, body) {
    this.taken = (this.taken ?? 0) + body.length;
    if (this.taken > answerWindow / 2) {
      this._write(h2.windowUpdate(0, this.taken));
      this.taken = 0;
    }
    const client = this.underWay.get(stream);
    if (client !== undefined && flags & h2.flag.endStream) this._done(stream, client);
  }

  _done(stream, client) {
    this._forget(stream);
    this.round.answered(client.status, client.sentAt, null);
    if (!this.round.isOver) this._send(client);
  }

  _reset(stream, code) {
    const client = this.underWay.get(stream);
    if (client === undefined) return;
    this._forget(stream);
    this.round.failed(`reset ${code}`);
    if (!this.round.isOver) this._send(client);
  }

  _forget(stream) {
    this.underWay.delete(stream);
    this.blocked.delete(stream);
  }

  _write(bytes) {
    this.out.push(bytes);
    if (this.isCorked) return;
    this.isCorked = true;
    setImmediate(() => {
      this.isCorked = false;
      const out = this.out;
      this.out = [];
      if (!this.socket.destroyed) this.socket.write(Buffer.concat(out));
    });
  }

  _closed() {
    if (this.round.isOver) return;
    const failures = this.isReady ? this.underWay.size : 1;
    for (let i = 0; i < failures; i++) this.round.failed(this.trouble ?? 'closed without an answer');
    this.trouble = undefined;
    setTimeout(() => { if (!this.round.isOver) this.start(); }, 10);
  }
}

module.exports = { Http2Client };
