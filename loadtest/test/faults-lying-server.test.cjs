'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { startFakeHistory } = require('./faults-fake-server.cjs');
const { runFaults } = require('./faults-run.cjs');

const short = { CLIENTS: '10', DURATION: '1', KILL_RATE: '25', PUBLISH_RATE: '200', REPLAY_SHARE: '0', PROXY_SHARE: '40', SETTLE_TIMEOUT: '5s', ALLOW_BUSY_GENERATOR: 'true', CHANNELS: 'a.{0..3},b.{0..3}' };

/** Clients moved about on a server with these lies; what the run reports. */
async function against(lies, env = {}) {
  const server = await startFakeHistory(lies);
  const url = server.env.WS_URL;
  try {
    return await runFaults('moves', { ...short, WS_URLS: `${url},${url}`, PUBLISH_URL: url.replace('ws:', 'http:').replace('/ws', '/publish'), ...env });
  } finally {
    await server.stop();
  }
}

/** A change that happens once, the n-th time it is asked for. */
function once(n, change) {
  let asked = 0;
  return (...args) => (++asked === n ? change(...args) : undefined);
}

function assertFound(result, ...names) {
  assert.equal(result.code, 1, result.told);
  for (const name of names) assert.ok(result.failed.includes(name), `${name} is not among ${result.failed.join()}: ${JSON.stringify(result.report.examples, null, 1)}`);
}

/** The first catch-up with at least so many messages is changed; undefined: this one is not fit, the next perhaps. */
function inCatchUp(least, change) {
  let isDone = false;
  return (missed, since, stored) => {
    const changed = isDone || missed.length < least ? undefined : change(missed, since, stored);
    isDone ||= changed !== undefined;
    return changed;
  };
}

describe('a server with a history under moving clients', { concurrency: 4 }, () => {
  it('passes when it keeps the promise, and what happened is told', async () => {
    const { code, report, told } = await against({});

    assert.equal(code, 0, told);
    assert.ok(report.resumes.recovered > 0 && report.resumes.caughtUp > 0 && report.did.kills > 0, JSON.stringify(report.resumes));
    assert.ok(report.clients.ends['cut by proxy'] > 0, JSON.stringify(report.clients.ends));
  });

  it('is found out when a catch-up leaves one message out', async () => {
    let leftOut;
    const result = await against({ catchUp: inCatchUp(3, (missed) => {
      leftOut = missed[1];
      return missed.filter((message) => message !== leftOut);
    }) });

    assertFound(result, 'lost');
    assert.equal(result.report.violations.lost, 1);
    const example = result.report.examples.find((each) => each.kind === 'lost');
    assert.deepEqual([example.channel, example.seqs], [leftOut.channel, [leftOut.seq]]);
    assert.ok(example.connection > 0 && example.frames.length > 0);
  });

  it('is found out when it replays nothing and says recovered', async () => {
    assertFound(await against({ catchUp: inCatchUp(1, () => []) }), 'lost');
  });

  it('is found out when a catch-up gives again what the client has, or gives something twice', async () => {
    const again = await against({ catchUp: inCatchUp(2, (missed, since, stored) => {
      const known = stored.filter((message) => message.seq <= since && message.channel === missed[0].channel).slice(-1);
      return known.length === 0 ? undefined : [...known, ...missed];
    }) });
    const twice = await against({ catchUp: inCatchUp(2, (missed) => [missed[0], ...missed]) });

    assertFound(again, 'duplicate');
    assertFound(twice, 'duplicate');
  });

  it('is found out when a catch-up does not rise', async () => {
    assertFound(await against({ catchUp: inCatchUp(3, (missed) => missed.slice().reverse()) }), 'inversion');
  });

  it('is found out when it announces a gap over what it then sends, or a gap that is too short', async () => {
    const gap = (missed, from, to) => ({ type: 'gap', channel: missed[0].channel, from, to, reason: 'upstream' });
    const over = await against({ catchUp: inCatchUp(2, (missed, since) => [gap(missed, since + 1, missed[0].seq), ...missed]) });
    const short1 = await against({ catchUp: inCatchUp(2, (missed, since) => (missed[0].seq === since + 1 ? undefined : [gap(missed, since + 1, missed[0].seq - 1), ...missed.slice(1)])) });

    assertFound(over, 'dishonestGap', 'noGap');
    assertFound(short1, 'lost', 'noGap');
  });

  it('is found out by noGap alone when it announces honestly what it does not give', async () => {
    const result = await against({
      ack: (fields, since) => ({ ...fields, recovered: since >= fields.seq }),
      catchUp: (missed, since, stored) => (stored.length > since ? [{ type: 'gap', from: since + 1, to: stored.length, reason: 'window' }] : []),
    });

    assertFound(result, 'noGap', 'recovered');
    assert.deepEqual(result.failed, ['noGap', 'recovered']);
  });

  it('is found out when one live message is left out, or two change places', async () => {
    const drop = once(40, () => true);
    const dropped = await against({ deliver: (client, message, send) => { if (!drop()) send(message.text); } });
    let held = null;
    const hold = once(40, () => true);
    const swapped = await against({
      deliver: (client, message, send) => {
        if (held === null && hold()) {
          held = { client, text: message.text };
          return;
        }
        send(message.text);
        if (held?.client === client) {
          send(held.text);
          held = { client: null };
        }
      },
    });

    assertFound(dropped, 'lost');
    assertFound(swapped, 'inversion');
  });

  it('is found out when its last word lies about how far it has sent', async () => {
    const result = await against({ deliver: (client, message, send) => { if (client.number !== 0 || message.seq < 100) send(message.text); } }, { KILL_RATE: '0' });

    assertFound(result, 'lost');
  });

  it('does not pass when nothing was moved', async () => {
    assert.deepEqual((await against({}, { KILL_RATE: '0' })).failed, ['recovered', 'moved']);
  });

  it('does not pass when a client does not come back', async () => {
    const refuse = inCatchUp(1, () => [{ type: 'reset', epoch: 'e9', seq: 1, ts: 1 }]);
    assertFound(await against({ catchUp: refuse }), 'noGap', 'protocol');
  });
});
