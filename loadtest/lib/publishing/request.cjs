'use strict';

/** The requests of a round as bytes, made beforehand: the generator must cost next to nothing. */

function payload(bytes) {
  // JSON where there is room for it, so that it arrives as what it was.
  return bytes < 2 ? '1' : `"${'x'.repeat(bytes - 2)}"`;
}

function channelOf(client, settings) {
  return `bench.${client % settings.channelCount}`;
}

/** @returns {Buffer} one request of HTTP/1.1, head and body */
function http1Request(client, settings, round) {
  const isLines = round.mode === 'lines';
  const body = isLines ? `${payload(round.size)}\n`.repeat(settings.lines) : payload(round.size);
  const head = [
    `POST ${settings.publishUrl.pathname}/${channelOf(client, settings)} HTTP/1.1`,
    `Host: ${settings.publishUrl.host}`,
    ...(settings.token === '' ? [] : [`Authorization: Bearer ${settings.token}`]),
    ...(isLines ? ['Content-Type: application/x-ndjson'] : []),
    ...(round.mode === 'new' ? ['Connection: close'] : []),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** @returns {{fields: [string, string][], body: Buffer}} the same for HTTP/2 */
function http2Request(client, settings, round) {
  const body = Buffer.from(payload(round.size));
  return {
    fields: [
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', `${settings.publishUrl.pathname}/${channelOf(client, settings)}`],
      [':authority', settings.publishUrl.host],
      ...(settings.token === '' ? [] : [['authorization', `Bearer ${settings.token}`]]),
      ['content-length', String(body.length)],
    ],
    body,
  };
}

module.exports = { http1Request, http2Request };
