'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { History } = require('./faults-history.cjs');

const stored = { a: [1, 3, 5, 7, 9, 11], b: [2, 4, 6, 8, 10, 12] };

/** Connected, subscribed to `a` from the beginning, given 1, 3 and 5. */
function begun(names = ['a'], ackSeq = 0) {
  return new History().stored(stored).open().subscribe(names, ackSeq).message('a', 1, 0).message('a', 3, 1).message('a', 5, 3);
}

function right(history, what = () => {}) {
  const { found, totals, examples } = history.judge();
  assert.deepEqual(found, {}, JSON.stringify(examples, null, 1));
  what(totals);
}

function wrong(history, expected) {
  const { found, examples } = history.judge();
  assert.deepEqual(found, expected, JSON.stringify(examples, null, 1));
  return examples;
}

describe('a history that keeps the promise passes', () => {
  it('on one connection', () => {
    right(begun().message('a', 7, 5).position(8), ({ owed, messages }) => assert.deepEqual([owed, messages], [4, 4]));
  });

  it('with a pattern and a channel, each message once and in stream order', () => {
    const history = new History().stored({ 'x.a': [1, 3], 'x.b': [2, 4] }).open().subscribe(['x.*', 'x.a'], 0);
    right(history.message('x.a', 1, 0).message('x.b', 2, 0).message('x.a', 3, 1).message('x.b', 4, 2));
  });

  it('across a resume on another server, whose prev is unknown for once', () => {
    right(begun().close().open({ server: 1 }).resume(['a'], 5, 8, (h) => h.message('a', 7, 0)).message('a', 9, 7).position(10).message('a', 11, 9).got({ type: 'pong', seq: 12, ts: 1 }));
  });

  it('when the part that is gone is announced, channel by channel, by pattern or for all', () => {
    for (const name of ['a', '*', '>', undefined]) {
      const history = begun().close().open().resume(['a'], 5, 10, (h) => h.gap(6, 8, name).message('a', 9, 7), { recovered: false });
      right(history.message('a', 11, 9), ({ announced, gaps }) => assert.deepEqual([announced, gaps.window], [1, 1]));
    }
  });

  it('when everything is announced as today\'s server does, and nothing replayed', () => {
    right(begun().close().open().resume(['a'], 5, 10, (h) => h.gap(6, 10, 'a'), { recovered: false }).message('a', 11, 9), ({ resumes }) => assert.equal(resumes.notRecovered, 1));
  });

  it('when a slow client\'s gap stands in the place of what was dropped', () => {
    right(begun().gap(7, 9, 'a', 'slow').message('a', 11, 9), ({ gaps }) => assert.equal(gaps.slow, 1));
  });

  it('when the server lags behind the client and waits with its sync', () => {
    right(begun().close().open().resume(['a'], 5, 3, () => {}, { sync: 5 }).message('a', 7, 5));
  });

  it('when the server passes by where the client is in one go, and says so behind what it gave above that', () => {
    const history = begun().close().open().resume(['a'], 5, 3, (h) => h.message('a', 7, 5).message('a', 9, 7), { sync: 10 });
    right(history.message('a', 11, 9), ({ owed }) => assert.equal(owed, 6));
  });

  it('when the server finds, once it is where the client was, that it can\'t give what follows', () => {
    const history = begun().close().open().resume(['a'], 5, 3, (h) => h.gap(6, 10, 'a'), { sync: 10 });
    right(history.message('a', 11, 9), ({ announced }) => assert.equal(announced, 2));
  });

  it('when the server finds, once it is where the client was, that the stream was another one', () => {
    const history = begun().close().open().subscribe(['a'], 3, { since: 5, recovered: true }).stored({ a: [11] }, 'e2').reset('e2', 10).got({ type: 'sync', id: 1, seq: 10, ts: 1 });
    right(history.message('a', 11, 0), ({ resets }) => assert.equal(resets, 1));
  });

  it('when other subscriptions go on while the server lags behind the client', () => {
    const history = begun().close().open().subscribe(['a'], 4, { since: 5, recovered: true, id: 2 }).subscribe(['b'], 4);
    right(history.message('b', 6, 4).message('b', 8, 6).message('a', 7, 5).got({ type: 'sync', id: 2, seq: 8, ts: 1 }).message('a', 9, 7).message('b', 10, 8));
  });

  it('when a connection ends in the middle of a catch-up and the next begins where it began', () => {
    const history = begun().close().open().resume(['a'], 5, 12, (h) => h.message('a', 7, 5), { sync: null }).close();
    right(history.open().resume(['a'], 5, 12, (h) => h.message('a', 7, 5).message('a', 9, 7).message('a', 11, 9)), ({ droppedByRule }) => assert.equal(droppedByRule, 1));
  });

  it('when a second subscription catches up and the first one\'s messages wait', () => {
    const history = begun().subscribe(['b'], 6, { since: 5, recovered: true, id: 2 });
    // The client's rule takes its position back to `since`, which here is where it stands.
    right(history.message('b', 6, 0).got({ type: 'sync', id: 2, seq: 6, ts: 1 }).message('a', 7, 5).message('b', 8, 6));
  });

  it('when the stream is another one, in the middle or at a resume', () => {
    const middle = begun().stored({ a: [2] }, 'e2').reset('e2', 1).message('a', 2, 0);
    right(middle, ({ resets }) => assert.equal(resets, 1));
    const resumed = begun().close().stored({ a: [2] }, 'e2').open({ epoch: 'e2' }).resume(['a'], 5, 1, (h) => h.reset('e2', 1), { recovered: false, sync: 1 });
    right(resumed.message('a', 2, 0));
  });

  it('with a replay in brackets, which may give again what was given', () => {
    const history = begun().got({ type: 'replay_begin', from: 2, to: 5 }).message('a', 3, 1).message('a', 5, 3).got({ type: 'replay_complete', count: 2 });
    right(history.message('a', 7, 5));
  });

  it('with a snapshot, which moves nothing', () => {
    const history = new History().stored(stored).open().subscribe(['a'], 5, { last: true });
    right(history.got({ type: 'snapshot', channel: 'a', seq: 5, ts: 1, data: 0 }).got({ type: 'sync', id: 1, seq: 5, ts: 1 }).message('a', 7, 5));
  });

  it('when a channel is left and taken up again later', () => {
    const history = begun().got({ type: 'unsubscription_ack', unsubscribed: ['a'], count: 0 });
    right(history.subscribe(['a'], 8, { id: 2 }).message('a', 9, 7));
  });
});

describe('a broken promise is found out:', () => {
  it('I1, two messages of one channel change places', () => {
    wrong(begun().message('a', 9, 7).message('a', 7, 5), { inversion: 1, brokenPrev: 1, lost: 1 });
    // Lost as well: by the client's rule the late one is dropped.
  });

  it('I1, two channels of one connection change places', () => {
    wrong(begun(['a', 'b']).message('a', 7, 5).message('b', 6, 0), { inversion: 1, lost: 2 });
  });

  it('I1, a message comes below a position that was announced', () => {
    wrong(begun().position(8).message('a', 7, 5), { inversion: 1 });
  });

  it('I1, live messages do not wait for the sync, or the catch-up does not rise', () => {
    wrong(begun().close().open().resume(['a'], 5, 8, (h) => h.message('a', 9, 0).message('a', 7, 0)), { inversion: 2, lost: 1 });
    wrong(begun(['a', 'b']).close().open().resume(['a', 'b'], 5, 8, (h) => h.message('a', 7, 0).message('b', 6, 0).message('b', 8, 0)), { inversion: 1, lost: 2 });
  });

  it('I1, prev names a message that is not the one before', () => {
    wrong(begun().message('a', 7, 3), { brokenPrev: 1 });
  });

  it('I1, prev names the one before, but it was not given', () => {
    wrong(begun().message('a', 9, 7), { brokenPrev: 1, lost: 1 });
  });

  it('I2, a message comes twice, at once or later', () => {
    wrong(begun().message('a', 5, 3), { duplicate: 1 });
    wrong(begun().message('a', 1, 0), { duplicate: 1 });
  });

  it('I2, a resume gives what the client said it has', () => {
    wrong(begun().close().open().resume(['a'], 5, 8, (h) => h.message('a', 5, 0).message('a', 7, 5)), { duplicate: 1 });
  });

  it('I3, a message is left out in silence, even with prev 0', () => {
    const [example] = wrong(begun().message('a', 9, 0), { lost: 1 });
    assert.deepEqual([example.client, example.connection, example.channel, example.seqs], [7, 0, 'a', [7]]);
    assert.match(example.text, /1 of 5 owed on a in \(0, 9\]: seq 7 is missing between 5 and 9/);
    assert.ok(example.frames.includes('message a seq 9 prev 0'), example.frames.join());
  });

  it('I3, the last message is left out and the position says otherwise', () => {
    wrong(begun().position(7), { lost: 1 });
    wrong(begun().got({ type: 'pong', seq: 7, ts: 1 }), { lost: 1 });
  });

  it('I3, a resume says recovered and leaves one out, at the beginning, in the middle, at the end', () => {
    for (const leftOut of [7, 9, 11]) {
      const history = begun().close().open().resume(['a'], 5, 12, (h) => [7, 9, 11].filter((seq) => seq !== leftOut).forEach((seq) => h.message('a', seq, 0)));
      const [example] = wrong(history, { lost: 1 });
      assert.deepEqual([example.connection, example.seqs], [1, [leftOut]]);
    }
  });

  it('I3, a gap is one too short on either side, or speaks of another channel', () => {
    const resumed = (from, to, name) => begun().close().open().resume(['a'], 5, 12, (h) => h.gap(from, to, name), { recovered: false });
    right(resumed(7, 11, 'a'));
    wrong(resumed(8, 11, 'a'), { lost: 1 });
    wrong(resumed(7, 10, 'a'), { lost: 1 });
    wrong(resumed(7, 11, 'b'), { lost: 3 });
    wrong(resumed(7, 11, 'b.*'), { lost: 3 });
  });

  it('I3, what a closed connection vouched for does not come on the next', () => {
    wrong(begun().position(8).close().open().resume(['a'], 8, 10, (h) => h.message('a', 9, 0)), { lost: 1 });
  });

  it('I4, a gap covers a message before it or after it', () => {
    wrong(begun().gap(5, 6, 'a', 'slow'), { dishonestGap: 1 });
    wrong(begun().gap(6, 7, 'a', 'slow').message('a', 7, 5), { dishonestGap: 1 });
    wrong(begun().gap(4, 7, undefined, 'slow').message('a', 7, 5), { dishonestGap: 2 });
    wrong(begun().close().open().resume(['a'], 5, 10, (h) => h.gap(6, 9, '>').message('a', 9, 7), { recovered: false }), { dishonestGap: 1 });
  });

  it('a message nobody asked for, or before the ack, or after the farewell', () => {
    wrong(begun().message('b', 6, 0), { misdelivered: 1 });
    wrong(new History().stored(stored).open().message('a', 1, 0), { misdelivered: 1 });
    wrong(begun().got({ type: 'unsubscription_ack', unsubscribed: ['a'], count: 0 }).message('a', 7, 5), { misdelivered: 1 });
  });

  it('acks, syncs and positions that lie about themselves', () => {
    wrong(begun().position(4), { protocol: 1 });
    wrong(begun().close().open().resume(['a'], 5, 10, () => {}, { recovered: false }), { protocol: 1, lost: 2 });
    wrong(begun().close().open().resume(['a'], 5, 10, (h) => h.gap(6, 10, 'a')), { protocol: 1 });
    wrong(begun().close().open().resume(['a'], 5, 8, (h) => h.message('a', 7, 5), { sync: 6 }), { protocol: 1 });
    wrong(begun().close().open().resume(['a'], 5, 6, () => {}, { subscribed: ['a', 'c'] }), { protocol: 1 });
    wrong(begun().got({ type: 'sync', id: 9, seq: 5 }), { protocol: 1 });
    wrong(begun().gap(9, 8, 'a'), { protocol: 1 });
    wrong(begun().close().open({ epoch: 'e2' }).resume(['a'], 5, 6, () => {}, { recovered: false }), { protocol: 2 });
  });

  it('a replay that leaves its brackets or miscounts', () => {
    const begin = { type: 'replay_begin', from: 3, to: 5 };
    wrong(begun().got(begin).message('a', 1, 0).got({ type: 'replay_complete', count: 1 }), { inversion: 1 });
    wrong(begun().got(begin).message('a', 5, 3).message('a', 3, 1).got({ type: 'replay_complete', count: 2 }), { inversion: 1 });
    wrong(begun().got(begin).message('a', 3, 1).got({ type: 'replay_complete', count: 2 }), { protocol: 1 });
  });

  it('a client of this program that resumes elsewhere than at its position', () => {
    wrong(begun().close().open().resume(['a'], 7, 8), { clientRule: 1, lost: 1 });
  });

  it('a client that never got as far as the publisher', () => {
    const history = begun();
    history.target = 12;
    assert.deepEqual(history.judge().totals.behind, [{ client: 7, position: 5 }]);
  });
});
