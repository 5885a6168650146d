'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { resultsText } = require('../lib/plan-tests/results.cjs');
const { readSettings } = require('../lib/settings.cjs');
const { expectationsOf } = require('../lib/settings/presets.cjs');

it('says in the plan\'s results that a test was held for a shorter time, and claims no state that nobody saw', () => {
  const hold = { name: 'hold', seconds: 60, deliveredPerSecond: 2400, latency: { p50: 1, p99: 2, p999: 3, max: 4 }, clients: { subscribed: 2000 }, server: { states: {} }, generator: { processes: [] } };
  const report = {
    windows: [hold], criteria: [], connections: { subscribed: 2000, lost: 0, refused: {} }, completeness: { owed: 9, lost: 0, announced: 0 },
    expectations: expectationsOf(readSettings({ PRESET: 'light' }).settings, 60),
  };
  const text = (change) => resultsText({ tests: [{ report: change(structuredClone(report)), code: 0 }], pools: [], commands: [] });

  assert.match(text((one) => one), /Stable for 5 minutes, no errors\. \*\*Passed\*\*\. Not as planned: held for 60 s, not the plan's 300\./);
  assert.match(text((one) => one), /States in the hold: not known\./);
  assert.match(text((one) => { one.windows[0].server.states = { normal: 1 }; return one; }), /States in the hold: normal\./);
});
