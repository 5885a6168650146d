'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { readVariables } = require('../../lib/settings.cjs');
const { builtServer } = require('../../lib/pinned-server.cjs');

/** Every variable, in the form of loadtest/lib/settings.cjs. A scenario may have another default (`defaults` in its file). */
const variables = [
  { name: 'CLIENTS', key: 'clients', kind: 'whole', def: '300', min: 1, max: 5000, text: 'resuming clients that record every frame' },
  { name: 'DURATION', key: 'durationMs', kind: 'duration', unit: 's', def: '600', min: 1000, max: 86_400_000, text: 'how long faults go on, after all clients are in' },
  { name: 'SEED', key: 'seed', kind: 'whole', def: '1', min: 0, max: 2 ** 31 - 1, text: 'of everything that is drawn by lot' },
  { name: 'SEEDS', key: 'seeds', kind: 'whole', def: '1', min: 1, max: 100, text: 'runs: with SEED, SEED + 1 …' },
  { name: 'PUBLISH_RATE', key: 'publishRate', kind: 'number', def: '500', min: 1, max: 20000, text: 'messages a second over all CHANNELS' },
  { name: 'PUBLISH_SIZE', key: 'publishSize', kind: 'whole', def: '200', min: 0, max: 64 * 1024, text: 'bytes of a payload' },
  { name: 'CHANNELS', key: 'channels', kind: 'channels', def: ['spot', 'perp', 'option', 'index', 'rate', 'news'].map((group) => `${group}.{0..7}`).join(','), shown: '48 in 6 groups: spot.0 … news.7', text: 'comma list; {0..7} counts. Nobody else may publish there' },
  { name: 'CHANNELS_PER_CLIENT', key: 'channelsPerClient', kind: 'whole', def: '3', min: 1, max: 100, text: 'drawn by lot' },
  { name: 'PATTERN_SHARE', key: 'patternShare', kind: 'number', def: '10', min: 0, max: 100, text: '% of the clients whose last subscription is a pattern of a group' },
  { name: 'KILL_RATE', key: 'killRate', kind: 'number', def: '4', min: 0, max: 1000, text: 'connections cut a second' },
  { name: 'DRAIN_EVERY', key: 'drainEveryMs', kind: 'duration', unit: 's', def: '45', min: 1000, max: 86_400_000, text: 'moves, upgrade: from one SIGTERM (of the servers in turn) to the next' },
  { name: 'CONNECTION_AGE', key: 'connectionAge', kind: 'duration', unit: 's', def: '60', min: 1000, max: 86_400_000, text: 'moves, upgrade: WS_MAX_CONNECTION_AGE of the servers' },
  { name: 'PROXY_SHARE', key: 'proxyShare', kind: 'number', def: '20', min: 0, max: 100, text: '% of the connections that go through the proxy, which resets them' },
  { name: 'REPLAY_SHARE', key: 'replayShare', kind: 'number', def: '5', min: 0, max: 100, text: '% of the kills preceded by a `replay` request of another client' },
  { name: 'DEAF_CLIENTS', key: 'deafClients', kind: 'whole', def: '500', min: 1, max: 10000, text: 'deaf: clients that subscribe to everything and never read' },
  { name: 'SLOW_CLIENT_TIMEOUT', key: 'slowClientTimeoutMs', kind: 'duration', unit: 's', def: '10', min: 1000, max: 3_600_000, text: 'deaf: WS_SLOW_CLIENT_TIMEOUT of the server; given URLs, what yours has' },
  { name: 'DEAF_MEMORY', key: 'deafMemoryMB', kind: 'number', def: '100', min: 1, max: 100_000, text: 'deaf: MB of process and kernel memory that they may cost together' },
  { name: 'WS_URLS', key: 'wsUrls', kind: 'urls', schemes: ['ws:', 'wss:'], def: '', shown: 'empty: starts its own nats-server and servers', text: 'your servers, by comma, all of one stream' },
  { name: 'PUBLISH_NATS', key: 'natsUrls', kind: 'urls', schemes: ['nats:'], def: '', text: 'your broker, by comma (nats://[user:password@]host:4222), to publish to the stream itself', isLogin: true },
  { name: 'PUBLISH_URL', key: 'publishUrl', kind: 'url', schemes: ['http:', 'https:'], def: '', shown: '/publish of the first of WS_URLS', text: 'without PUBLISH_NATS; the channel is appended' },
  { name: 'SUBJECT_PREFIX', key: 'subjectPrefix', kind: 'text', def: 'odin.token.', text: 'WS_SUBJECT_PREFIX of your servers, for PUBLISH_NATS' },
  { name: 'WS_TOKEN', key: 'token', kind: 'secret', def: '', text: 'bearer token of the clients' },
  { name: 'PUBLISH_TOKEN', key: 'publishToken', kind: 'secret', def: '', text: 'bearer token of the publisher' },
  { name: 'NATS_SERVER', key: 'natsServer', kind: 'program', def: '', shown: 'nats-server on the path', text: 'the broker to start' },
  { name: 'BROKERS', key: 'brokers', kind: 'whole', def: '3', min: 1, max: 5, text: 'nodes of the cluster to start; the stream has as many replicas, at most 3' },
  { name: 'SERVER', key: 'server', kind: 'program', def: builtServer, shown: 'artifacts/wsfanout/wsfanout, made by `make build`', text: 'the server to start' },
  { name: 'WS_TRANSPORT', key: 'transport', kind: 'choice', choices: ['auto', 'direct', 'stream'], def: 'auto', text: 'of the servers to start' },
  { name: 'CONNECTION_TIMEOUT', key: 'connectionTimeoutMs', kind: 'duration', unit: 'ms', def: '10000', min: 100, max: 120_000, text: 'from connecting to the subscription_ack' },
  { name: 'SETTLE_TIMEOUT', key: 'settleTimeoutMs', kind: 'duration', unit: 's', def: '45', min: 100, max: 600_000, text: 'at the end, until every client is back and has everything' },
  { name: 'RECORD_MEMORY', key: 'recordMemoryMB', kind: 'number', def: '256', min: 0, max: 16384, text: 'MB of recorded frames in memory (4 bytes a frame); more goes to a temporary file' },
  { name: 'ALLOW_BUSY_GENERATOR', key: 'allowBusyGenerator', kind: 'flag', def: 'false', text: 'pass even when this program was the bottleneck' },
  { name: 'REPORT_FILE', key: 'reportFile', kind: 'file', def: '', text: 'write all figures there as JSON' },
];

const moreReaders = {
  text: (text) => (/^[\x21-\x7e]*$/.test(text) ? { value: text } : { problem: 'must be printable ASCII without blanks' }),
  program: (text) => {
    const found = text === '' ? onPath('nats-server') : text;
    // Whether it is needed at all depends on the scenario: that is asked later.
    return text === '' || isProgram(found) ? { value: found === undefined ? null : path.resolve(found) } : { value: null };
  },
};

/** @returns {{settings: object, problems: string[]}} */
function readFaultSettings(env, scenario) {
  const rows = rowsFor(scenario);
  const { settings, problems } = readVariables(env, rows, moreReaders);
  if (problems.length === 0) problems.push(...contradictions(settings, env, scenario));
  return { settings: Object.freeze({ ...settings, publishConnections: 16, publishTimeoutMs: 10_000 }), problems };
}

function rowsFor(scenario) {
  return variables.map((row) => (scenario.defaults[row.name] === undefined ? row : { ...row, def: scenario.defaults[row.name] }));
}

function contradictions(settings, env, scenario) {
  const problems = [];
  const isOwn = settings.wsUrls.length === 0;
  if (isOwn && settings.natsUrls.length + (settings.publishUrl === null ? 0 : 1) > 0) problems.push('PUBLISH_NATS and PUBLISH_URL go with WS_URLS: without those this program starts a broker of its own');
  if (!isOwn && scenario.needsOwn) problems.push(`WS_URLS: the scenario ${scenario.name} ${scenario.needsOwn}`);
  if (isOwn && settings.natsServer === null) problems.push(`NATS_SERVER=${JSON.stringify(env.NATS_SERVER ?? '')}: no such program; install nats-server or name it`);
  if (isOwn && settings.server === null) problems.push(`SERVER=${JSON.stringify(env.SERVER ?? builtServer)}: no such program; \`make build\` makes it`);
  if (settings.channelsPerClient > settings.channels.length) problems.push(`CHANNELS_PER_CLIENT=${settings.channelsPerClient}: CHANNELS names only ${settings.channels.length}`);
  return problems;
}

/** Daemons live in sbin, which a user's path often leaves out. */
function onPath(name) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => path.join(folder, name)).find(isProgram);
}

function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

module.exports = { readFaultSettings, rowsFor, moreReaders };
