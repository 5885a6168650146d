// In which state the server was in each of the last seconds, as far as its /health has told.

import { SECONDS, Series } from './series.js';

export const STATES = ['normal', 'rejecting', 'paused'];

/** For so long after an answer the state before it is taken for the one between. Seconds. */
const SHORT = 10;

export class States {
  #bySecond = new Series(SECONDS, NaN);
  #told = null; // {second, state}

  /** The server is in this state, and has been for so long: that much is known of the time before, too. */
  tell(second, name, forSeconds) {
    const state = STATES.indexOf(name);
    const before = this.#told;
    this.#told = { second, state };
    if (state < 0) return;
    const since = Math.max(second - Math.floor(forSeconds), second - SECONDS);
    if (before && before.state >= 0 && second - before.second <= SHORT) {
      for (let one = before.second + 1; one < since; one++) this.#bySecond.set(one, before.state);
    }
    this.#bySecond.turn(second);
    for (let one = since; one <= second; one++) this.#bySecond.set(one, state);
  }

  /** Stretches of one state, oldest first: `{name, from, to}` in whole seconds ago; what is not known is in none. */
  runs(second) {
    const runs = [];
    for (const [i, state] of this.#filled(second).entries()) {
      if (Number.isNaN(state)) continue;
      const ago = SECONDS - i;
      const last = runs.at(-1);
      if (last?.name === STATES[state] && last.to === ago) last.to = ago - 1;
      else runs.push({ name: STATES[state], from: ago, to: ago - 1 });
    }
    return runs;
  }

  // Until the next answer is due the last one holds.
  #filled(second) {
    const values = this.#bySecond.past(second);
    if (this.#told?.state >= 0 && second - this.#told.second <= SHORT) {
      for (let ago = second - this.#told.second; ago >= 1; ago--) values[SECONDS - ago] = this.#told.state;
    }
    return values;
  }
}
