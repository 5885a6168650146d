'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { nonNegativeLeastSquares, separableColumns, straightLine } = require('../lib/knee/least-squares.cjs');
const { costsOf } = require('../lib/knee/costs.cjs');
const { BadCalibration, calibrationOf, readCalibration, writeCalibration } = require('../lib/knee/calibration.cjs');
const { mulberry32 } = require('../lib/plans.cjs');
const { scripted, costsBefore, calibrationBefore } = require('./scripted-run.cjs');

const knee = { MODE: 'knee', TARGET_CONNECTIONS: '400', PUBLISH_RATE: '60' };

/** Within this part of the true value. */
function near(value, truth, part, what) {
  assert.ok(Math.abs(value - truth) <= part * truth, `${what}: ${value}, in truth ${truth}`);
}

describe('least squares', () => {
  it('recovers costs that are known, and nearly so with noise', () => {
    const truth = [0.01, 3e-6, 2e-4, 7e-6];
    const random = mulberry32(7);
    const rows = [];
    for (const clients of [0, 5, 500, 1000, 2000]) for (const rate of [0, 20, 100, 400]) rows.push([1, clients, rate, clients * rate * 0.1]);
    const exact = rows.map((row) => row.reduce((sum, cell, j) => sum + cell * truth[j], 0));
    const noisy = exact.map((value) => value * (1 + 0.02 * (random() - 0.5)));

    nonNegativeLeastSquares(rows, exact).forEach((cost, j) => near(cost, truth[j], 1e-6, `column ${j}`));
    near(nonNegativeLeastSquares(rows, noisy)[3], truth[3], 0.03, 'with noise');
  });

  it('never finds a negative cost', () => {
    const rows = [[1, 1], [1, 2], [1, 3]];

    assert.deepEqual(nonNegativeLeastSquares(rows, [3, 2, 1]).map((cost) => Number(cost.toFixed(6))), [2, 0]);
    assert.ok(nonNegativeLeastSquares(rows, [1, 3, 5]).every((cost) => cost >= 0));
  });

  it('knows which costs can be told apart', () => {
    assert.deepEqual(separableColumns([[1, 10, 5], [1, 20, 10], [1, 30, 15], [1, 40, 20]]), [0], 'the second is twice the third');
    assert.deepEqual(separableColumns([[1, 10, 0], [1, 20, 0], [1, 40, 0]]), [0, 1], 'the third never varied');
    assert.deepEqual(separableColumns([[1, 10, 3], [1, 20, 9], [1, 30, 1]]), [0, 1, 2]);
  });

  it('says how sure a slope is', () => {
    const line = straightLine([[0, 10], [1, 12], [2, 14], [3, 16]]);

    assert.deepEqual([line.slope, line.height, line.slopeError], [2, 10, 0]);
    assert.equal(straightLine([[1, 1], [1, 2], [1, 3]]), null);
    assert.ok(straightLine([[0, 0], [1, 5], [2, 1], [3, 4]]).slopeError > 0.5);
  });
});

describe('how well the costs fit', () => {
  const loads = [0, 5, 600, 700, 800, 900, 1000].flatMap((clients) => [0, 60].map((rate) => [clients, rate]));
  const pointsWith = (cpuOf) => loads.map(([clients, rate]) => ({ clients, messagesPerSecond: rate, deliveriesPerSecond: clients * rate, cpuCores: cpuOf(clients, rate), memoryBytes: null }));
  const linear = (clients, rate) => 0.02 + rate * 2e-4 + clients * rate * 6e-6;

  it('is decided by the middle one of the heavy loads, not by one that was dearer', () => {
    const { errorPercent } = costsOf(pointsWith((clients, rate) => linear(clients, rate) * (clients === 800 && rate > 0 ? 1.5 : 1)), null, costsBefore, false);

    assert.ok(errorPercent.middle < 15, `${errorPercent.middle} %`);
    assert.ok(errorPercent.worst > 15, `${errorPercent.worst} %`);
  });

  it('is bad where the costs are no straight line', () => {
    const { errorPercent } = costsOf(pointsWith((clients, rate) => linear(clients, rate) * (rate === 0 ? 1 : (clients / 500) ** 3)), null, costsBefore, false);

    assert.ok(errorPercent.middle > 15, `${errorPercent.middle} %`);
  });
});

describe('the costs of a knee', () => {
  it('are those of the server', async () => {
    const { load, report } = await scripted(knee);
    const { costs, takenOver } = report.result.fit;
    const truth = load.server.costs;

    near(costs.idleCores, truth.idle, 0.02, 'idle');
    near(costs.secondsPerIdleClientSecond, truth.client, 0.05, 'client');
    near(costs.secondsPerMessage, truth.message, 0.05, 'message');
    near(costs.secondsPerDelivery, truth.delivery, 0.02, 'delivery');
    near(costs.secondsPerHandshake, truth.handshake, 0.05, 'handshake');
    near(costs.bytesPerClient, 40_000, 0.01, 'memory of a client');
    near(costs.fixedBytes, 100 * 2 ** 20, 0.01, 'memory with nobody');
    assert.deepEqual(takenOver, ['secondsPerTlsHandshake', 'secondsPerRefusal', 'bytesPerTlsClient', 'kernelBytesPerSocket']);
    assert.equal(costs.secondsPerRefusal, costsBefore.secondsPerRefusal);
  });

  it('predict another server of the same kind when the CPU is noisy', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const { report } = await scripted(knee, { noise: 0.05, seed });
      const { costs } = report.result.fit;
      const other = (await scripted({ ...knee, PUBLISH_RATE: '150' }, { cores: 0.8, noise: 0.05, seed: seed + 50 })).report.result.at;
      const predicted = costs.idleCores + other.clients * costs.secondsPerIdleClientSecond + other.messagesPerSecond * costs.secondsPerMessage
        + other.deliveriesPerSecond * costs.secondsPerDelivery;

      near(predicted, 0.7 * 0.8, 0.1, `seed ${seed}`);
    }
  });

  it('are taken over where nothing was measured', () => {
    const point = (clients) => ({ clients, messagesPerSecond: 0, deliveriesPerSecond: 0, cpuCores: 0.2 + clients * 1e-5, memoryBytes: null });
    const { costs, takenOver } = costsOf([point(10), point(100), point(200), point(400)], null, { ...costsBefore, secondsPerMessage: 0, secondsPerDelivery: 0 }, false);

    near(costs.secondsPerIdleClientSecond, 1e-5, 0.01, 'client');
    for (const name of ['secondsPerMessage', 'secondsPerDelivery', 'secondsPerHandshake', 'bytesPerClient', 'fixedBytes']) assert.ok(takenOver.includes(name), name);
  });

  it('do not take memory of few clients, or of a slope that may be chance, for a client\'s', () => {
    const point = (clients, memoryBytes) => ({ clients, messagesPerSecond: 0, deliveriesPerSecond: 0, cpuCores: 0.1, memoryBytes });
    const few = costsOf([point(0, 1e8), point(50, 2e8), point(100, 3e8)], null, costsBefore, false);
    const chance = costsOf([point(0, 1e8), point(500, 1.9e8), point(1000, 0.8e8), point(2000, 1.2e8)], null, costsBefore, false);

    assert.ok(few.takenOver.includes('bytesPerClient') && chance.takenOver.includes('bytesPerClient'));
  });
});

describe('the calibration file', () => {
  const facts = { measuredAt: '2026-01-01T00:00:00Z', measuredBy: 'MODE=knee', server: '1', machine: 'm', transport: 'direct', link: 'loopback', payloadBytes: 400, note: '' };

  it('is read as it was written', async () => {
    const { report } = await scripted(knee);
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'calibration-')), 'c.json');
    writeCalibration(file, calibrationOf({ ...facts, fit: report.result.fit, points: report.points, knee: report.result.at }));
    const read = readCalibration(file);

    assert.equal(read.format, 'wsfanout-calibration/1');
    assert.deepEqual(Object.keys(read.costs), Object.keys(costsBefore));
    assert.deepEqual(Object.keys(read.points[0]),
      ['clients', 'messagesPerSecond', 'deliveriesPerSecond', 'cpuCores', 'cpuPercent', 'memoryBytes', 'p99Milliseconds', 'passed', 'boundBy']);
    assert.equal(read.points.length, report.points.length);
    assert.deepEqual(Object.keys(read.knee), ['clients', 'messagesPerSecond', 'deliveriesPerSecond', 'boundBy', 'cpuLimitCores']);
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ['c.json'], 'nothing is left beside it');
  });

  it('is refused with the field that is wrong', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'calibration-'));
    const problem = (text) => {
      const file = path.join(folder, 'bad.json');
      fs.writeFileSync(file, text);
      try {
        readCalibration(file);
        return 'none';
      } catch (error) {
        assert.ok(error instanceof BadCalibration && error.message.startsWith(file), error.stack);
        return error.message.slice(file.length + 2);
      }
    };
    const withCost = (name, value) => problem(JSON.stringify({ ...calibrationBefore, costs: { ...costsBefore, [name]: value } }));

    assert.match(problem('{'), /is no JSON/);
    assert.match(problem('[]'), /must be an object/);
    assert.match(problem('{"format":"other/2"}'), /format is "other\/2": must be "wsfanout-calibration\/1"/);
    assert.match(withCost('secondsPerDelivery', undefined), /costs.secondsPerDelivery is undefined: must be a number from 0 to 1/);
    assert.match(withCost('idleCores', -1), /costs.idleCores is -1/);
    assert.match(withCost('fixedBytes', 1e13), /costs.fixedBytes/);
    assert.throws(() => readCalibration(path.join(folder, 'none.json')), /none.json: can't be read \(ENOENT\)/);
    assert.throws(() => calibrationOf({ ...facts, fit: { costs: { ...costsBefore, idleCores: NaN }, takenOver: [] }, points: [], knee: null }), /makes no calibration/);
  });
});
