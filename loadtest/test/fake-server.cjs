'use strict';

const http = require('node:http');
const https = require('node:https');
const { createHash } = require('node:crypto');

/**
 * A small fan-out server for the tests, written apart from the load test's own frame code. It keeps the protocol;
 * `faults` replaces single steps, so that a test can say in one function how its server misbehaves:
 *
 * `refuse(request, serial)` → {status, headers, body} or null; `accept(key)` → Sec-WebSocket-Accept;
 * `subscribed(client)` after the ack; `deliver(client, message, send)` instead of sending `message.text`;
 * `ack(client, text)` and `pong(client, text)` → text to send or null; `publish(channel)` → {status, body} or null;
 * `write(socket, bytes)` instead of `socket.write`; `subscribe(client, request)` instead of all that a subscribe leads to; `opened(client, url)` after
 * the welcome; `metrics()` → false for an answer of 500.
 */
class FakeServer {
  /** @param tls key and certificate; without them the server speaks plain HTTP */
  static async start(faults = {}, tls = null) {
    const server = new FakeServer(faults, tls);
    await new Promise((resolve) => server.http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  constructor(faults, tls) {
    this.faults = faults;
    this.tls = tls;
    this.clients = new Set();
    this.seq = 0;
    this.lastOf = new Map();
    this.upgrades = 0;
    this.accepted = 0;
    this.pongs = 0;
    const onRequest = (request, response) => this._request(request, response);
    this.http = tls ? https.createServer(tls, onRequest) : http.createServer(onRequest);
    this.http.on('upgrade', (request, socket) => this._upgrade(request, socket));
  }

  get env() {
    return { WS_URL: `${this.tls ? 'wss' : 'ws'}://127.0.0.1:${this.http.address().port}/ws` };
  }

  async stop() {
    for (const client of this.clients) client.socket.destroy();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  store(channel, data) {
    const message = { channel, seq: ++this.seq, prev: this.lastOf.get(channel) ?? 0, ts: Date.now(), data };
    this.lastOf.set(channel, message.seq);
    message.text = messageText(message);
    for (const client of this.clients) {
      if (!client.covers(channel)) continue;
      if (this.faults.deliver) this.faults.deliver(client, message, (text) => client.send(text));
      else client.send(message.text);
    }
    return message.seq;
  }

  _request(request, response) {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const channel = decodeURIComponent(request.url.replace('/publish/', ''));
      if (request.url === '/health') reply(response, 200, '{"status":"healthy","version":"0.0.1"}');
      else if (request.url === '/metrics' && this.faults.metrics?.() === false) reply(response, 500, '');
      else if (request.url === '/metrics') reply(response, 200, `# TYPE ws_connections_current gauge\nws_connections_current ${this.clients.size}\n`);
      else if (request.url === '/ws') reply(response, 426, '{"error":"upgrade_required"}');
      else {
        const refusal = this.faults.publish?.(channel) ?? null;
        if (refusal) reply(response, refusal.status, refusal.body);
        else reply(response, 200, `{"seq":${this.store(channel, Buffer.concat(parts).toString('utf8'))}}`);
      }
    });
  }

  _upgrade(request, socket) {
    socket.on('error', () => socket.destroy());
    const refusal = this.faults.refuse?.(request, this.upgrades++) ?? null;
    if (refusal) {
      const body = JSON.stringify(refusal.body);
      const headers = Object.entries({ 'Content-Length': body.length, ...refusal.headers }).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.end(`HTTP/1.1 ${refusal.status} Refused\r\n${headers.join('')}\r\n${body}`);
      return;
    }
    const key = request.headers['sec-websocket-key'];
    const accept = this.faults.accept?.(key) ?? createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: wsfanout.v1\r\n\r\n`);
    const client = new FakeClient(this, socket, this.accepted++);
    this.clients.add(client);
    socket.on('close', () => this.clients.delete(client));
    client.send(`{"type":"welcome","client":"c${client.number}","version":1,"epoch":"e1","seq":${this.seq},"ts":${Date.now()},"ping":30,"limits":{}}`);
    this.faults.opened?.(client, new URL(request.url, 'ws://fake'));
  }
}

class FakeClient {
  constructor(server, socket, number) {
    this.server = server;
    this.socket = socket;
    this.number = number;
    this.patterns = [];
    this.delivered = 0;
    this.bytes = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      this._frames();
    });
  }

  covers(channel) {
    return this.patterns.some((pattern) => pattern.test(channel));
  }

  send(text) {
    this.sendFrame(1, Buffer.from(text));
  }

  sendFrame(code, payload) {
    const bytes = serverFrame(0x80 | code, payload);
    if (this.server.faults.write) this.server.faults.write(this.socket, bytes, code, payload);
    else this.socket.write(bytes);
  }

  close(code) {
    this.sendFrame(8, Buffer.from([code >> 8, code & 0xff]));
    this.socket.end();
  }

  _frames() {
    while (this.bytes.length >= 6) {
      const short = this.bytes[1] & 0x7f;
      const head = short === 126 ? 4 : 2;
      const length = short === 126 ? this.bytes.readUInt16BE(2) : short;
      const end = head + 4 + length;
      if (this.bytes.length < end) return;
      const mask = this.bytes.subarray(head, head + 4);
      const payload = Buffer.from(this.bytes.subarray(head + 4, end)).map((byte, i) => byte ^ mask[i & 3]);
      const code = this.bytes[0] & 0x0f;
      this.bytes = this.bytes.subarray(end);
      if (code === 1) this._request(JSON.parse(payload.toString('utf8')));
      else if (code === 8) this.close(payload.readUInt16BE(0));
      else if (code === 10) this.server.pongs++;
    }
  }

  _request(request) {
    const { faults, seq } = this.server;
    if (request.type === 'heartbeat') {
      const text = `{"type":"pong","id":${JSON.stringify(request.id)},"ts":${Date.now()},"seq":${seq}}`;
      const answer = faults.pong ? faults.pong(this, text) : text;
      if (answer !== null) this.send(answer);
    } else if (request.type === 'subscribe' && faults.subscribe) {
      faults.subscribe(this, request);
    } else if (request.type === 'subscribe') {
      const names = request.data.channels;
      const text = JSON.stringify({ type: 'subscription_ack', id: request.id, subscribed: names, count: names.length, seq, ts: Date.now(), epoch: 'e1' });
      const answer = faults.ack ? faults.ack(this, text) : text;
      if (answer === null) return;
      this.follow(names);
      this.send(answer);
      faults.subscribed?.(this);
    }
  }

  follow(names) {
    this.patterns = names.map((name) => new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '[^.]+').replace('>', '.+')}$`));
  }
}

function messageText({ channel, seq, prev, ts, data }) {
  return `{"type":"message","channel":"${channel}","seq":${seq},"prev":${prev},"ts":${ts},"data":${data}}`;
}

function serverFrame(first, payload) {
  const head = payload.length < 126 ? Buffer.from([first, payload.length]) : Buffer.from([first, 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, payload]);
}

function reply(response, status, body) {
  response.writeHead(status, { 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

module.exports = { FakeServer, messageText, serverFrame };
