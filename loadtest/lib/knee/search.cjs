'use strict';

/**
 * Finds the largest load that passes: steps up by a factor until one fails, then halves the interval between the two.
 *
 * `probe(value, lastPassed)` approaches a load and judges it: `{ passed, boundBy, close, abort }`. `abort` (a sentence) ends the search:
 * the generator complained, twice running or once `isFinal`, so nothing was learnt about the server. `at`: what was reached of a load that failed on the way to it. `close` says that chance may have decided: one failure more is asked for.
 * `lastPassedFails`: the load that had passed is not carried any more, because the machine gives less than it did; the search goes on below it.
 *
 * @returns {Promise<{knee: number|null, failedAt: number|null, boundBy: string|null, abort: string|null}>} knee null: nothing passed;
 * failedAt null: everything up to `max` passed
 */
async function searchKnee({ from, factor, precision, max, least = 1, whole = true, probe }) {
  const round = whole ? Math.round : (value) => Number(value.toPrecision(4));
  const state = { below: [], passed: 0, failed: null, boundBy: null, abort: null };

  for (let value = round(Math.min(from, max)); state.failed === null; value = round(Math.min(max, Math.max(value * factor, value + (whole ? 1 : 0))))) {
    await decide(value, state, probe);
    if (state.abort !== null) return outcome(state);
    if (state.passed === max) return outcome(state);
  }
  while (state.failed - state.passed > precision * state.failed && state.failed > least) {
    const middle = round((state.passed + state.failed) / 2);
    if (middle <= state.passed || middle >= state.failed) break;
    await decide(middle, state, probe);
    if (state.abort !== null) return outcome(state);
  }
  return outcome(state);
}

/** A load that failed narrowly, or whose generator was disturbed, is tried once more; the second answer stands. */
async function decide(value, state, probe) {
  let answer = await probe(value, state.passed);
  if (!answer.passed && (answer.abort ? !answer.isFinal : answer.close)) answer = await probe(value, state.passed);
  if (answer.passed) {
    state.below.push(state.passed);
    state.passed = value;
  } else if (answer.lastPassedFails && state.below.length > 0) {
    [state.failed, state.boundBy, state.passed] = [state.passed, answer.boundBy, state.below.pop()];
  } else if (answer.abort) {
    state.abort = answer.abort;
  } else {
    [state.failed, state.boundBy] = [answer.at > state.passed ? Math.min(value, answer.at) : value, answer.boundBy];
  }
}

function outcome({ passed, failed, boundBy, abort }) {
  return { knee: passed > 0 ? passed : null, failedAt: failed, boundBy: abort === null ? boundBy : 'generator', abort };
}

module.exports = { searchKnee };
