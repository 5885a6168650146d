'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { consoleModule, consoleText } = require('./console-files.cjs');

describe('the console: scales and lines', () => {
  it('has round numbers from 0 to at least the most', async () => {
    const { linear } = await consoleModule('scale');

    assert.deepEqual(linear(4).ticks, [0, 1, 2, 3, 4]);
    assert.deepEqual(linear(12).ticks, [0, 5, 10, 15]);
    assert.deepEqual(linear(100).ticks, [0, 25, 50, 75, 100]);
    for (let most = 1; most < 1e7; most = most * 1.37 + 1) {
      const { ticks, share } = linear(most);
      assert.ok(ticks.at(-1) >= most && ticks.length >= 2 && ticks.length <= 6, `${most}: ${ticks}`);
      assert.deepEqual([share(0), share(ticks.at(-1)), share(-1), share(1e12)], [0, 1, 0, 1]);
    }
  });

  it('has powers of ten for latencies, with what no clock can tell at the foot', async () => {
    const { decades } = await consoleModule('scale');

    assert.deepEqual(decades(10).ticks, [1, 10]);
    assert.deepEqual(decades(1_000).ticks, [1, 10, 100, 1_000]);
    assert.deepEqual(decades(1_001).ticks, [1, 10, 100, 1_000, 10_000]);
    assert.equal(decades(100).share(10), 0.5);
    assert.deepEqual([decades(100).share(0), decades(100).share(1)], [0, 0]);
  });

  it('breaks a line where nothing is known, and sets a dot where a value stands alone', async () => {
    const { pathOf } = await consoleModule('scale');
    const path = (...values) => pathOf(values, (i) => i, (value) => value);

    assert.equal(path(1, 2), 'M0.0 1.0L1.0 2.0');
    assert.equal(path(NaN, 5, NaN, 6, 7), 'M1.0 5.0h0M3.0 6.0L4.0 7.0');
    assert.equal(path(1, 2, NaN, 3), 'M0.0 1.0L1.0 2.0M3.0 3.0h0');
    assert.equal(path(NaN, NaN), '');
  });

  it('finds the largest value among those that are known', async () => {
    const { mostOf } = await consoleModule('scale');

    assert.equal(mostOf([[NaN, 3], [7, NaN]], 4), 7);
    assert.equal(mostOf([[NaN]], 4), 4);
  });
});

describe('the console: states over time', () => {
  it('knows from one answer how long the state has been, also before the page was opened', async () => {
    const { States } = await consoleModule('states');
    const states = new States();

    states.tell(1_000, 'normal', 86_400);

    assert.deepEqual(states.runs(1_000), [{ name: 'normal', from: 300, to: 0 }]);
  });

  it('dates a change by what the server says, and takes the state before it for the time between two answers', async () => {
    const { States } = await consoleModule('states');
    const states = new States();
    states.tell(1_000, 'normal', 20);
    states.tell(1_002, 'normal', 22);
    states.tell(1_006, 'paused', 2.4);

    assert.deepEqual(states.runs(1_010), [{ name: 'normal', from: 30, to: 6 }, { name: 'paused', from: 6, to: 0 }]);
  });

  it('does not make up what it was not told', async () => {
    const { States } = await consoleModule('states');
    const states = new States();
    assert.deepEqual(states.runs(5), []);
    states.tell(1_000, 'rejecting', 3);

    assert.deepEqual(states.runs(1_100), [{ name: 'rejecting', from: 103, to: 99 }]);
    states.tell(1_100, 'normal', 5);
    assert.deepEqual(states.runs(1_100), [{ name: 'rejecting', from: 103, to: 99 }, { name: 'normal', from: 5, to: 0 }]);
    states.tell(1_101, 'a state of another version', 1);
    assert.equal(states.runs(1_103).at(-1).name, 'normal');
  });
});

describe('the console: colours', () => {
  const css = consoleText('style.css');
  const schemes = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name, colour])));
  const [light, dark] = [schemes[0], { ...schemes[0], ...schemes[1] }];

  for (const [scheme, colours] of Object.entries({ light, dark })) {
    it(`text and lines stand out from what is behind them, ${scheme}`, () => {
      assert.equal(schemes.length, 2);
      for (const behind of ['panel', 'back']) {
        for (const name of ['ink', 'quiet', 'accent', 'good', 'warn', 'bad']) assert.ok(contrast(colours[name], colours[behind]) >= 4.5, `${name} on ${behind}: ${contrast(colours[name], colours[behind])}`);
      }
      for (const name of ['first', 'second', 'third', 'fill-good', 'fill-bad']) assert.ok(contrast(colours[name], colours.panel) >= 3, `${name}: ${contrast(colours[name], colours.panel)}`);
      // The middle state is told by its height, too.
      assert.ok(contrast(colours['fill-warn'], colours.panel) >= 2.5, `${contrast(colours['fill-warn'], colours.panel)}`);
    });
  }
});

/** As WCAG 2 defines it. */
function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
