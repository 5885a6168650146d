'use strict';

const { completeWithShares, groupProblems } = require('./groups.cjs');
const { misspelt } = require('./near-names.cjs');
const { maxEntries } = require('./ledger.cjs');
const { leastPayload } = require('./payload.cjs');
const { withPreset } = require('./settings/presets.cjs');
const { modeContradictions, modeReaders } = require('./modes/mode-variables.cjs');
const { readers, showDuration } = require('./settings/readers.cjs');
const { variables } = require('./settings/variables.cjs');
const { userClasses } = require('./user-mix.cjs');

const latestStartMs = 60_000; // a machine that is a little late still takes part

/**
 * An empty text is an error, as for the server: mostly it is an expansion that failed. Only where empty means something it is taken.
 * @returns {{settings: object, problems: string[]}} settings are of use only when there are no problems
 */
function readSettings(env) {
  const { settings, problems } = readVariables(withPreset(env), variables, modeReaders);
  if (problems.length === 0) {
    settings.given = variables.filter((row) => env[row.name] !== undefined).map((row) => row.name);
    deriveUrls(settings);
    completeWithShares(settings);
    problems.push(...contradictions(settings));
    if (problems.length === 0) deriveUserClasses(settings, problems);
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
  }
  return { settings, problems };
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

/** `userClasses`: what USER_MIX comes to, [] without one. */
function deriveUserClasses(settings, problems) {
  const derived = userClasses(settings);
  settings.userClasses = derived.classes;
  problems.push(...derived.problems);
}

function contradictions(settings) {
  const problems = [...groupProblems(settings), ...modeContradictions(settings)];
  const given = (name) => settings.given.includes(name);
  const { channels, publishRate, durationMs, targetConnections, rampRate } = settings;
  if (publishRate > 0 && channels.length === 0) problems.push('PUBLISH_RATE: needs CHANNELS to publish on');
  const least = Math.max(0, ...channels.map(leastPayload));
  if (publishRate > 0 && settings.publishSize < least) problems.push(`PUBLISH_SIZE=${settings.publishSize}: must be at least ${least} with these channels, for the marks by which a message is known again`);
  if (settings.patternShare > 0 && settings.patterns.length === 0 && channels.some((name) => !name.includes('.'))) {
    problems.push('PATTERN_SHARE: needs PATTERNS when a channel has only one token, else the pattern would be everything');
  }
  if (given('CHANNELS_PER_CLIENT') && settings.subscriptionMode === 'random' && settings.channelsPerClient > Math.max(1, channels.length)) {
    problems.push(`CHANNELS_PER_CLIENT=${settings.channelsPerClient}: CHANNELS names only ${channels.length}`);
  }
  if (given('SCALE') && settings.preset === '') problems.push('SCALE: goes with PRESET, whose numbers it scales');
  if (settings.maxRate > 0 && settings.minRate > settings.maxRate) problems.push(`MIN_RATE=${settings.minRate}: is above MAX_RATE=${settings.maxRate}`);
  if (settings.startAt !== null && settings.startAt < Date.now() - latestStartMs) problems.push(`START_AT: ${new Date(settings.startAt).toISOString()} is past`);
  const seconds = durationMs / 1000 + targetConnections / rampRate + settings.connectionTimeoutMs / 1000;
  if (publishRate * seconds > maxEntries) problems.push(`PUBLISH_RATE × DURATION: more than ${maxEntries} messages can't be accounted for`);
  return problems;
}

module.exports = { variables, readSettings, readVariables, showDuration };
