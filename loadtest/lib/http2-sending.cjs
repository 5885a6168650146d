'use strict';

const http2 = require('node:http2');

const errorNames = new Map(Object.entries(http2.constants).filter(([name]) => /^NGHTTP2_[A-Z_]+$/.test(name) && !/FLAG|SETTINGS|HCAT|SESSION|STREAM_STATE|NV_/.test(name)).map(([name, value]) => [value, name.slice('NGHTTP2_'.length)]));

/**
 * Publishes over HTTP/2, many requests on each connection (without TLS by prior knowledge). A connection that the peer sends away (GOAWAY)
 * is replaced; what it still owed answers to fails under that name.
 */
class Http2Sending {
  constructor(endpoint, connections) {
    this.endpoint = endpoint;
    this.sessions = new Array(connections).fill(null);
    this.next = 0;
  }

  /** `done(failure)` or `done(null, status, text)` is called at least once. */
  send(path, headers, body, timeoutMs, maxAnswer, done) {
    const session = this._session();
    const stream = session.request({ ':method': 'POST', ':path': path, ':authority': this.endpoint.url.host, ...lowerCase(headers) });
    let status = 0;
    let text = '';
    stream.setEncoding('utf8');
    stream.setTimeout(timeoutMs, () => {
      done(`no answer within ${timeoutMs} ms`);
      stream.close(http2.constants.NGHTTP2_CANCEL);
    });
    stream.on('response', (answer) => { status = answer[':status']; });
    stream.on('data', (chunk) => {
      if (text.length < maxAnswer) text += chunk;
    });
    stream.on('error', (error) => done(session.sentAway ?? nameOf(error)));
    stream.on('end', () => { if (status !== 0) done(null, status, text); });
    stream.on('close', () => done(session.sentAway ?? 'the stream ended without an answer'));
    stream.end(body);
  }

  close() {
    for (const session of this.sessions) session?.destroy();
  }

  _session() {
    const at = this.next++ % this.sessions.length;
    const known = this.sessions[at];
    if (known !== null && !known.closed && !known.destroyed && known.sentAway === undefined) return known;
    const { url, address, port } = this.endpoint;
    const isSecure = url.protocol === 'https:';
    const session = http2.connect(`${url.protocol}//${address.includes(':') ? `[${address}]` : address}:${port}`, isSecure ? { servername: url.hostname } : {});
    session.on('goaway', (code) => { session.sentAway = `GOAWAY ${errorNames.get(code) ?? code}`; });
    session.on('error', () => {}); // every stream of it is told too
    this.sessions[at] = session;
    return session;
  }
}

/** What an error of a stream is about: the name of its HTTP/2 code when it has one. */
function nameOf(error) {
  return /NGHTTP2_([A-Z_]+)/.exec(error.message)?.[1] ?? error.code ?? error.message;
}

function lowerCase(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

module.exports = { Http2Sending };
