'use strict';

/**
 * What one publish carries: the run, its channel, its number on that channel and the time it was meant to leave
 * (unix ms, three decimals), padded to `bytes` where that is larger.
 */
function encodePayload(run, channel, number, intendedMs, bytes) {
  const text = JSON.stringify({ run, ch: channel, n: number, t: Math.round(intendedMs * 1000) / 1000, pad: '' });
  const missing = bytes - Buffer.byteLength(text);
  return missing > 0 ? `${text.slice(0, -2)}${'x'.repeat(missing)}"}` : text;
}

/** Bytes that the marks alone may take on a channel of this name. */
function leastPayload(channel) {
  return Buffer.byteLength(encodePayload('0'.repeat(12), channel, 9_999_999, 9_999_999_999_999.999, 0));
}

module.exports = { encodePayload, leastPayload };
