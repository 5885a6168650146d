'use strict';

const { readVariables } = require('../settings.cjs');

const modes = ['new', 'kept', 'http2', 'lines'];

/** Every variable of the publish test, in the manner of the load test's. */
const variables = [
  { name: 'PUBLISH_URL', key: 'publishUrl', kind: 'url', schemes: ['http:'], def: 'http://127.0.0.1:3002/publish', text: 'where to publish; the channel is appended. For HTTP/2 the address of WS_PUBLISH_ADDR' },
  { name: 'METRICS_URL', key: 'metricsUrl', kind: 'url', schemes: ['http:', 'https:'], def: '', shown: '/metrics of PUBLISH_URL', text: 'asked before and after each round, for the server\'s CPU and its stages' },
  { name: 'MODES', key: 'modes', kind: 'list', of: modes, def: 'kept', text: 'new: a connection for each request; kept: one a client; http2: many requests on few connections; lines: LINES messages in a request, on kept ones' },
  { name: 'CLIENTS', key: 'clients', kind: 'wholes', def: '20,50,100,200,500,1000', min: 1, max: 10_000, text: 'requests under way at a time, each followed by the next' },
  { name: 'SIZES', key: 'sizes', kind: 'sizes', def: '400', min: 1, max: 64 << 20, text: 'bytes of a payload' },
  { name: 'FRAMES', key: 'frames', kind: 'sizes', def: '16KB', min: 16_384, max: 16_777_215, text: 'largest HTTP/2 frame sent, as far as the server takes it' },
  { name: 'STREAMS', key: 'streams', kind: 'whole', def: '100', min: 1, max: 10_000, text: 'requests at a time on one HTTP/2 connection' },
  { name: 'LINES', key: 'lines', kind: 'whole', def: '100', min: 1, max: 10_000, text: 'messages in one request of the mode lines' },
  { name: 'CHANNELS', key: 'channelCount', kind: 'whole', def: '100', min: 1, max: 10_000, text: 'channels published to, bench.0 and so on' },
  { name: 'DURATION', key: 'durationMs', kind: 'duration', unit: 's', def: '5', min: 100, max: 3_600_000, text: 'of a round, after its warm-up' },
  { name: 'WARM_UP', key: 'warmUpMs', kind: 'duration', unit: 's', def: '1', min: 0, max: 600_000, text: 'before a round that does not count' },
  { name: 'ROUNDS', key: 'rounds', kind: 'whole', def: '1', min: 1, max: 100, text: 'of each kind; the one with the median rate is shown, with the lowest and highest' },
  { name: 'PUBLISH_TOKEN', key: 'token', kind: 'secret', def: '', text: 'bearer token' },
  { name: 'SUCCESS_RATE', key: 'successRate', kind: 'number', def: '100', min: 0, max: 100, text: '% of the requests that must be stored, in every round' },
  { name: 'MIN_RATE', key: 'minRate', kind: 'number', def: '0', min: 0, max: 10_000_000, text: 'messages a second that every round must reach' },
  { name: 'ALLOW_BUSY_GENERATOR', key: 'allowBusyGenerator', kind: 'flag', def: 'false', text: 'pass even when this program was the bottleneck' },
  { name: 'REPORT_FILE', key: 'reportFile', kind: 'file', def: '', text: 'write all figures there as JSON' },
];

const readers = {
  list: (text, row) => {
    const names = text.split(',').map((name) => name.trim());
    return names.every((name) => row.of.includes(name)) ? { value: names } : { problem: `must be one or several of ${row.of.join(', ')}` };
  },
  wholes: (text, row) => numbers(text, row, (one) => (/^\d+$/.test(one) ? Number(one) : NaN), 'whole numbers'),
  sizes: (text, row) => numbers(text, row, parseSize, 'sizes like 400, 16KB or 1MB'),
};

function numbers(text, row, parse, noun) {
  const values = text.split(',').map((one) => parse(one.trim()));
  return values.every((value) => value >= row.min && value <= row.max) ? { value: values } : { problem: `must be ${noun}, by comma, each between ${row.min} and ${row.max}` };
}

function parseSize(text) {
  const match = /^(\d+)(KB|MB)?$/i.exec(text);
  return match === null ? NaN : Number(match[1]) * ({ KB: 1024, MB: 1024 * 1024 }[match[2]?.toUpperCase()] ?? 1);
}

function showSize(bytes) {
  if (bytes % (1024 * 1024) === 0) return `${bytes / (1024 * 1024)} MB`;
  return bytes % 1024 === 0 ? `${bytes / 1024} KB` : `${bytes} B`;
}

/** @returns {{settings: object, problems: string[]}} settings are of use only when there are no problems */
function readPublishSettings(env) {
  const { settings, problems } = readVariables(env, variables, readers);
  if (problems.length === 0) settings.metricsUrl ??= Object.assign(new URL(settings.publishUrl.href), { pathname: '/metrics', search: '' });
  return { settings: Object.freeze(settings), problems };
}

module.exports = { variables, readPublishSettings, showSize };
