'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { loadRules } = require('../lib/rules.cjs');

// The same sequences are played to the C# client: ClientRulesTests.cs.
const vectors = JSON.parse(fs.readFileSync(path.join(__dirname, '..', '..', 'tests', 'WsFanout.Tests', 'Tools', 'client-rules.json'), 'utf8'));

describe('the rules for clients, by the sequences that all our clients share', () => {
  for (const { name, bounds, position = null, steps } of vectors) {
    it(name, async () => {
      const { Tracker } = await loadRules();
      const tracker = new Tracker({ ...bounds, position });

      for (const step of steps) {
        const where = JSON.stringify(step);
        if (step.connecting) tracker.connecting(step.connecting);
        else if (step.asked) tracker.asked(step.asked);
        else if (step.take) assert.equal(tracker.take(step.take), step.verdict, where);
        else assert.deepEqual(tracker.position, step.position, where);
      }
    });
  }
});
