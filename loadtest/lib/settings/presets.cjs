'use strict';

// The plan's validation tests. Its rates come from 12 transactions a second (30 in the peak minute) over about 100 tokens; a client here
// follows 10 of 100 channels, so it gets a tenth of what is published: 12 a second make 1.2 a client, 30 make 3. That puts each test inside
// its range: 2,400 of 2,000–4,000, 6,000 of 5,000–10,000, 30,000 of 20,000–40,000.
const common = Object.freeze({ CHANNELS_PER_CLIENT: '10', PUBLISH_SIZE: '400' });

/**
 * `variables` are defaults; of those named in `scaled` SCALE makes more or less. `expected` is what the plan expects to measure, from and
 * to, beside which the report puts what was measured; only `criteria` (the plan's words) decide, by the variables.
 */
const presets = Object.freeze({
  light: {
    title: 'Test 1: Light Load (2,000 connections)',
    variables: { ...common, TARGET_CONNECTIONS: '2000', DURATION: '300', PUBLISH_RATE: '12', MIN_RATE: '2000', MAX_RATE: '4000', SUCCESS_RATE: '100', MAX_DISCONNECT_RATE: '0', MAX_GAP_RATE: '0', EXPECT_REJECTED: 'none' },
    expected: { cpuPercent: [10, 20], memoryMB: [200, 300], tasks: [4500, 4500], deliveredPerSecond: [2000, 4000] },
    criteria: 'Stable for 5 minutes, no errors',
  },
  target: {
    title: 'Test 2: Target Load (5,000 connections)',
    variables: { ...common, TARGET_CONNECTIONS: '5000', DURATION: '600', PUBLISH_RATE: '12', MIN_RATE: '5000', MAX_RATE: '10000', MAX_GAP_RATE: '0.99' },
    expected: { cpuPercent: [25, 35], memoryMB: [500, 700], tasks: [10500, 10500], deliveredPerSecond: [5000, 10000] },
    criteria: 'Stable for 10 minutes, <1% message drops',
  },
  capacity: {
    title: 'Test 3: Capacity Test (10,000 connections)',
    variables: { ...common, TARGET_CONNECTIONS: '10000', DURATION: '600', PUBLISH_RATE: '30', MIN_RATE: '20000', MAX_RATE: '40000', EXPECT_REJECTED: 'none' },
    expected: { cpuPercent: [60, 80], memoryMB: [1000, 1200], tasks: [20500, 20500], deliveredPerSecond: [20000, 40000] },
    criteria: 'Stable for 10 minutes, CPU reject threshold not hit',
  },
  overload: {
    title: 'Test 4: Overload Test (12,000 connections)',
    variables: { ...common, TARGET_CONNECTIONS: '12000', DURATION: '300', PUBLISH_RATE: '30', SUCCESS_RATE: '0', EXPECT_REJECTED: 'some', FINAL_CONNECTIONS: '10000' },
    expected: { cpuPercent: [75, 100], connections: [10000, 10000] },
    criteria: 'Server stable, rejects excess load gracefully',
  },
});

const heldShare = 0.99; // a hold ends at a look, which may be a moment early
const scaled = ['TARGET_CONNECTIONS', 'MIN_RATE', 'MAX_RATE', 'FINAL_CONNECTIONS'];

/** The environment with the preset's numbers where it says nothing itself. A bad PRESET or SCALE is told when they are read. */
function withPreset(env) {
  const preset = presets[env.PRESET?.trim()];
  if (preset === undefined) return env;
  const scale = scaleOf(env);
  const variables = { ...preset.variables };
  for (const name of scaled) if (variables[name] !== undefined) variables[name] = String(Math.max(1, Math.round(variables[name] * scale)));
  return { ...variables, ...env };
}

/**
 * What the plan expects of a preset, or null. Everything is taken to grow with the clients but memory, most of which is the server's own.
 * `remarks` say in what the run was not the plan's.
 * @param {number} heldSeconds how long the full load was held
 */
function expectationsOf({ preset, scale }, heldSeconds) {
  if (preset === '') return null;
  const { title, criteria, expected, variables } = presets[preset];
  const ranges = Object.fromEntries(Object.entries(expected).filter(([name]) => scale === 1 || name !== 'memoryMB').map(([name, range]) => [name, range.map((value) => value * scale)]));
  const remarks = [];
  const planned = Number(variables.DURATION);
  if (heldSeconds < planned * heldShare) remarks.push(`held for ${Number(heldSeconds.toFixed(1))} s, not the plan's ${planned}`);
  if (scale !== 1 && expected.memoryMB !== undefined) remarks.push('memory is not compared: most of it is the server\'s own, whatever SCALE is');
  return { title: scale === 1 ? title : `${title}, scaled by ${scale}`, criteria, ranges, remarks };
}

function scaleOf(env) {
  const scale = Number(env.SCALE ?? 1);
  return scale > 0 && Number.isFinite(scale) ? scale : 1;
}

module.exports = { presets, withPreset, expectationsOf };
