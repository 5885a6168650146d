'use strict';

const { createHash, randomBytes } = require('node:crypto');

const acceptGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const subprotocol = 'wsfanout.v1';
const maxHeadBytes = 16 * 1024;
const maxBodyBytes = 16 * 1024;

/** The upgrade request for `url` and the key its answer must prove. */
function upgradeRequest(url, token) {
  const key = randomBytes(16).toString('base64');
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
    `Sec-WebSocket-Protocol: ${subprotocol}`,
    'User-Agent: wsfanout-loadtest',
  ];
  if (token) lines.push(`Authorization: Bearer ${token}`);
  return { key, bytes: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1') };
}

function acceptFor(key) {
  return createHash('sha1').update(key + acceptGuid).digest('base64');
}

/**
 * Collects the server's answer to an upgrade request.
 * `push` returns null until the answer is whole, then either
 * `{ accepted: true, rest }` with the bytes behind the head, `{ accepted: false, status, reason, retryAfter }`
 * for a refusal in good order, or `{ fault }` when the answer breaks the protocol.
 */
class HandshakeAnswer {
  constructor(key) {
    this.key = key;
    this.bytes = Buffer.alloc(0);
    this.head = null;
  }

  push(chunk) {
    this.bytes = Buffer.concat([this.bytes, chunk]);
    if (this.head === null) {
      const end = this.bytes.indexOf('\r\n\r\n');
      if (end < 0) return this.bytes.length > maxHeadBytes ? { fault: 'the answer has no end of head within 16 KB' } : null;
      this.head = parseHead(this.bytes.toString('latin1', 0, end));
      this.bytes = this.bytes.subarray(end + 4);
      if (this.head === null) return { fault: 'the answer is not HTTP/1.1' };
    }
    if (this.head.status === 101) return this._accepted();
    const length = Number(this.head.headers.get('content-length') ?? NaN);
    const chunked = /\bchunked\b/i.test(this.head.headers.get('transfer-encoding') ?? '');
    if (this.bytes.length >= maxBodyBytes || this.bytes.length >= length) return this.ended();
    if (chunked && this.bytes.includes('0\r\n\r\n')) return this.ended();
    return null;
  }

  /** What is known when the connection ends: a refusal whose body ran to the end, or nothing. */
  ended() {
    if (this.head === null || this.head.status === 101) return null;
    const text = this.bytes.toString('utf8');
    let reason = 'no reason';
    let retryAfter = Number(this.head.headers.get('retry-after') ?? NaN);
    try {
      const body = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
      if (typeof body.error === 'string') reason = body.error.slice(0, 64);
      if (!(retryAfter >= 0) && typeof body.retry_after === 'number') retryAfter = body.retry_after;
    } catch (error) {
      // A proxy in between may refuse without our JSON body; the status alone still counts.
      if (!(error instanceof SyntaxError)) throw error;
    }
    return { accepted: false, status: this.head.status, reason, retryAfter: retryAfter >= 0 ? retryAfter : null };
  }

  _accepted() {
    const headers = this.head.headers;
    if ((headers.get('upgrade') ?? '').toLowerCase() !== 'websocket') return { fault: '101 without "Upgrade: websocket"' };
    if (!/\bupgrade\b/i.test(headers.get('connection') ?? '')) return { fault: '101 without "Connection: Upgrade"' };
    if (headers.get('sec-websocket-accept') !== acceptFor(this.key)) return { fault: '101 with a wrong Sec-WebSocket-Accept' };
    if (headers.has('sec-websocket-extensions')) return { fault: '101 with an extension that was not offered' };
    const selected = headers.get('sec-websocket-protocol');
    if (selected !== undefined && selected !== subprotocol) return { fault: '101 with a subprotocol that was not offered' };
    return { accepted: true, rest: this.bytes };
  }
}

function parseHead(text) {
  const [first, ...lines] = text.split('\r\n');
  const match = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(first);
  if (!match) return null;
  const headers = new Map();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { status: Number(match[1]), headers };
}

module.exports = { upgradeRequest, acceptFor, HandshakeAnswer };
