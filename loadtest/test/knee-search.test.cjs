'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { searchKnee } = require('../lib/knee/search.cjs');
const { scripted } = require('./scripted-run.cjs');

const ofClients = { MODE: 'knee', KNEE_OF: 'clients', TARGET_CONNECTIONS: '200', PUBLISH_RATE: '100' };
const ofRate = { MODE: 'knee', KNEE_OF: 'rate', TARGET_CONNECTIONS: '300', PUBLISH_RATE: '20' };

/** A limit that is a number. */
function limitAt(limit, asked = []) {
  return async (value) => {
    asked.push(value);
    return { passed: value <= limit, boundBy: 'cpu' };
  };
}

const steps = { from: 100, factor: 1.5, precision: 0.05, max: 20_000 };

describe('the search', () => {
  it('ends with a load that passes and one that fails, no further apart than asked', async () => {
    for (const limit of [1, 7, 99, 100, 101, 777, 5000, 19_999]) {
      const found = await searchKnee({ ...steps, probe: limitAt(limit) });

      assert.ok(found.knee <= limit && found.failedAt > limit, `${limit}: ${JSON.stringify(found)}`);
      assert.ok(found.failedAt - found.knee <= Math.max(1, 0.05 * found.failedAt), `${limit}: ${JSON.stringify(found)}`);
    }
  });

  it('goes below its first step, and says so when nothing passes', async () => {
    assert.equal((await searchKnee({ ...steps, probe: limitAt(0) })).knee, null);
    assert.equal((await searchKnee({ ...steps, probe: limitAt(3) })).knee, 3);
  });

  it('ends at the most that may be asked', async () => {
    const asked = [];
    const found = await searchKnee({ ...steps, max: 1000, probe: limitAt(5000, asked) });

    assert.deepEqual(found, { knee: 1000, failedAt: null, boundBy: null, abort: null });
    assert.equal(Math.max(...asked), 1000);
  });

  it('asks once more when it was close, and the second answer stands', async () => {
    const answers = { 100: [false, true], 150: [false, false] };
    const probe = async (value) => ({ passed: (answers[value] ?? [value < 120]).shift() ?? value < 120, boundBy: 'cpu', close: true });
    const found = await searchKnee({ ...steps, probe });

    assert.ok(found.knee >= 100 && found.failedAt <= 150, JSON.stringify(found));
  });

  it('takes what was reached for what failed, when a load failed on the way to it', async () => {
    const asked = [];
    const probe = async (value) => {
      asked.push(value);
      return value <= 180 ? { passed: true } : { passed: false, boundBy: 'cpu', at: Math.min(value, 190) };
    };
    const found = await searchKnee({ ...steps, from: 100, factor: 1.8, probe });

    assert.deepEqual([found.knee, found.failedAt], [180, 185]);
    assert.deepEqual(asked, [100, 180, 324, 185]);
  });

  it('goes on below a load that had passed, when the machine does not carry it any more', async () => {
    const asked = [];
    let limit = 160;
    const probe = async (value, lastPassed) => {
      asked.push(value);
      if (value > 200) limit = 130;
      if (lastPassed > limit) return { passed: false, isFinal: true, lastPassedFails: true, boundBy: 'cpu', abort: 'not normal again' };
      return value <= limit ? { passed: true } : { passed: false, boundBy: 'cpu' };
    };
    const found = await searchKnee({ ...steps, probe });

    assert.deepEqual(asked.slice(0, 4), [100, 150, 225, 125]);
    assert.ok(found.knee >= 120 && found.knee <= 130 && found.failedAt > 130 && found.failedAt <= 150, JSON.stringify(found));
    assert.deepEqual([found.boundBy, found.abort], ['cpu', null]);
  });

  it('ends when not even the first load that had passed is carried any more', async () => {
    let calm = true;
    const probe = async (value) => {
      if (calm && value <= 100) return { passed: true };
      calm = false;
      return { passed: false, isFinal: true, lastPassedFails: true, boundBy: 'cpu', abort: 'not normal again' };
    };
    const found = await searchKnee({ ...steps, probe });

    assert.deepEqual([found.knee, found.abort], [null, 'not normal again']);
  });

  it('ends when the generator complains twice running', async () => {
    const asked = [];
    const probe = async (value) => {
      asked.push(value);
      return value < 200 ? { passed: true } : { passed: false, abort: 'the generator was late' };
    };
    const found = await searchKnee({ ...steps, probe });

    assert.deepEqual(found, { knee: 150, failedAt: null, boundBy: 'generator', abort: 'the generator was late' });
    assert.deepEqual(asked, [100, 150, 225, 225]);
  });
});

describe('MODE=knee', () => {
  it('finds the clients at which the CPU reaches what may be', async () => {
    const { load, report, failed } = await scripted(ofClients);
    const { at } = report.result;

    assert.deepEqual(failed, []);
    assert.ok(at.clients <= load.clientsAt(70, 100) && at.clients >= 0.93 * load.clientsAt(70, 100), `${at.clients} of ${load.clientsAt(70, 100)}`);
    assert.equal(at.boundBy, 'cpu');
    assert.equal(at.cpuLimitCores, 0.5);
    assert.ok(load.finished);
  });

  it('finds the rate likewise', async () => {
    const { load, report, failed } = await scripted(ofRate);
    const { at } = report.result;

    assert.deepEqual(failed, []);
    assert.ok(at.messagesPerSecond <= load.rateAt(70, 300) && at.messagesPerSecond >= 0.93 * load.rateAt(70, 300), `${at.messagesPerSecond} of ${load.rateAt(70, 300)}`);
    assert.equal(at.clients, 300);
  });

  it('finds nearly the same again and again although the CPU is noisy', async () => {
    for (const env of [ofClients, ofRate]) {
      const found = [];
      for (let seed = 1; seed <= 12; seed++) found.push((await scripted(env, { noise: 0.05, seed })).report.result.at.deliveriesPerSecond);

      assert.ok(Math.max(...found) / Math.min(...found) < 1.15, found.join(' '));
    }
  });

  it('names the resource that bound', async () => {
    const bound = async (server, env = {}) => (await scripted({ ...ofClients, ...env }, server)).report.result.boundBy;

    assert.equal(await bound({ memoryLimit: 150 * 2 ** 20 }), 'memory');
    assert.equal(await bound({ maxConnections: 450 }), 'connections');
    assert.equal(await bound({ restingP99: 400 }, { MAX_P99: '405' }), 'latency');
    assert.equal(await bound({ lossFrom: 400 }), 'network');
    assert.equal(await bound({}), 'cpu');
  });

  it('is aborted, and is no knee, when the generator was the limit', async () => {
    const { report, failed } = await scripted(ofClients, { complainFrom: 500 });

    assert.deepEqual(failed.slice(0, 1), ['generator']);
    assert.match(report.criteria.find(({ name }) => name === 'generator').sentence, /event loop 900 ms late/);
    assert.equal(report.result.boundBy, 'generator');
  });

  it('fails when no limit was found', async () => {
    const { report, failed } = await scripted({ ...ofClients, KNEE_MAX: '300' });

    assert.deepEqual(failed, ['kneeFound']);
    assert.match(report.criteria.find((criterion) => criterion.name === 'kneeFound').sentence, /everything up to 300 clients passed/);
  });

  it('brings few in at a time once the server has work', async () => {
    const { load } = await scripted(ofClients);
    const rises = load.asked.map((count, i) => [load.asked[i - 1] ?? 0, count]).filter(([before, count]) => count > before && before > load.clientsAt(50, 100));

    assert.ok(rises.length > 3);
    for (const [before, count] of rises) assert.ok(count - before <= 50, `${before} to ${count}`);
  });
});
