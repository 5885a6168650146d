'use strict';

const { rowsFor, moreReaders } = require('../../faults/lib/fault-settings.cjs');
const { readVariables } = require('../settings.cjs');
const { brokers } = require('./scenario.cjs');

const mostServers = 16;

// Of faults on purpose: clients that record every frame.
const taken = rowsFor({
  defaults: { CLIENTS: '240', PUBLISH_RATE: '1000', PUBLISH_SIZE: '400', CHANNELS_PER_CLIENT: '2' },
}).filter((row) => ['CLIENTS', 'SEED', 'PUBLISH_RATE', 'PUBLISH_SIZE', 'CHANNELS', 'CHANNELS_PER_CLIENT', 'NATS_SERVER', 'SERVER', 'WS_TRANSPORT', 'CONNECTION_TIMEOUT', 'SETTLE_TIMEOUT', 'RECORD_MEMORY', 'REPORT_FILE'].includes(row.name));

/** Every variable, in the form of loadtest/lib/settings.cjs. */
const variables = [
  { name: 'SERVER_COUNTS', key: 'serverCounts', kind: 'counts', def: '1,2,3', text: 'numbers of servers on the one stream, by comma' },
  { name: 'BROKERS', key: 'brokers', kind: 'brokers', def: Object.keys(brokers).join(','), text: `what they read it from, by comma: ${Object.entries(brokers).map(([name, { text }]) => `${name} (${text})`).join(', ')}` },
  { name: 'ROUNDS', key: 'rounds', kind: 'whole', def: '3', min: 1, max: 50, text: 'each has all of these in turn; medians are told' },
  { name: 'WARM_UP', key: 'warmUpMs', kind: 'duration', unit: 's', def: '3', min: 0, max: 600_000, text: 'from the first message to the first look' },
  { name: 'HOLD', key: 'holdMs', kind: 'duration', unit: 's', def: '20', min: 500, max: 3_600_000, text: 'how long CPU is measured under load' },
  { name: 'REST', key: 'restMs', kind: 'duration', unit: 's', def: '10', min: 500, max: 3_600_000, text: 'how long it is measured while nobody publishes' },
  { name: 'MOVES', key: 'movesMs', kind: 'duration', unit: 's', def: '5', min: 0, max: 3_600_000, text: 'in which every client is cut once and comes back elsewhere; then every server is drained and started again' },
  ...taken,
  { name: 'NOTE', key: 'note', kind: 'note', def: '', text: 'goes into the report: what else ran on the machine, say' },
];

const readers = {
  ...moreReaders,
  note: (text) => ({ value: text }),
  counts: (text) => listOf(text, (one) => /^\d+$/.test(one) && Number(one) >= 1 && Number(one) <= mostServers, `must be whole numbers from 1 to ${mostServers}`, Number),
  brokers: (text) => listOf(text, (one) => one in brokers, `must be of ${Object.keys(brokers).join(', ')}`, String),
};

function listOf(text, isOne, rule, read) {
  const parts = text.split(',').map((one) => one.trim());
  return parts.every(isOne) && new Set(parts).size === parts.length ? { value: parts.map(read) } : { problem: `${rule}, each once` };
}

/** @returns {{settings: object, problems: string[]}} */
function readScaleSettings(env) {
  const { settings, problems } = readVariables(env, variables, readers);
  if (problems.length > 0) return { settings, problems };
  if (settings.natsServer === null) problems.push('NATS_SERVER: no such program; install nats-server or name it');
  if (settings.server === null) problems.push('SERVER: no such program; `make build` makes it');
  if (settings.channelsPerClient > settings.channels.length) problems.push(`CHANNELS_PER_CLIENT=${settings.channelsPerClient}: CHANNELS names only ${settings.channels.length}`);
  return { settings: Object.freeze(settings), problems };
}

/** What one run of clients that record every frame wants to know besides. */
function runSettings(settings, broker) {
  const { restMs, holdMs, warmUpMs, movesMs } = settings;
  return Object.freeze({
    ...settings,
    brokers: brokers[broker].nodes,
    durationMs: warmUpMs + holdMs + restMs + movesMs,
    wsUrls: [], natsUrls: [], publishUrl: null, subjectPrefix: 'odin.token.', token: '', publishToken: '',
    // CPU time and losses are told here, and no latency that a late generator would spoil.
    allowBusyGenerator: true,
    patternShare: 0, proxyShare: 0, publishConnections: 16, publishTimeoutMs: 10_000,
  });
}

module.exports = { variables, readScaleSettings, runSettings };
