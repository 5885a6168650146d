'use strict';

const { demoChannels } = require('../demo-channels.cjs');
const { modeVariables } = require('../modes/mode-variables.cjs');
const { presets } = require('./presets.cjs');

/**
 * Every variable: its key in the settings, how it is read, default, range, meaning. Durations take a unit
 * (`250ms`, `30s`, `5m`, `1m30s`, `1h`); a bare number is in the unit that the row names.
 */
const variables = [
  { name: 'PRESET', key: 'preset', kind: 'choice', choices: ['', ...Object.keys(presets)], def: '', text: 'a test of the plan with its numbers: sets other defaults, what is given beside it wins' },
  { name: 'SCALE', key: 'scale', kind: 'number', def: '1', min: 0.001, max: 10, text: 'of the clients of PRESET and of what is expected of them' },
  { name: 'TARGET_CONNECTIONS', key: 'targetConnections', kind: 'whole', def: '2000', min: 1, max: 1_000_000, text: 'clients to connect' },
  { name: 'DURATION', key: 'durationMs', kind: 'duration', unit: 's', def: '300', min: 1000, max: 86_400_000, text: 'how long the full load is held, after the ramp' },
  { name: 'RAMP_RATE', key: 'rampRate', kind: 'number', def: '100', min: 0.1, max: 50000, text: 'new connections a second' },
  { name: 'PROCESSES', key: 'processes', kind: 'whole', def: '0', min: 0, max: 256, shown: 'one for 10,000 clients; for 2,000 with cores to spare', text: 'processes that hold the clients; 0 = the default' },
  { name: 'SOURCE_ADDRESSES', key: 'sourceAddresses', kind: 'addresses', def: '', shown: 'the system\'s choice; 127.0.0.2 … to a server on loopback when one has too few ports', text: 'local addresses to connect from in turn, by comma' },
  { name: 'START_AT', key: 'startAt', kind: 'moment', def: '', shown: 'at once', text: 'when the ramp begins, so that several machines begin together: 2026-01-31T12:00:00Z or unix seconds' },
  { name: 'CONNECTION_TIMEOUT', key: 'connectionTimeoutMs', kind: 'duration', unit: 'ms', def: '10000', min: 100, max: 120_000, text: 'from connecting to the subscription_ack' },
  { name: 'WS_URL', key: 'wsUrl', kind: 'url', schemes: ['ws:', 'wss:'], def: 'ws://localhost:3002/ws', text: 'where the clients connect' },
  { name: 'HEALTH_URL', key: 'healthUrl', kind: 'url', schemes: ['http:', 'https:'], def: '', shown: '/health of WS_URL', text: 'asked once' },
  { name: 'METRICS_URL', key: 'metricsUrl', kind: 'url', schemes: ['http:', 'https:'], def: '', shown: '/metrics beside HEALTH_URL', text: 'asked every METRICS_EVERY for the server\'s CPU, memory, connections, units of concurrency, states' },
  { name: 'METRICS_EVERY', key: 'metricsEveryMs', kind: 'duration', unit: 's', def: '5', min: 250, max: 600_000, text: 'from one look at METRICS_URL to the next' },
  { name: 'WS_TOKEN', key: 'token', kind: 'secret', def: '', text: 'bearer token of the clients' },
  { name: 'CHANNELS', key: 'channels', kind: 'channels', def: demoChannels.join(','), shown: `the demo's ${demoChannels.length}: ${demoChannels[0]}, ${demoChannels[1]} … ${demoChannels.at(-1)}`, text: 'comma list; {000..099} counts; set but empty: subscribe to everything (">")' },
  { name: 'SUBSCRIPTION_MODE', key: 'subscriptionMode', kind: 'choice', choices: ['all', 'single', 'random'], def: 'random', text: 'all channels, one each in turn, or CHANNELS_PER_CLIENT drawn from them' },
  { name: 'CHANNELS_PER_CLIENT', key: 'channelsPerClient', kind: 'whole', def: '10', min: 1, max: 10000, text: 'for SUBSCRIPTION_MODE=random' },
  { name: 'USER_MIX', key: 'userMix', kind: 'shares', def: '', text: 'classes of users in %: casual (0.2 to 1 messages/s), active (1 to 5), trader (5 to 20), as in casual:70,active:25,trader:5; each gets as many channels as that takes' },
  { name: 'SHARES', key: 'shares', kind: 'shares', def: '', text: '% of PUBLISH_RATE for groups of channels, as in ethereum:40,boba:20,…: a group is the channel of that name and all that begin with it and a dot. Figures are told by group. Without CHANNELS each has 100 / groups channels' },
  { name: 'PATTERN_SHARE', key: 'patternShare', kind: 'number', def: '0', min: 0, max: 100, text: '% of the clients whose last subscription is a pattern' },
  { name: 'PATTERNS', key: 'patterns', kind: 'patterns', def: '', shown: 'from the channel, BTC.> or BTC.*', text: 'patterns dealt to those clients in turn' },
  { name: 'SEED', key: 'seed', kind: 'whole', def: '1', min: 0, max: 2 ** 31 - 1, text: 'of the random subscriptions' },
  { name: 'PUBLISH_RATE', key: 'publishRate', kind: 'number', def: '0', min: 0, max: 50000, text: 'messages a second over all CHANNELS; 0 = only listen' },
  { name: 'PUBLISH_URL', key: 'publishUrl', kind: 'url', schemes: ['http:', 'https:'], def: '', shown: '/publish of WS_URL', text: 'the channel is appended' },
  { name: 'PUBLISH_SIZE', key: 'publishSize', kind: 'whole', def: '400', min: 0, max: 1024 * 1024, text: 'bytes of a payload; at least what the marks take by which a message is known again, about 100' },
  { name: 'PUBLISH_TOKEN', key: 'publishToken', kind: 'secret', def: '', text: 'bearer token of the publisher' },
  { name: 'PUBLISH_CONNECTIONS', key: 'publishConnections', kind: 'whole', def: '16', min: 1, max: 256, text: 'kept HTTP connections; over HTTP/1.1 one request each at a time' },
  { name: 'PUBLISH_PROTOCOL', key: 'publishProtocol', kind: 'choice', choices: ['http1', 'http2'], def: 'http1', text: 'of publishing; http2 without TLS by prior knowledge' },
  { name: 'PUBLISH_TIMEOUT', key: 'publishTimeoutMs', kind: 'duration', unit: 'ms', def: '10000', min: 100, max: 120_000, text: 'for the answer to one publish' },
  { name: 'SETTLE_TIMEOUT', key: 'settleTimeoutMs', kind: 'duration', unit: 's', def: '10', min: 100, max: 600_000, text: 'after the load, for messages under way' },
  { name: 'SUCCESS_RATE', key: 'successRate', kind: 'number', def: '99', min: 0, max: 100, text: '% of the clients that must get connected and subscribed' },
  { name: 'MAX_DISCONNECT_RATE', key: 'maxDisconnectRate', kind: 'number', def: '1', min: 0, max: 100, text: '% of them that may be lost or fall silent' },
  { name: 'MAX_GAP_RATE', key: 'maxGapRate', kind: 'number', def: '1', min: 0, max: 100, text: '% of the messages owed that may be announced as gaps' },
  { name: 'PUBLISH_SUCCESS_RATE', key: 'publishSuccessRate', kind: 'number', def: '99', min: 0, max: 100, text: '% of the messages due that must be acknowledged' },
  { name: 'MAX_P99', key: 'maxP99Ms', kind: 'number', def: '0', min: 0, max: 600_000, text: 'ms from due to received at p99 in the hold (stored to received when nothing is published); 0 = not judged' },
  { name: 'MIN_RATE', key: 'minRate', kind: 'number', def: '0', min: 0, max: 1e9, text: 'delivered messages a second in the hold, at least' },
  { name: 'MAX_RATE', key: 'maxRate', kind: 'number', def: '0', min: 0, max: 1e9, text: 'and at most; 0 = not judged' },
  { name: 'MAX_SERVER_CPU', key: 'maxServerCpu', kind: 'number', def: '0', min: 0, max: 1000, text: '% of its limit that the server may use on average in the hold (ws_cpu_percent); 0 = not judged' },
  { name: 'MAX_SERVER_MEMORY', key: 'maxServerMemoryMB', kind: 'number', def: '0', min: 0, max: 1e7, text: 'MB that the server may use at most (ws_memory_bytes); 0 = not judged' },
  { name: 'EXPECT_REJECTED', key: 'expectRejected', kind: 'choice', choices: ['any', 'none', 'some'], def: 'any', text: 'none: nobody was refused (but for coming too fast) and the server stayed in its normal state; some: somebody was refused for good reason' },
  { name: 'FINAL_CONNECTIONS', key: 'finalConnections', kind: 'whole', def: '0', min: 0, max: 10_000_000, text: 'connections of the server at the end of the hold, within 1 %; 0 = not judged' },
  { name: 'REQUIRE_MESSAGES', key: 'requireMessages', kind: 'flag', def: 'true', text: 'fail when no message arrives; false is for a run that only holds idle connections. Published messages must arrive in any case' },
  { name: 'ALLOW_BUSY_GENERATOR', key: 'allowBusyGenerator', kind: 'flag', def: 'false', text: 'pass even when this program was the bottleneck' },
  { name: 'ALLOW_SHORTAGE', key: 'allowShortage', kind: 'flag', def: 'false', text: 'start although this machine has too few ports or descriptors' },
  { name: 'REPORT_FILE', key: 'reportFile', kind: 'file', def: '', text: 'write all figures there as JSON' },
  ...modeVariables, // MODES.md
];

module.exports = { variables };
