'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { modeContradictions } = require('../lib/modes/mode-variables.cjs');
const { whereLatencyRises } = require('../lib/modes/ramp.cjs');
const { scripted, settingsOf } = require('./scripted-run.cjs');

const usual = { TARGET_CONNECTIONS: '300', PUBLISH_RATE: '20', DURATION: '10', STEP_DURATION: '5' };

function criterion({ report }, name) {
  return report.criteria.find((one) => one.name === name);
}

describe('MODE=baseline', () => {
  it('has one client and tells its latency', async () => {
    const { load, report, failed } = await scripted({ ...usual, MODE: 'baseline' }, { share: 1 });

    assert.deepEqual(failed, []);
    assert.deepEqual(load.asked, [1]);
    assert.ok(report.result.latency.p99 < 4);
  });

  it('fails when a message comes before the one ahead is answered', async () => {
    const { failed } = await scripted({ ...usual, MODE: 'baseline', MAX_P99: '10000' }, { share: 1, restingP99: 130 });

    assert.deepEqual(failed, ['sequential']);
  });
});

it('MODE=baseline fails when publishes failed or gaps were announced, in all of the run', async () => {
  const judged = ['publishing', 'announcedGaps'].map((name) => ({ name, ok: false, sentence: 'too few' }));
  const { failed } = await scripted({ ...usual, MODE: 'baseline' }, { share: 1 }, { judged });

  assert.deepEqual(failed, ['publishing', 'announcedGaps']);
});

describe('MODE=ramp', () => {
  it('goes up in equal steps and says where latency begins to rise', async () => {
    const { load, report, failed } = await scripted({ ...usual, MODE: 'ramp', TARGET_CONNECTIONS: '3200', STEPS: '8' }, { cores: 0.08, noise: 0, reject: 101, pause: 102 });

    assert.deepEqual(failed, []);
    assert.deepEqual([...new Set(load.asked)], [400, 800, 1200, 1600, 2000, 2400, 2800, 3200]);
    assert.ok(report.result.rise.after >= 800 && report.result.rise.at <= 3200, JSON.stringify(report.result.rise));
    assert.equal(report.points.length, 8);
  });

  it('sees no rise in a latency that only wavers', () => {
    const points = (...latencies) => latencies.map((p99Milliseconds, i) => ({ clients: i + 1, p99Milliseconds }));

    assert.equal(whereLatencyRises(points(3, 5, 2, 6, 4, 3)), null);
    assert.equal(whereLatencyRises(points(30, 31, 90, 32, 33)), null, 'one peak');
    assert.equal(whereLatencyRises(points(3, 3, 3, 20, 40)).after, 3);
    assert.equal(whereLatencyRises(points(null, null)), null);
  });

  it('ends with the step that is not carried, and names it', async () => {
    const run = await scripted({ ...usual, MODE: 'ramp', TARGET_CONNECTIONS: '800', STEPS: '4' }, { maxConnections: 500 });

    assert.deepEqual(run.failed, ['steps']);
    assert.match(criterion(run, 'steps').sentence, /^600 clients: 500 of 600 clients connected/);
    assert.equal(run.report.points.length, 3);
  });
});

describe('MODE=saturation', () => {
  it('raises the rate until the server defends itself, sees newcomers refused, and times the recovery', async () => {
    const run = await scripted({ ...usual, MODE: 'saturation' });

    assert.deepEqual(run.failed, []);
    assert.match(run.report.result.how, /paused|refused/);
    assert.ok(run.report.result.refusedPercent > 90, JSON.stringify(run.report.result));
    assert.ok(run.report.result.recovery.recovered && run.report.result.recovery.seconds < 5);
    assert.equal(run.load.rate, 20, 'back at the usual rate');
  });

  it('fails when the server goes down', async () => {
    const run = await scripted({ ...usual, MODE: 'saturation', MAX_RECOVERY: '5s' }, { silentFrom: 0 });

    assert.ok(run.failed.includes('answering') && run.failed.includes('recovered'), run.failed.join());
  });

  it('fails when the server can\'t be saturated', async () => {
    const run = await scripted({ ...usual, MODE: 'saturation' }, { cores: 1000 });

    assert.deepEqual(run.failed, ['saturated']);
    assert.match(criterion(run, 'saturated').sentence, /up to 50000 messages\/s/);
  });
});

describe('MODE=burst', () => {
  it('multiplies the rate for its time and times the recovery', async () => {
    const run = await scripted({ ...usual, MODE: 'burst', BURST_FACTOR: '4', BURST_DURATION: '6' });

    assert.deepEqual(run.failed, []);
    assert.equal(run.report.result.messagesPerSecond, 80);
    assert.equal(run.report.points.length, 1 + 6);
    assert.ok(run.report.result.recovery.recovered);
  });

  it('fails when too little of it is taken', async () => {
    const run = await scripted({ ...usual, MODE: 'burst', BURST_FACTOR: '50' });

    assert.ok(run.failed.includes('publishing'), run.failed.join());
  });

  it('fails when nothing is normal again in time', async () => {
    const run = await scripted({ ...usual, MODE: 'burst', MAX_RECOVERY: '10s' }, { cores: 0.05, reject: 20, pause: 30 });

    assert.ok(run.failed.includes('recovered'));
    assert.match(criterion(run, 'recovered').sentence, /were not normal again within 10 s/);
  });
});

describe('MODE=churn', () => {
  it('counts who came and what the others noticed', async () => {
    const run = await scripted({ ...usual, MODE: 'churn', CHURN_RATE: '15' });

    assert.deepEqual(run.failed, []);
    assert.equal(run.report.result.connects, 150);
    assert.equal(run.load.churning, 0, 'ended');
  });

  it('fails when the others wait too long', async () => {
    const run = await scripted({ ...usual, MODE: 'churn', MAX_P99: '2' });

    assert.deepEqual(run.failed, ['othersP99']);
  });
});

describe('every mode', () => {
  it('fails when the generator was the limit, unless that is allowed', async () => {
    for (const mode of ['baseline', 'ramp', 'saturation', 'burst', 'churn', 'knee']) {
      const busy = await scripted({ ...usual, MODE: mode }, { complainFrom: 0 });
      const allowed = await scripted({ ...usual, MODE: mode, ALLOW_BUSY_GENERATOR: 'true', TARGET_CONNECTIONS: '400' }, { complainFrom: 0 });

      assert.ok(busy.report.criteria.some((one) => !one.ok && /event loop 900 ms late/.test(one.sentence)), mode);
      assert.ok(!allowed.report.criteria.some((one) => !one.ok && /event loop 900 ms late/.test(one.sentence)), mode);
    }
  });

  it('ends when interrupted, and reports what there is as not complete', async () => {
    for (const mode of ['baseline', 'ramp', 'saturation', 'burst', 'churn', 'knee']) {
      const run = await scripted({ ...usual, MODE: mode }, {}, { stop: AbortSignal.abort() });

      assert.deepEqual(run.failed, ['complete'], mode);
      assert.ok(run.load.finished && run.load.ended && run.report.interrupted, mode);
    }
  });

  it('is not complete when it was interrupted after its last step, while the account was made', async () => {
    const stop = new AbortController();
    const server = { share: 1, onFinish: () => stop.abort() };
    const { failed } = await scripted({ ...usual, MODE: 'baseline' }, server, { stop: stop.signal });

    assert.deepEqual(failed, ['complete']);
  });

  it('refuses variables that contradict it', () => {
    const problems = (env) => modeContradictions(settingsOf(env)).join('\n');

    for (const mode of ['baseline', 'saturation', 'burst']) assert.match(problems({ MODE: mode }), new RegExp(`PUBLISH_RATE: MODE=${mode} needs it`));
    assert.match(problems({ MODE: 'burst', PUBLISH_RATE: '20000' }), /BURST_FACTOR=10: times PUBLISH_RATE is 200000 messages\/s, at most 50000/);
    assert.match(problems({ MODE: 'knee', KNEE_OF: 'rate' }), /KNEE_OF=rate: needs PUBLISH_RATE or KNEE_FROM/);
    assert.match(problems({ MODE: 'knee', KNEE_FROM: '10.5' }), /KNEE_FROM=10.5: must be a whole number of clients/);
    assert.match(problems({ MODE: 'knee', KNEE_FROM: '500', KNEE_MAX: '100' }), /must not be above KNEE_MAX=100/);
    assert.match(problems({ MODE: 'ramp', CALIBRATION_FILE: '/tmp/x' }), /CALIBRATION_FILE: only MODE=knee writes one, this is MODE=ramp/);
    assert.equal(problems({ MODE: 'knee', PUBLISH_RATE: '5' }), '');
    assert.equal(problems({}), '');
  });

  it('refuses each variable that can\'t be read', () => {
    const bad = { MODE: 'kneee', STEP_DURATION: 'x', STEPS: '1', MAX_RECOVERY: '1ms', BURST_FACTOR: '1', BURST_DURATION: '-1', CHURN_RATE: '0', KNEE_OF: 'both', KNEE_FROM: 'many',
      KNEE_FACTOR: '1', KNEE_PRECISION: '0', KNEE_MAX: '0', KNEE_STATE: '101', KNEE_FIT_ERROR: '0', CALIBRATION_FILE: '/no/such/folder/x', CALIBRATION_FROM: 'x'.repeat(5000),
      CALIBRATION_TRANSPORT: 'pigeon', CALIBRATION_LINK: 'rope', REPORT_HTML: '/no/such/folder/y' };

    for (const [name, value] of Object.entries(bad)) {
      assert.throws(() => settingsOf({ [name]: value }), new RegExp(`^Error: ${name}="`), name);
    }
  });
});
