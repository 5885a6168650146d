'use strict';

/** The little of HTTP/2 that a client needs which says the same few header fields again and again (RFC 9113, RFC 7541). */

const type = Object.freeze({ data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8, continuation: 9 });
const flag = Object.freeze({ ack: 1, endStream: 1, endHeaders: 4, padded: 8, priority: 0x20 });
const setting = Object.freeze({ tableSize: 1, enablePush: 2, maxStreams: 3, initialWindow: 4, maxFrame: 5 });
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const headBytes = 9;

// Statuses of the static table, which every server uses for them.
const indexedStatus = { 0x88: 200, 0x89: 204, 0x8a: 206, 0x8b: 304, 0x8c: 400, 0x8d: 404, 0x8e: 500 };

function frame(kind, flags, stream, body = Buffer.alloc(0)) {
  const bytes = Buffer.allocUnsafe(headBytes + body.length);
  writeHead(bytes, 0, body.length, kind, flags, stream);
  body.copy(bytes, headBytes);
  return bytes;
}

function writeHead(bytes, at, length, kind, flags, stream) {
  bytes.writeUIntBE(length, at, 3);
  bytes[at + 3] = kind;
  bytes[at + 4] = flags;
  bytes.writeUInt32BE(stream, at + 5);
}

/** SETTINGS with these [id, value] pairs. */
function settingsFrame(pairs) {
  const body = Buffer.alloc(pairs.length * 6);
  pairs.forEach(([id, value], index) => {
    body.writeUInt16BE(id, index * 6);
    body.writeUInt32BE(value, index * 6 + 2);
  });
  return frame(type.settings, 0, 0, body);
}

function windowUpdate(stream, bytes) {
  const body = Buffer.alloc(4);
  body.writeUInt32BE(bytes);
  return frame(type.windowUpdate, 0, stream, body);
}

/** A header block of literal fields that no table remembers: the same bytes for every request. */
function headerBlock(fields) {
  return Buffer.concat(fields.map(([name, value]) => Buffer.concat([Buffer.from([0]), text(name), text(value)])));
}

function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([length(bytes.length), bytes]);
}

function length(value) {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  for (value -= 127; value >= 128; value >>>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}

/** The status in a block of a server that was told to remember no fields: it stands first. 0 when it is not understood. */
function statusOf(block) {
  let at = 0;
  while ((block[at] & 0xe0) === 0x20) at++; // a smaller table, of up to 30 bytes; nobody sends a larger one
  if (indexedStatus[block[at]] !== undefined) return indexedStatus[block[at]];
  // A literal by the index of :status (8 to 14), its value three digits, plain or in Huffman's code.
  const index = (block[at] & 0xc0) === 0x40 ? block[at] & 0x3f : block[at] & 0x0f;
  if (index < 8 || index > 14) return 0;
  const isPlain = block[at + 1] === 3;
  return isPlain ? Number(block.latin1Slice(at + 2, at + 5)) : huffmanDigits(block.subarray(at + 2, at + 2 + (block[at + 1] & 127)));
}

/** Digits: 0, 1 and 2 have five bits, the others six. */
function huffmanDigits(bytes) {
  let bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  let digits = '';
  while (digits.length < 3) {
    const five = parseInt(bits.slice(0, 5), 2);
    const six = parseInt(bits.slice(0, 6), 2);
    if (five <= 2) [digits, bits] = [digits + five, bits.slice(5)];
    else if (six >= 0x19 && six <= 0x1f) [digits, bits] = [digits + (six - 0x19 + 3), bits.slice(6)];
    else return 0;
  }
  return Number(digits);
}

/** Cuts what comes into frames; calls `onFrame(type, flags, stream, body)` for each. */
class FrameSplitter {
  constructor(onFrame) {
    this.onFrame = onFrame;
    this.rest = null;
  }

  take(bytes) {
    const all = this.rest === null ? bytes : Buffer.concat([this.rest, bytes]);
    let at = 0;
    while (all.length - at >= headBytes) {
      const size = all.readUIntBE(at, 3);
      if (all.length - at - headBytes < size) break;
      this.onFrame(all[at + 3], all[at + 4], all.readUInt32BE(at + 5) & 0x7fffffff, all.subarray(at + headBytes, at + headBytes + size));
      at += headBytes + size;
    }
    this.rest = at === all.length ? null : all.subarray(at);
  }
}

module.exports = { type, flag, setting, preface, headBytes, frame, writeHead, settingsFrame, windowUpdate, headerBlock, statusOf, FrameSplitter };
