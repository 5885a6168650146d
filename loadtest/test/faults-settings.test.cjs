'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { helpFor } = require('../faults/lib/fault-help.cjs');
const { readFaultSettings, rowsFor } = require('../faults/lib/fault-settings.cjs');
const { scenarios } = require('../faults/lib/scenarios.cjs');
const { runFaults } = require('./faults-run.cjs');

const named = (name) => scenarios.find((scenario) => scenario.name === name);

it('names every variable that is wrong, and starts nothing', async () => {
  const { code, stderr } = await runFaults('moves', { CLIENTS: '0', DURATION: 'long', PUBLISH_NATS: 'http://x', WS_URL: 'ws://x' });

  assert.equal(code, 78);
  for (const expected of [/CLIENTS="0": must be a whole number between 1 and 5000/, /DURATION="long": must be a duration/, /PUBLISH_NATS="http:\/\/x": must be a URL that begins with nats:/, /WS_URL: .* did you mean WS_URLS\?/]) {
    assert.match(stderr, expected);
  }
  assert.equal((await runFaults('fog', {})).code, 78);
});

it('says what does not go together', () => {
  const problems = (scenario, env) => readFaultSettings({ NATS_SERVER: process.execPath, SERVER: process.execPath, ...env }, named(scenario)).problems;

  assert.deepEqual(problems('moves', {}), []);
  assert.deepEqual(problems('moves', { WS_URLS: 'ws://a/ws,wss://b/ws', PUBLISH_NATS: 'nats://me:secret@c:4222' }), []);
  assert.match(problems('crash', { WS_URLS: 'ws://a/ws' })[0], /the scenario crash kills the server/);
  assert.match(problems('moves', { PUBLISH_URL: 'http://a/publish' })[0], /go with WS_URLS/);
  assert.match(problems('moves', { NATS_SERVER: '/no/such' })[0], /NATS_SERVER="\/no\/such": no such program/);
  assert.match(problems('moves', { CHANNELS: 'a.b,a.c' })[0], /CHANNELS_PER_CLIENT=3: CHANNELS names only 2/);
});

it('helps with the defaults of each scenario', () => {
  for (const scenario of scenarios) {
    const text = helpFor(scenarios, scenario);
    for (const row of rowsFor(scenario)) assert.ok(text.includes(`  ${row.name} `), row.name);
    for (const name of Object.keys(scenario.defaults)) assert.ok(rowsFor(scenario).some((row) => row.name === name && row.def === scenario.defaults[name]), `${scenario.name}: ${name}`);
  }
});
