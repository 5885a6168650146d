'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { nameProblem, isPattern, expandRange } = require('./names.cjs');
const { demoChannels } = require('./demo-channels.cjs');
const { misspelt } = require('./near-names.cjs');
const { maxEntries } = require('./ledger.cjs');

const maxChannels = 10_000;

/**
 * Every variable: its key in the settings, how it is read, default, range, meaning. Durations take a unit
 * (`250ms`, `30s`, `5m`, `1m30s`, `1h`); a bare number is in the unit that the row names.
 */
const variables = [
  { name: 'TARGET_CONNECTIONS', key: 'targetConnections', kind: 'whole', def: '2000', min: 1, max: 20000, text: 'clients to connect' },
  { name: 'DURATION', key: 'durationMs', kind: 'duration', unit: 's', def: '300', min: 1000, max: 86_400_000, text: 'how long the full load is held, after the ramp' },
  { name: 'RAMP_RATE', key: 'rampRate', kind: 'number', def: '100', min: 0.1, max: 5000, text: 'new connections a second' },
  { name: 'CONNECTION_TIMEOUT', key: 'connectionTimeoutMs', kind: 'duration', unit: 'ms', def: '10000', min: 100, max: 120_000, text: 'from connecting to the subscription_ack' },
  { name: 'WS_URL', key: 'wsUrl', kind: 'url', schemes: ['ws:', 'wss:'], def: 'ws://localhost:3002/ws', text: 'where the clients connect' },
  { name: 'HEALTH_URL', key: 'healthUrl', kind: 'url', schemes: ['http:', 'https:'], def: '', shown: '/health of WS_URL', text: 'asked once' },
  { name: 'METRICS_URL', key: 'metricsUrl', kind: 'url', schemes: ['http:', 'https:'], def: '', shown: '/metrics beside HEALTH_URL', text: 'asked every 5 s for the server\'s CPU, memory, connections' },
  { name: 'WS_TOKEN', key: 'token', kind: 'secret', def: '', text: 'bearer token of the clients' },
  { name: 'CHANNELS', key: 'channels', kind: 'channels', def: demoChannels.join(','), shown: `the demo's ${demoChannels.length}: ${demoChannels[0]}, ${demoChannels[1]} … ${demoChannels.at(-1)}`, text: 'comma list; {000..099} counts; set but empty: subscribe to everything (">")' },
  { name: 'SUBSCRIPTION_MODE', key: 'subscriptionMode', kind: 'choice', choices: ['all', 'single', 'random'], def: 'random', text: 'all channels, one each in turn, or CHANNELS_PER_CLIENT drawn from them' },
  { name: 'CHANNELS_PER_CLIENT', key: 'channelsPerClient', kind: 'whole', def: '10', min: 1, max: 10000, text: 'for SUBSCRIPTION_MODE=random' },
  { name: 'PATTERN_SHARE', key: 'patternShare', kind: 'number', def: '0', min: 0, max: 100, text: '% of the clients whose last subscription is a pattern' },
  { name: 'PATTERNS', key: 'patterns', kind: 'patterns', def: '', shown: 'from the channel, BTC.> or BTC.*', text: 'patterns dealt to those clients in turn' },
  { name: 'SEED', key: 'seed', kind: 'whole', def: '1', min: 0, max: 2 ** 31 - 1, text: 'of the random subscriptions' },
  { name: 'PUBLISH_RATE', key: 'publishRate', kind: 'number', def: '0', min: 0, max: 50000, text: 'messages a second over all CHANNELS; 0 = only listen' },
  { name: 'PUBLISH_URL', key: 'publishUrl', kind: 'url', schemes: ['http:', 'https:'], def: '', shown: '/publish of WS_URL', text: 'the channel is appended' },
  { name: 'PUBLISH_SIZE', key: 'publishSize', kind: 'whole', def: '400', min: 0, max: 1024 * 1024, text: 'bytes of a payload (about 100 is the least that carries the marks)' },
  { name: 'PUBLISH_TOKEN', key: 'publishToken', kind: 'secret', def: '', text: 'bearer token of the publisher' },
  { name: 'PUBLISH_CONNECTIONS', key: 'publishConnections', kind: 'whole', def: '16', min: 1, max: 256, text: 'kept HTTP connections, one request each at a time' },
  { name: 'PUBLISH_TIMEOUT', key: 'publishTimeoutMs', kind: 'duration', unit: 'ms', def: '10000', min: 100, max: 120_000, text: 'for the answer to one publish' },
  { name: 'SETTLE_TIMEOUT', key: 'settleTimeoutMs', kind: 'duration', unit: 's', def: '10', min: 100, max: 600_000, text: 'after the load, for messages under way' },
  { name: 'SUCCESS_RATE', key: 'successRate', kind: 'number', def: '99', min: 0, max: 100, text: '% of the clients that must get connected and subscribed' },
  { name: 'MAX_DISCONNECT_RATE', key: 'maxDisconnectRate', kind: 'number', def: '1', min: 0, max: 100, text: '% of them that may be lost or fall silent' },
  { name: 'MAX_GAP_RATE', key: 'maxGapRate', kind: 'number', def: '1', min: 0, max: 100, text: '% of the messages owed that may be announced as gaps' },
  { name: 'PUBLISH_SUCCESS_RATE', key: 'publishSuccessRate', kind: 'number', def: '99', min: 0, max: 100, text: '% of the messages due that must be acknowledged' },
  { name: 'REQUIRE_MESSAGES', key: 'requireMessages', kind: 'flag', def: 'true', text: 'fail when no message arrives; false is for a run that only holds idle connections. Published messages must arrive in any case' },
  { name: 'ALLOW_BUSY_GENERATOR', key: 'allowBusyGenerator', kind: 'flag', def: 'false', text: 'pass even when this program was the bottleneck' },
  { name: 'REPORT_FILE', key: 'reportFile', kind: 'file', def: '', text: 'write all figures there as JSON' },
];

/**
 * An empty text is an error, as for the server: mostly it is an expansion that failed. Only where empty means something it is taken.
 * @returns {{settings: object, problems: string[]}} settings are of use only when there are no problems
 */
function readSettings(env) {
  const { settings, problems } = readVariables(env, variables);
  if (problems.length === 0) {
    deriveUrls(settings);
    problems.push(...contradictions(settings));
  }
  return { settings: Object.freeze(settings), problems };
}

/** Reads the rows of such a table; other programs have tables of their own, and perhaps kinds that only they know. */
function readVariables(env, rows, moreReaders = {}) {
  const known = { ...readers, ...moreReaders };
  const settings = {};
  const problems = misspelt(Object.keys(env), rows.map((row) => row.name));
  for (const row of rows) {
    const raw = env[row.name];
    const given = raw !== undefined;
    if (given && raw.trim() === '' && row.def !== '' && row.kind !== 'channels') {
      problems.push(`${row.name} is empty: leave it out for the default (${row.shown ?? row.def})`);
      continue;
    }
    const outcome = known[row.kind]((given ? raw : row.def).trim(), row);
    if (outcome.problem) problems.push(`${row.name}=${row.kind === 'secret' ? '***' : JSON.stringify(raw)}: ${outcome.problem} (default ${row.shown ?? (row.def || 'empty')})`);
    else settings[row.key] = outcome.value;
    if (!outcome.problem && row.key === 'channelsPerClient') settings.channelsPerClientGiven = given;
  }
  return { settings, problems };
}

const readers = {
  whole: (text, row) => (/^\d+$/.test(text) && inRange(Number(text), row) ? { value: Number(text) } : { problem: `must be a whole number ${range(row)}` }),
  number: (text, row) => (/^\d+(\.\d+)?$/.test(text) && inRange(Number(text), row) ? { value: Number(text) } : { problem: `must be a number ${range(row)}` }),
  duration: (text, row) => {
    const value = parseDuration(text, row.unit);
    const limits = `between ${showDuration(row.min)} and ${showDuration(row.max)}; a bare number is in ${row.unit}`;
    return value !== null && inRange(value, row) ? { value } : { problem: `must be a duration ${limits}` };
  },
  flag: (text) => (text === 'true' || text === 'false' ? { value: text === 'true' } : { problem: 'must be true or false' }),
  choice: (text, row) => (row.choices.includes(text) ? { value: text } : { problem: `must be one of ${row.choices.join(', ')}` }),
  secret: (text) => (/^[\x21-\x7e]*$/.test(text) ? { value: text } : { problem: 'must be printable ASCII without blanks' }),
  url: (text, row) => {
    if (text === '') return { value: null };
    const url = tryUrl(text);
    if (url === null || !row.schemes.includes(url.protocol)) return { problem: `must be a URL that begins with ${row.schemes.map((s) => `${s}//`).join(' or ')}` };
    if (((url.username || url.password) && !row.isLogin) || url.hash) return { problem: 'must not hold a user, a password or a #fragment' };
    return { value: url };
  },
  urls: (text, row) => {
    if (text === '') return { value: [] };
    const read = text.split(',').map((one) => readers.url(one.trim(), row));
    return read.find((one) => one.problem) ?? { value: read.map((one) => one.value) };
  },
  channels: (text) => readNames(text, (name) => (isPattern(name) ? 'is a pattern; those belong in PATTERNS' : null)),
  patterns: (text) => readNames(text, (name) => (isPattern(name) ? null : 'is no pattern: it has no "*" or ">"')),
  file: (text) => {
    if (text === '') return { value: null };
    const folder = path.dirname(path.resolve(text));
    try {
      fs.accessSync(folder, fs.constants.W_OK);
    } catch (error) {
      return { problem: `the folder ${folder} can't be written (${error.code})` };
    }
    return { value: path.resolve(text) };
  },
};

function readNames(text, alsoWrong) {
  if (text === '') return { value: [] };
  const names = text.split(',').flatMap((entry) => expandRange(entry.trim()));
  for (const name of names) {
    const problem = nameProblem(name) ?? alsoWrong(name);
    if (problem) return { problem: `${JSON.stringify(name.slice(0, 64))} ${problem}` };
  }
  if (names.length > maxChannels) return { problem: `must be at most ${maxChannels} names` };
  if (new Set(names).size < names.length) return { problem: 'must not name one twice' };
  return { value: names };
}

function deriveUrls(settings) {
  const base = new URL(settings.wsUrl.href);
  base.protocol = settings.wsUrl.protocol === 'wss:' ? 'https:' : 'http:';
  base.search = '';
  const at = (from, pathname) => Object.assign(new URL(from.href), { pathname });
  settings.healthUrl ??= at(base, '/health');
  settings.metricsUrl ??= Object.assign(at(settings.healthUrl, '/metrics'), { search: '' });
  settings.publishUrl ??= at(base, '/publish');
}

function contradictions(settings) {
  const problems = [];
  const { channels, publishRate, durationMs, targetConnections, rampRate } = settings;
  if (publishRate > 0 && channels.length === 0) problems.push('PUBLISH_RATE: needs CHANNELS to publish on');
  if (settings.patternShare > 0 && settings.patterns.length === 0 && channels.some((name) => !name.includes('.'))) {
    problems.push('PATTERN_SHARE: needs PATTERNS when a channel has only one token, else the pattern would be everything');
  }
  if (settings.channelsPerClientGiven && settings.subscriptionMode === 'random' && settings.channelsPerClient > Math.max(1, channels.length)) {
    problems.push(`CHANNELS_PER_CLIENT=${settings.channelsPerClient}: CHANNELS names only ${channels.length}`);
  }
  const seconds = durationMs / 1000 + targetConnections / rampRate + settings.connectionTimeoutMs / 1000;
  if (publishRate * seconds > maxEntries) problems.push(`PUBLISH_RATE × DURATION: more than ${maxEntries} messages can't be accounted for`);
  return problems;
}

function parseDuration(text, bareUnit) {
  const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * units[bareUnit];
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return null;
  let total = 0;
  for (const [, number, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h)/g)) total += Number(number) * units[unit];
  return total;
}

function showDuration(ms) {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

function tryUrl(text) {
  try {
    return new URL(text);
  } catch (error) {
    if (error.code === 'ERR_INVALID_URL') return null;
    throw error;
  }
}

function inRange(value, row) {
  return value >= row.min && value <= row.max;
}

function range(row) {
  return `between ${row.min} and ${row.max}`;
}

module.exports = { variables, readSettings, readVariables, showDuration };
