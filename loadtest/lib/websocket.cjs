'use strict';

const net = require('node:net');
const tls = require('node:tls');
const { FrameReader, FrameViolation, encodeClientFrame, opcode } = require('./frames.cjs');
const { upgradeRequest, HandshakeAnswer } = require('./handshake.cjs');

const maxMessageBytes = 16 * 1024 * 1024;
const closeAnswerMs = 2000;

// One read buffer for every plain socket: libuv fills it and calls back before the next read. On Windows
// reads are started ahead, so there each socket needs its own.
const sharedReadBuffer = process.platform === 'win32' ? null : Buffer.alloc(64 * 1024);

/**
 * One client connection: handshake, frames, pings, closing.
 *
 * The owner gets `onOpen()`, `onRefused({status, reason, retryAfter})` when the server answers the handshake with
 * another status, `onText(buffer, start, end)` with bytes that are valid during the call only, and at the very end,
 * once, `onClosed({code, reason, error})`: code 1006 when no close frame came.
 */
class WebSocketConnection {
  /** @param {{url: URL, address: string, port: number, localAddress?: string, secureContext?: object}} endpoint where to connect, already looked up, from where, and whom to trust */
  constructor(endpoint, token, owner) {
    this.endpoint = endpoint;
    this.owner = owner;
    this.state = 'connecting'; // connecting → open → closing → closed
    this.closeCode = 1006;
    this.closeReason = '';
    this.error = null;
    this.closeTimer = null;
    this.bytesReceived = 0;
    this.reader = new FrameReader(
      (buffer, start, end, isText) => this._message(buffer, start, end, isText),
      (code, payload) => this._control(code, payload),
      maxMessageBytes);
    const request = upgradeRequest(endpoint.url, token);
    this.answer = new HandshakeAnswer(request.key);
    this.socket = this._connect();
    this.socket.setNoDelay(true);
    this.socket.on('error', (error) => { this.error ??= error.code ?? error.message; });
    this.socket.on('end', () => this._ended());
    this.socket.on('close', () => this._closed());
    this.socket.write(request.bytes);
  }

  _connect() {
    const { url, address, port, localAddress, secureContext } = this.endpoint;
    if (url.protocol === 'wss:') {
      const socket = tls.connect({ host: address, port, localAddress, secureContext, servername: net.isIP(url.hostname) ? '' : url.hostname });
      socket.on('data', (chunk) => this._bytes(chunk, chunk.length));
      return socket;
    }
    return net.connect({
      host: address,
      port,
      localAddress,
      onread: {
        buffer: sharedReadBuffer ?? Buffer.alloc(16 * 1024),
        callback: (length, buffer) => {
          this._bytes(buffer, length);
          return true;
        },
      },
    });
  }

  sendText(text) {
    if (this.state === 'open') this.socket.write(encodeClientFrame(opcode.text, Buffer.from(text)));
  }

  /** Starts the closing handshake; the connection is cut when no answer comes within 2 seconds. */
  close(code, reason = '') {
    if (this.state === 'connecting') return this.abort();
    if (this.state !== 'open') return;
    this._sendClose(code, reason);
    this.closeTimer = setTimeout(() => this.abort(), closeAnswerMs);
  }

  /** Cuts the connection at once. `reason`, when given, is what `onClosed` reports as error. */
  abort(reason) {
    if (reason) this.error ??= reason;
    this.socket.destroy();
  }

  _bytes(buffer, length) {
    this.bytesReceived += length;
    if (this.state === 'connecting') {
      this._handshake(Buffer.from(buffer.subarray(0, length)));
      return;
    }
    this._frames(buffer, length);
  }

  _handshake(chunk) {
    if (this.answer === null) return;
    const outcome = this.answer.push(chunk);
    if (outcome === null) return;
    this.answer = null;
    if (outcome.fault) {
      this.abort(`bad handshake: ${outcome.fault}`);
    } else if (!outcome.accepted) {
      this.owner.onRefused(outcome);
      this.abort();
    } else {
      this.state = 'open';
      this.owner.onOpen();
      if (outcome.rest.length > 0) this._frames(outcome.rest, outcome.rest.length);
    }
  }

  _frames(buffer, length) {
    if (this.state === 'closed') return;
    try {
      this.reader.push(buffer, length);
    } catch (error) {
      if (!(error instanceof FrameViolation)) throw error;
      this.error ??= `bad frame: ${error.message}`;
      this._sendClose(error.code, '');
      this.abort();
    }
  }

  _message(buffer, start, end, isText) {
    if (!isText) throw new FrameViolation(1003, 'a binary message');
    this.owner.onText(buffer, start, end);
  }

  _control(code, payload) {
    if (code === opcode.ping) {
      if (this.state === 'open') this.socket.write(encodeClientFrame(opcode.pong, payload));
    } else if (code === opcode.close) {
      this.closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.closeReason = payload.toString('utf8', 2);
      this._sendClose(payload.length >= 2 ? this.closeCode : 1000, '');
      this.socket.end();
      this.closeTimer ??= setTimeout(() => this.abort(), closeAnswerMs);
    }
  }

  _sendClose(code, reason) {
    if (this.state !== 'open') return;
    this.state = 'closing';
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code, 0);
    payload.write(reason, 2);
    this.socket.write(encodeClientFrame(opcode.close, payload));
  }

  _ended() {
    const refusal = this.state === 'connecting' && this.answer ? this.answer.ended() : null;
    if (refusal) {
      this.answer = null;
      this.owner.onRefused(refusal);
    }
    this.socket.end();
  }

  _closed() {
    if (this.state === 'closed') return;
    this.state = 'closed';
    clearTimeout(this.closeTimer);
    this.owner.onClosed({ code: this.closeCode, reason: this.closeReason, error: this.error });
  }
}

module.exports = { WebSocketConnection };
