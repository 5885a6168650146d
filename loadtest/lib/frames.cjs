'use strict';

const { randomFillSync } = require('node:crypto');

const opcode = Object.freeze({ continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 });

/** The peer broke RFC 6455; `code` is the close code to answer with. */
class FrameViolation extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * Cuts the bytes a server sends into messages. A message that lies whole in one chunk is handed on in place,
 * without a copy, so `onMessage` and `onControl` must be done with the bytes when they return.
 */
class FrameReader {
  /**
   * @param {(buffer: Buffer, start: number, end: number, isText: boolean) => void} onMessage
   * @param {(opcode: number, payload: Buffer) => void} onControl close, ping and pong frames
   * @param {number} maxMessageBytes beyond it: FrameViolation 1009, before anything is stored
   */
  constructor(onMessage, onControl, maxMessageBytes) {
    this.onMessage = onMessage;
    this.onControl = onControl;
    this.maxMessageBytes = maxMessageBytes;
    this.held = null; // bytes of an unfinished frame; length in heldLength, the rest is room to grow
    this.heldLength = 0;
    this.fragments = null; // payloads of an unfinished message
    this.fragmentBytes = 0;
    this.fragmentsAreText = false;
    this.stopped = false; // after a close frame nothing may be read any more
  }

  /** Takes the first `length` bytes of `chunk`. @throws {FrameViolation} */
  push(chunk, length) {
    if (this.stopped) return;
    if (this.held === null) {
      const used = this._readFrames(chunk, length);
      if (used < length && !this.stopped) this._hold(chunk, used, length);
      return;
    }
    this._hold(chunk, 0, length);
    const held = this.held;
    const heldLength = this.heldLength;
    const used = this._readFrames(held, heldLength);
    if (used === 0) return;
    this.held = null;
    this.heldLength = 0;
    if (used < heldLength && !this.stopped) this._hold(held, used, heldLength);
  }

  _hold(chunk, from, to) {
    const needed = this.heldLength + (to - from);
    if (this.held === null || this.held.length < needed) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.heldLength * 2));
      if (this.held !== null) this.held.copy(grown, 0, 0, this.heldLength);
      this.held = grown;
    }
    chunk.copy(this.held, this.heldLength, from, to);
    this.heldLength = needed;
  }

  /** Reads whole frames from the start of `data`; returns how many bytes they took. */
  _readFrames(data, length) {
    let at = 0;
    while (length - at >= 2 && !this.stopped) {
      const first = data[at];
      const second = data[at + 1];
      let payloadLength = second & 0x7f;
      let header = 2;
      if (payloadLength === 126) header = 4;
      else if (payloadLength === 127) header = 10;
      if (length - at < header) this._checkHead(first, second, 0);
      if (length - at < header) break;
      if (header === 4) payloadLength = data.readUInt16BE(at + 2);
      else if (header === 10) payloadLength = data.readUInt32BE(at + 2) * 2 ** 32 + data.readUInt32BE(at + 6);
      this._checkHead(first, second, payloadLength);
      const end = at + header + payloadLength;
      if (end > length) break;
      this._frame(first, data, at + header, end);
      at = end;
    }
    return at;
  }

  _checkHead(first, second, payloadLength) {
    const code = first & 0x0f;
    if ((first & 0x70) !== 0) throw new FrameViolation(1002, 'a reserved bit is set although no extension was agreed');
    if ((second & 0x80) !== 0) throw new FrameViolation(1002, 'a frame from the server is masked');
    if (code >= opcode.close) {
      if (code > opcode.pong) throw new FrameViolation(1002, `unknown opcode ${code}`);
      if ((first & 0x80) === 0) throw new FrameViolation(1002, 'a control frame is fragmented');
      if ((second & 0x7f) > 125) throw new FrameViolation(1002, 'a control frame is longer than 125 bytes');
      return;
    }
    if (code > opcode.binary) throw new FrameViolation(1002, `unknown opcode ${code}`);
    if ((code === opcode.continuation) !== (this.fragments !== null)) {
      throw new FrameViolation(1002, code === opcode.continuation
        ? 'a continuation frame without a message to continue'
        : 'a new message before the fragmented one ended');
    }
    if (this.fragmentBytes + payloadLength > this.maxMessageBytes) {
      throw new FrameViolation(1009, `a message of more than ${this.maxMessageBytes} bytes`);
    }
  }

  _frame(first, data, start, end) {
    const code = first & 0x0f;
    const final = (first & 0x80) !== 0;
    if (code >= opcode.close) {
      if (code === opcode.close) this.stopped = true;
      this.onControl(code, data.subarray(start, end));
      return;
    }
    if (final && this.fragments === null) {
      this.onMessage(data, start, end, code === opcode.text);
      return;
    }
    if (this.fragments === null) {
      this.fragments = [];
      this.fragmentsAreText = code === opcode.text;
    }
    this.fragments.push(Buffer.from(data.subarray(start, end)));
    this.fragmentBytes += end - start;
    if (!final) return;
    const whole = Buffer.concat(this.fragments, this.fragmentBytes);
    this.fragments = null;
    this.fragmentBytes = 0;
    this.onMessage(whole, 0, whole.length, this.fragmentsAreText);
  }
}

const masks = Buffer.alloc(4096);
let maskAt = masks.length;

/** One final, masked frame as a client must send it. */
function encodeClientFrame(code, payload) {
  const header = payload.length < 126 ? 2 : payload.length < 65536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + 4 + payload.length);
  frame[0] = 0x80 | code;
  if (header === 2) {
    frame[1] = 0x80 | payload.length;
  } else if (header === 4) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(payload.length, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeUInt32BE(Math.floor(payload.length / 2 ** 32), 2);
    frame.writeUInt32BE(payload.length >>> 0, 6);
  }
  if (maskAt === masks.length) {
    randomFillSync(masks);
    maskAt = 0;
  }
  masks.copy(frame, header, maskAt, maskAt + 4);
  maskAt += 4;
  const body = header + 4;
  for (let i = 0; i < payload.length; i++) frame[body + i] = payload[i] ^ frame[header + (i & 3)];
  return frame;
}

module.exports = { FrameReader, FrameViolation, encodeClientFrame, opcode };
