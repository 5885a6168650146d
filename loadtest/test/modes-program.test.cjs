'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { against, runLoadTest, shortRun } = require('./run-load-test.cjs');
const { assertWellFormed } = require('./well-formed.cjs');
const { calibrationProblem } = require('../lib/knee/calibration.cjs');
const { calibrationBefore } = require('./scripted-run.cjs');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'modes-'));
const quick = { MAX_P99: '5000', STEP_DURATION: '1', PROCESSES: '1' };
const file = (name) => path.join(folder, name);

describe('the program in each mode', { concurrency: 2 }, () => {
  it('measures one client alone', async () => {
    const run = await against({}, { ...quick, MODE: 'baseline', DURATION: '2' });

    assert.equal(run.code, 0, run.stderr + run.stdout.slice(-2000));
    assert.equal(run.report.mode, 'baseline');
    assert.ok(run.report.result.latency.count >= 20, `${run.report.result.latency.count} messages`);
    assert.ok(run.report.criteria.some(({ name, ok }) => name === 'lost' && ok), 'every message is accounted for');
  });

  it('fails MODE=baseline when publishes are refused', async () => {
    let asked = 0;
    const publish = () => (++asked % 3 !== 0 ? { status: 503, body: '{"error":"overloaded"}' } : null);
    const run = await against({ publish }, { ...quick, MODE: 'baseline', DURATION: '2' });

    assert.equal(run.code, 1, run.stderr);
    assert.ok(run.failed.includes('publishing'), run.failed.join());
  });

  it('ramps up in steps, and writes a page of it', async () => {
    const run = await against({}, { ...quick, MODE: 'ramp', STEPS: '3', REPORT_HTML: file('ramp.html'), REPORT_FILE: file('ramp.json') });
    const page = fs.readFileSync(file('ramp.html'), 'utf8');

    assert.equal(run.code, 0, run.stderr + run.stdout.slice(-2000));
    assert.deepEqual(run.report.points.map((point) => point.clients), [4, 8, 12]);
    assertWellFormed(page, 'ramp');
    assert.match(page, /Latency against clients/);
    assert.match(page, /Over time/);
    const again = await runLoadTest({}, { args: ['--html', file('ramp.json')] });
    assert.equal(again.code, 0, again.stderr);
    assert.equal(again.stdout, page);
  });

  it('bursts and recovers', async () => {
    const run = await against({}, { ...quick, MODE: 'burst', BURST_FACTOR: '3', BURST_DURATION: '2', MAX_RECOVERY: '60s' }, { deadlineMs: 120_000 });

    assert.equal(run.code, 0, run.stderr + run.stdout.slice(-2000));
    const { before, deliveriesPerSecond } = run.report.result;
    assert.ok(deliveriesPerSecond > before.deliveriesPerSecond, `${deliveriesPerSecond} deliveries/s in the burst, ${before.deliveriesPerSecond} before`);
  });

  it('lets clients come and go', async () => {
    const run = await against({}, { ...quick, MODE: 'churn', CHURN_RATE: '5', DURATION: '4' });

    assert.equal(run.code, 0, run.stderr + run.stdout.slice(-2000));
    assert.ok(run.report.result.connects >= 10, `${run.report.result.connects} came`);
    assert.equal(run.report.completeness.lost, 0);
  });

  it('finds the knee of a server that takes so many clients, and writes the calibration', async () => {
    fs.writeFileSync(file('before.json'), JSON.stringify(calibrationBefore));
    const full = { status: 503, headers: { 'Retry-After': 1 }, body: { error: 'max_connections', message: 'full', retry_after: 1 } };
    let server = null;
    const refuse = () => (server !== null && server.clients.size >= 10 ? full : null);
    const run = await against({ refuse, opened: (client) => { server = client.server; } }, {
      ...quick, MODE: 'knee', TARGET_CONNECTIONS: '4', KNEE_FACTOR: '2', KNEE_MAX: '40', KNEE_PRECISION: '10', PUBLISH_RATE: '30', CHURN_RATE: '1', STEP_DURATION: '500ms',
      CALIBRATION_FROM: file('before.json'), CALIBRATION_FILE: file('new.json'), CALIBRATION_NOTE: 'a test', PUBLISH_TOKEN: 'secret-word',
    }, { deadlineMs: 90_000 });
    const calibration = JSON.parse(fs.readFileSync(file('new.json'), 'utf8'));

    assert.equal(run.code, 0, run.stderr + run.stdout.slice(-2000));
    assert.deepEqual([run.report.result.knee, run.report.result.boundBy], [10, 'connections']);
    assert.equal(calibrationProblem(calibration), null);
    assert.deepEqual([calibration.server, calibration.link, calibration.payloadBytes, calibration.note, calibration.knee.clients], ['0.0.1', 'loopback', 400, 'a test', 10]);
    assert.match(calibration.measuredBy, /TARGET_CONNECTIONS=4 .*MODE=knee .*node loadtest\/sustained-load-test\.cjs$/);
    assert.doesNotMatch(JSON.stringify(calibration), /secret-word/);
  });

  it('tells what a mode found to people too', async () => {
    const run = await against({}, { ...quick, MODE: 'ramp', STEPS: '2' }, { args: [] });

    assert.equal(run.code, 0, run.stdout);
    assert.match(run.stdout, /MODE=ramp/);
    assert.match(run.stdout, /12 clients +.*deliveries\/s, p50/);
    assert.match(run.stdout, /PASSED/);
  });
});

describe('what can\'t be done', () => {
  const refusedWith = async (env, args = []) => {
    const run = await runLoadTest({ ...shortRun, WS_URL: 'ws://127.0.0.1:9/ws', ...env }, { args });
    return `${run.code} ${run.stderr}`;
  };

  it('is told before anything starts', async () => {
    fs.writeFileSync(file('bad.json'), '{"format":"other"}');
    fs.writeFileSync(file('no-report.json'), '{}');

    assert.match(await refusedWith({ MODE: 'turbo' }), /^78 MODE="turbo": must be one of sustained, baseline, ramp, saturation, burst, churn, knee/);
    assert.match(await refusedWith({ MODE: 'burst', PUBLISH_RATE: '0' }), /^78 PUBLISH_RATE: MODE=burst needs it/);
    assert.match(await refusedWith({ KNEE_FACTORR: '2' }), /^78 KNEE_FACTORR: is no variable of this test; did you mean KNEE_FACTOR\?/);
    assert.match(await refusedWith({ MODE: 'knee', CALIBRATION_FROM: file('bad.json') }), /^2 The run could not be made: .*bad\.json: format is "other"/);
    assert.match(await refusedWith({}, ['--html']), /^78 --html: needs the JSON report/);
    assert.match(await refusedWith({}, ['--html', file('no-report.json')]), /^78 .*no-report\.json: is no report of this test/);
    assert.match(await refusedWith({}, ['--html', file('missing.json')]), /^78 .*missing\.json: can't be read \(ENOENT\)/);
  });
});
