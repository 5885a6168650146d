'use strict';

const net = require('node:net');

const maxControlLine = 64 * 1024;
const crlf = Buffer.from('\r\n');

/**
 * One connection to a NATS server: the text protocol, no TLS. The owner gets `onReady(info)` once the server has accepted us,
 * `onMessage(subject, status, payload)` (status: the code of a header-only message, else 0) and, once, `onClosed(error)`.
 */
class NatsConnection {
  /** @param {URL} url nats://[user:password@]host:port, or nats://token@host:port */
  constructor(url, owner) {
    this.url = url;
    this.owner = owner;
    this.held = Buffer.alloc(0);
    this.payload = null; // {subject, headerBytes, bytes} while one is under way
    this.error = null;
    this.isReady = false;
    this.info = null;
    this.socket = net.connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 4222) });
    this.socket.setNoDelay(true);
    this.socket.on('data', (chunk) => this._bytes(chunk));
    this.socket.on('error', (error) => { this.error ??= error.code ?? error.message; });
    this.socket.on('close', () => owner.onClosed(this.error ?? 'closed by the server'));
  }

  subscribe(subject, id) {
    this.socket.write(`SUB ${subject} ${id}\r\n`);
  }

  /** @param {Record<string, string>} headers */
  publish(subject, reply, headers, payload) {
    const head = `NATS/1.0\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
    const length = Buffer.byteLength(head);
    this.socket.cork();
    this.socket.write(`HPUB ${subject} ${reply} ${length} ${length + payload.length}\r\n${head}`);
    this.socket.write(payload);
    this.socket.write(crlf);
    process.nextTick(() => this.socket.uncork());
  }

  request(subject, reply, payload) {
    this.socket.write(`PUB ${subject} ${reply} ${Buffer.byteLength(payload)}\r\n${payload}\r\n`);
  }

  abort(reason) {
    this.error ??= reason;
    this.socket.destroy();
  }

  _bytes(chunk) {
    let data = this.held.length > 0 ? Buffer.concat([this.held, chunk]) : chunk;
    for (;;) {
      if (this.payload !== null) {
        const { subject, headerBytes, bytes } = this.payload;
        if (data.length < bytes + 2) break;
        this.payload = null;
        this.owner.onMessage(subject, headerBytes > 0 ? statusOf(data.toString('latin1', 0, headerBytes)) : 0, data.subarray(headerBytes, bytes));
        data = data.subarray(bytes + 2);
        continue;
      }
      const end = data.indexOf(crlf);
      if (end < 0) {
        if (data.length > maxControlLine) this.abort('a control line of more than 64 KB');
        break;
      }
      const line = data.toString('utf8', 0, end);
      data = data.subarray(end + 2);
      this._line(line);
    }
    this.held = Buffer.from(data);
  }

  _line(line) {
    const [verb, ...rest] = line.trim().split(/\s+/);
    switch (verb.toUpperCase()) {
      case 'INFO': this._info(JSON.parse(line.slice(line.indexOf('{')))); break;
      case 'PING': this.socket.write('PONG\r\n'); break;
      case 'PONG':
        if (!this.isReady) {
          this.isReady = true;
          this.owner.onReady(this.info);
        }
        break;
      // MSG <subject> <id> [reply] <bytes>; HMSG has the bytes of its head before those of all.
      case 'MSG': this.payload = { subject: rest[0], headerBytes: 0, bytes: Number(rest.at(-1)) }; break;
      case 'HMSG': this.payload = { subject: rest[0], headerBytes: Number(rest.at(-2)), bytes: Number(rest.at(-1)) }; break;
      case '-ERR': this._refused(line); break;
      default: // +OK and what a later version may add
    }
  }

  _info(info) {
    this.info = info;
    if (info.tls_required) {
      this.abort('the broker wants TLS, which this publisher does not speak: publish over HTTP instead');
      return;
    }
    if (info.ldm) {
      this.abort('lame duck');
      return;
    }
    if (this.greeted) return; // news of the cluster
    this.greeted = true;
    const { username, password } = this.url;
    const user = decodeURIComponent(username);
    const login = password !== '' ? { user, pass: decodeURIComponent(password) } : user !== '' ? { auth_token: user } : {};
    const options = { verbose: false, pedantic: false, echo: false, headers: true, no_responders: true, protocol: 1, lang: 'node', version: '1', name: 'wsfanout-faults', ...login };
    this.socket.write(`CONNECT ${JSON.stringify(options)}\r\nPING\r\n`);
  }

  /** A refused subject is answered by silence to its request; everything else is followed by the server's end of the connection. */
  _refused(line) {
    this.error ??= line.slice(0, 120);
    if (/permissions violation/i.test(line)) this.owner.onRefused?.(line);
  }
}

/** `NATS/1.0 503` → 503; 0 when the head has no status. */
function statusOf(head) {
  return Number(/^NATS\/1\.0 (\d{3})/.exec(head)?.[1] ?? 0);
}

module.exports = { NatsConnection };
