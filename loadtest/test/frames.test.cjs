'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { FrameReader, FrameViolation, encodeClientFrame, opcode } = require('../lib/frames.cjs');

const limit = 200_000;

function frame(first, payload) {
  const length = payload.length;
  const head = length < 126 ? Buffer.from([first, length]) : length < 65536 ? Buffer.from([first, 126, length >> 8, length & 255]) : Buffer.alloc(10);
  if (length >= 65536) {
    head[0] = first;
    head[1] = 127;
    head.writeUInt32BE(length, 6);
  }
  return Buffer.concat([head, payload]);
}

/** What a reader makes of the chunks; every chunk is wiped after its call, as a shared read buffer would be. */
function read(chunks) {
  const seen = [];
  const reader = new FrameReader(
    (buffer, start, end, isText) => seen.push([isText ? 'text' : 'binary', buffer.toString('latin1', start, end)]),
    (code, payload) => seen.push([code, payload.toString('latin1')]),
    limit);
  for (const chunk of chunks) {
    const scratch = Buffer.concat([chunk, Buffer.alloc(8, 0xee)]);
    reader.push(scratch, chunk.length);
    scratch.fill(0xdd);
  }
  return seen;
}

const stream = Buffer.concat([
  frame(0x81, Buffer.from('one')),
  frame(0x81, Buffer.alloc(0)),
  frame(0x01, Buffer.from('fr')),
  frame(0x89, Buffer.from('ping')),
  frame(0x00, Buffer.from('ag')),
  frame(0x80, Buffer.from('ment')),
  frame(0x81, Buffer.alloc(126, 0x61)),
  frame(0x82, Buffer.from([1, 2])),
  frame(0x88, Buffer.from([0x03, 0xe8])),
  frame(0x81, Buffer.from('after close')),
]);
const expected = [
  ['text', 'one'], ['text', ''], [opcode.ping, 'ping'], ['text', 'fragment'],
  ['text', 'a'.repeat(126)], ['binary', '\u0001\u0002'], [opcode.close, '\u0003\u00e8'],
];

it('reads the same frames wherever the stream is cut', () => {
  for (let cut = 0; cut <= stream.length; cut++) {
    assert.deepEqual(read([stream.subarray(0, cut), stream.subarray(cut)]), expected, `cut at ${cut}`);
  }
});

it('reads the same frames byte by byte and in pieces of every size', () => {
  for (let size = 1; size <= 64; size++) {
    const pieces = [];
    for (let at = 0; at < stream.length; at += size) pieces.push(stream.subarray(at, at + size));

    assert.deepEqual(read(pieces), expected, `pieces of ${size}`);
  }
});

it('reads a message with a 64 bit length that comes in many pieces', () => {
  const big = Buffer.alloc(70_000, 0x62);
  const bytes = Buffer.concat([frame(0x81, big), frame(0x81, Buffer.from('next'))]);
  const pieces = [];
  for (let at = 0; at < bytes.length; at += 1_000) pieces.push(bytes.subarray(at, at + 1_000));

  const seen = read(pieces);

  assert.deepEqual(seen.map(([, text]) => text.length), [70_000, 4]);
});

it('refuses what RFC 6455 forbids, with the close code for it', () => {
  const forbidden = [
    [[0xc1, 0x00], 1002, /reserved bit/],
    [[0x81, 0x80, 1, 2, 3, 4], 1002, /masked/],
    [[0x83, 0x00], 1002, /opcode 3/],
    [[0x8b, 0x00], 1002, /opcode 11/],
    [[0x09, 0x00], 1002, /control frame is fragmented/],
    [[0x89, 0x7e, 0x00, 0x7e], 1002, /longer than 125/],
    [[0x80, 0x00], 1002, /without a message/],
    [[0x01, 0x00, 0x81, 0x00], 1002, /before the fragmented one ended/],
    [[0x81, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 1009, /more than 200000/],
    [[0x81, 0x7f, 0, 0, 0, 0, 0x40, 0, 0, 0], 1009, /more than 200000/],
  ];
  for (const [bytes, code, message] of forbidden) {
    assert.throws(() => read([Buffer.from(bytes)]), (error) => error instanceof FrameViolation && error.code === code && message.test(error.message), message);
    assert.throws(() => read(bytes.map((byte) => Buffer.from([byte]))), message);
  }
});

it('masks client frames of every length form so that they read back', () => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
    const payload = Buffer.alloc(length, 0x7a);
    const bytes = encodeClientFrame(opcode.text, payload);
    const head = bytes.length - length;
    const mask = bytes.subarray(head - 4, head);

    assert.equal(bytes[1] & 0x80, 0x80);
    assert.equal(head, (length < 126 ? 2 : length < 65_536 ? 4 : 10) + 4);
    assert.ok(bytes.subarray(head).every((byte, i) => (byte ^ mask[i & 3]) === 0x7a));
  }
});
