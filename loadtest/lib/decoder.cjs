'use strict';

const { TextDecoder } = require('node:util');
const { encodePayload } = require('./payload.cjs');

const slots = 8192; // a power of two
const maxCachedBytes = 32 * 1024 * 1024;
const start = Buffer.from('{"type":"message","channel":"');
const quote = 0x22;
const backslash = 0x5c;
const beforeSeq = Buffer.from('","seq":');
const dataKey = Buffer.from('"data":');

/**
 * Turns the text of a frame into a message record or a control object. A message goes out as the same bytes to
 * every subscriber, so it is parsed once; further copies are recognised by comparing all their bytes.
 *
 * A message record is `{type: 'message', channel: ChannelLedger, seq, prev, ts, sent}`; `sent` is the intended time
 * of our own publish in unix milliseconds, NaN for somebody else's message.
 */
class Decoder {
  /**
   * @param {string} run the id that marks our own publishes
   * @param {number} payloadBytes the size they were made to
   */
  constructor(ledger, run, payloadBytes, faults) {
    this.ledger = ledger;
    this.run = run;
    this.payloadBytes = payloadBytes;
    this.faults = faults;
    this.text = new TextDecoder('utf-8', { fatal: true });
    this.cache = new Array(slots).fill(null);
    this.cachedBytes = 0;
  }

  /** @returns a record, a control object with a string `type`, or null after counting a fault */
  decode(buffer, from, to) {
    const seq = peekSeq(buffer, from, to);
    const known = seq > 0 ? this.cache[seq & (slots - 1)] : null;
    if (known !== null && known.seq === seq && known.bytes.length === to - from
      && buffer.compare(known.bytes, 0, known.bytes.length, from, to) === 0) {
      return known;
    }
    return this._parse(buffer.subarray(from, to));
  }

  _parse(bytes) {
    let frame;
    try {
      frame = JSON.parse(this.text.decode(bytes));
    } catch (error) {
      return this._fault('protocol', `a frame that is not UTF-8 JSON: ${error.message}`);
    }
    if (frame === null || typeof frame !== 'object' || typeof frame.type !== 'string') {
      return this._fault('protocol', 'a frame without a type');
    }
    return frame.type === 'message' ? this._message(frame, bytes) : frame;
  }

  _message(frame, bytes) {
    if (typeof frame.channel !== 'string' || !isPosition(frame.seq) || frame.seq === 0
      || !isPosition(frame.prev) || frame.prev >= frame.seq || !Number.isFinite(frame.ts)) {
      return this._fault('protocol', `a message with bad channel, seq, prev or ts: ${bytes.toString('utf8', 0, 120)}`);
    }
    const channel = this.ledger.channel(frame.channel);
    const record = { type: 'message', channel, seq: frame.seq, prev: frame.prev, ts: frame.ts, sent: NaN, bytes: Buffer.from(bytes) };
    const own = this._ownNumber(frame.data, channel, record);
    if (own >= 0) record.sent = frame.data.t;
    this._compareWithTwin(record);
    this.ledger.seen(channel, frame.seq, own, own < 0 ? hashOf(payloadOf(record.bytes)) : 0);
    this._remember(record);
    return record;
  }

  /** The number of our own publish, -1 for somebody else's message or for one that isn't what we sent. */
  _ownNumber(data, channel, record) {
    if (data === null || typeof data !== 'object' || data.run !== this.run) return -1;
    const known = Number.isSafeInteger(data.n) && data.n >= 0 && this.ledger.canBeOurs(channel, data.n) && Number.isFinite(data.t);
    const sent = known ? Buffer.from(encodePayload(this.run, channel.name, data.n, data.t, this.payloadBytes)) : null;
    if (sent !== null && payloadOf(record.bytes).equals(sent)) return data.n;
    this._fault('corrupt', `seq ${record.seq} on ${channel.name} is not what was published there`);
    return -1;
  }

  /** Another server may say another `prev`; channel and payload of a sequence number can't differ. */
  _compareWithTwin(record) {
    const twin = this.cache[record.seq & (slots - 1)];
    if (twin === null || twin.seq !== record.seq) return;
    if (twin.channel !== record.channel || !payloadOf(twin.bytes).equals(payloadOf(record.bytes))) {
      this._fault('corrupt', `seq ${record.seq} on ${record.channel.name} differs from what another client got`);
    }
  }

  _remember(record) {
    if (this.cachedBytes + record.bytes.length > maxCachedBytes) {
      this.cache.fill(null);
      this.cachedBytes = 0;
    }
    const at = record.seq & (slots - 1);
    this.cachedBytes += record.bytes.length - (this.cache[at]?.bytes.length ?? 0);
    this.cache[at] = record;
  }

  _fault(kind, text) {
    this.faults.add(kind, () => text);
    return null;
  }
}

function isPosition(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

/** The bytes of `data`, which stands last in a frame. */
function payloadOf(frame) {
  return frame.subarray(frame.indexOf(dataKey) + dataKey.length, frame.length - 1);
}

/** 32 bits, never 0 (FNV-1a): other processes' copies of somebody else's message are compared by it. */
function hashOf(bytes) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return (hash >>> 0) || 1;
}

/** The seq of a message frame in the usual key order, without parsing it; 0 when the frame looks otherwise. */
function peekSeq(buffer, from, to) {
  let at = from + start.length;
  for (; at < to && buffer[at] !== quote; at++) {
    if (buffer[at] === backslash) return 0;
  }
  if (at + beforeSeq.length >= to || buffer[at + 2] !== beforeSeq[2] || buffer[at + 3] !== beforeSeq[3]) return 0;
  let seq = 0;
  for (at += beforeSeq.length; at < to && buffer[at] >= 0x30 && buffer[at] <= 0x39; at++) seq = seq * 10 + buffer[at] - 0x30;
  return seq <= Number.MAX_SAFE_INTEGER ? seq : 0;
}

module.exports = { Decoder, peekSeq };
