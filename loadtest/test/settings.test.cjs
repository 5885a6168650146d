'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { it } = require('node:test');
const { readSettings, variables } = require('../lib/settings.cjs');
const { demoChannels, known } = require('../lib/demo-channels.cjs');
const { encodePayload } = require('../lib/payload.cjs');
const { Plans } = require('../lib/plans.cjs');
const { compilePattern, expandRange, nameProblem } = require('../lib/names.cjs');

it('derives every address from WS_URL and keeps those that are given', () => {
  const { settings, problems } = readSettings({ WS_URL: 'wss://example.test:8443/ws?x=1', METRICS_URL: 'http://admin.test:9000/metrics' });

  assert.deepEqual(problems, []);
  assert.equal(settings.healthUrl.href, 'https://example.test:8443/health');
  assert.equal(settings.publishUrl.href, 'https://example.test:8443/publish');
  assert.equal(settings.metricsUrl.href, 'http://admin.test:9000/metrics');
  assert.equal(readSettings({}).settings.healthUrl.href, 'http://localhost:3002/health');
});

it('reads durations with and without units', () => {
  const duration = (text) => readSettings({ DURATION: text }).settings.durationMs;

  assert.deepEqual(['300', '5m', '1m30s', '1500ms', '1h'].map(duration), [300_000, 300_000, 90_000, 1_500, 3_600_000]);
  assert.equal(readSettings({ CONNECTION_TIMEOUT: '5000' }).settings.connectionTimeoutMs, 5_000);
  assert.match(readSettings({ DURATION: '5x' }).problems[0], /^DURATION="5x": must be a duration between 1s and 24h/);
});

it('has every variable with its meaning in the document', () => {
  const document = ['README.md', 'MODES.md'].map((name) => fs.readFileSync(path.join(__dirname, '..', name), 'utf8')).join('');

  for (const row of variables) assert.ok(document.includes(`| \`${row.name}\` | `) && document.includes(`| ${row.text} |`), row.name);
});

it('refuses settings that contradict each other', () => {
  assert.match(readSettings({ CHANNELS: '', PUBLISH_RATE: '5' }).problems[0], /PUBLISH_RATE: needs CHANNELS/);
  assert.match(readSettings({ CHANNELS: 'A,B', CHANNELS_PER_CLIENT: '3' }).problems[0], /CHANNELS names only 2/);
  assert.match(readSettings({ CHANNELS: 'A,B', PATTERN_SHARE: '10' }).problems[0], /PATTERN_SHARE: needs PATTERNS/);
  assert.match(readSettings({ PUBLISH_RATE: '50000', DURATION: '1h' }).problems[0], /can't be accounted for/);
  assert.match(readSettings({ CHANNELS: 'A.*' }).problems[0], /is a pattern; those belong in PATTERNS/);
  assert.match(readSettings({ PATTERNS: 'SYM00*' }).problems[0], /is no pattern/);
  assert.deepEqual(readSettings({ CHANNELS: 'A,B' }).problems, []);
});

it('refuses a payload that could not carry its marks, and takes the least that can', () => {
  const problems = (PUBLISH_SIZE, more) => readSettings({ PUBLISH_SIZE, PUBLISH_RATE: '5', CHANNELS: 'A,BTC.trade', ...more }).problems;
  const [problem] = problems('5');
  const least = Number(/^PUBLISH_SIZE=5: must be at least (\d+) with these channels/.exec(problem)?.[1]);

  assert.ok(least > 70 && least < 110, problem);
  assert.deepEqual([problems(String(least)), problems(String(least - 1)).length, problems('5', { PUBLISH_RATE: '0' })], [[], 1, []]);
  assert.equal(Buffer.byteLength(encodePayload('0123456789ab', 'BTC.trade', 123_456, 1_800_000_000_000.123, least)), least);
});

it('listens by default to what the demo publishes on', () => {
  const source = fs.readFileSync(path.join(__dirname, '..', '..', 'src', 'WsFanout', 'Tools', 'TokenNames.cs'), 'utf8');
  const { settings } = readSettings({});

  assert.deepEqual(known, [...source.matchAll(/"([A-Z]+)"/g)].map((match) => match[1]));
  assert.deepEqual([0, 39, 40, 99].map((number) => demoChannels[number]), ['BTC.trade', 'JUP.trade', 'BTC2.trade', 'ETC3.trade']);
  assert.deepEqual(settings.channels, [...demoChannels]);
});

it('names what was probably meant by a misspelt variable, and leaves those of others alone', () => {
  const problems = (name) => readSettings({ [name]: '4' }).problems;

  assert.deepEqual(problems('TARGET_CONECTIONS'), ['TARGET_CONECTIONS: is no variable of this test; did you mean TARGET_CONNECTIONS?']);
  assert.deepEqual(problems('DURATOIN'), ['DURATOIN: is no variable of this test; did you mean DURATION?']);
  for (const name of ['PATH', 'SPEED', 'WS_ADDR', 'WS_PUBLISH_TOKEN', 'NATS_URL', 'NATS_TOKEN', 'LOG_FORMAT']) assert.deepEqual(problems(name), [], name);
});

it('refuses an empty variable unless empty means something', () => {
  assert.deepEqual(readSettings({ DURATION: ' ' }).problems, ['DURATION is empty: leave it out for the default (300)']);
  assert.equal(readSettings({ WS_URL: '' }).problems.length, 1);
  assert.deepEqual(readSettings({ CHANNELS: '', PATTERNS: '', WS_TOKEN: '', HEALTH_URL: '', REPORT_FILE: '' }).problems, []);
});

it('deals the same subscriptions for the same seed, none twice, the asked share with a pattern', () => {
  const names = (env) => {
    const plans = new Plans(readSettings(env).settings);
    return Array.from({ length: 200 }, (_, i) => plans.namesFor(i));
  };
  const dealt = names({ CHANNELS_PER_CLIENT: '3', PATTERN_SHARE: '25' });

  assert.deepEqual(dealt, names({ CHANNELS_PER_CLIENT: '3', PATTERN_SHARE: '25' }));
  assert.notDeepEqual(dealt, names({ CHANNELS_PER_CLIENT: '3', PATTERN_SHARE: '25', SEED: '2' }));
  assert.ok(dealt.every((list) => list.length === 3 && new Set(list).size === 3));
  assert.equal(dealt.filter((list) => /\.[*>]$/.test(list[2])).length, 50);
  assert.equal(new Set(dealt.flat().filter((name) => name.endsWith('.trade'))).size, 100, 'all channels are in use');
  assert.deepEqual(names({ CHANNELS: '' })[0], ['>']);
  assert.deepEqual(names({ SUBSCRIPTION_MODE: 'single', CHANNELS: 'A,B' }).slice(0, 3), [['A'], ['B'], ['A']]);
});

it('names what is wrong with each of the newer variables', () => {
  const problem = (name, value) => readSettings({ [name]: value }).problems.join();

  assert.match(problem('TARGET_CONNECTIONS', '1000001'), /must be a whole number between 1 and 1000000/);
  assert.match(problem('PROCESSES', '300'), /^PROCESSES="300": must be a whole number between 0 and 256/);
  assert.match(problem('SOURCE_ADDRESSES', '127.0.0.2,eth0'), /"eth0" is no IP address/);
  assert.match(problem('SOURCE_ADDRESSES', '::1,::1'), /must not name one twice/);
  assert.match(problem('START_AT', 'noon'), /^START_AT="noon": must be a time as 2026-01-31T12:00:00Z, or unix seconds/);
  assert.match(problem('START_AT', '2001-01-01T00:00:00Z'), /START_AT: 2001-01-01T00:00:00\.000Z is past/);
  assert.match(problem('SCALE', '20'), /must be a number between 0\.001 and 10/);
  for (const name of ['MAX_P99', 'MIN_RATE', 'MAX_RATE', 'MAX_SERVER_CPU', 'MAX_SERVER_MEMORY']) assert.match(problem(name, 'fast'), /must be a number between 0 and/, name);
  assert.match(problem('EXPECT_REJECTED', 'maybe'), /must be one of any, none, some/);
  assert.match(problem('FINAL_CONNECTIONS', '1.5'), /must be a whole number/);
  assert.match(problem('METRICS_EVERY', '1ms'), /must be a duration between 250ms and 10m|between 250ms and 600s/);
  assert.match(problem('PUBLISH_PROTOCOL', 'quic'), /must be one of http1, http2/);
  assert.match(problem('ALLOW_SHORTAGE', 'yes'), /must be true or false/);
  assert.match(readSettings({ MIN_RATE: '5', MAX_RATE: '4' }).problems[0], /MIN_RATE=5: is above MAX_RATE=4/);
  assert.equal(readSettings({ START_AT: '4102444800' }).settings.startAt, 4102444800000);
});

it('matches patterns as NATS does', () => {
  const matches = (pattern, channel) => compilePattern(pattern)(channel);

  assert.ok(matches('*.trade', 'A.trade') && matches('A.>', 'A.b.c') && matches('>', 'A') && matches('A.*.c', 'A.b.c'));
  assert.ok(!matches('*.trade', 'A.b.trade') && !matches('A.>', 'A') && !matches('A', 'A.b') && !matches('*', 'A.b'));
  assert.deepEqual(expandRange('S{08..11}.t'), ['S08.t', 'S09.t', 'S10.t', 'S11.t']);
  assert.ok(nameProblem('a..b') && nameProblem('a b') && nameProblem('>.a') && nameProblem('x'.repeat(257)) && nameProblem(''));
  assert.equal(nameProblem('a.*.>'), null);
});
