// Asks the server's /health how it answers its load: normal, rejecting (no newcomers), paused (no new messages either).

import { at, mark, say } from './dom.js';
import { cpuOf, stateOf, whyRefused } from './health.js';

const EVERY_MS = 2_000;
const ELSEWHERE_MS = 30_000; // a proxy may be wrong for a moment
const PATIENCE_MS = 5_000;

export class ServerLoad {
  #told; #timer = 0; #isElsewhere = false;

  /**
   * @param {(health: object | null, isElsewhere: boolean) => void} told of each answer, null when there was none. Elsewhere: /health is not
   *   served here, as with WS_ADMIN_ADDR, and is asked for now and then only.
   */
  constructor(told) { this.#told = told; }

  /** Looks every two seconds as long as the page is seen. */
  watch() {
    document.addEventListener('visibilitychange', () => this.#turn());
    this.#turn();
  }

  /** Why the server refuses newcomers, in words; null when it doesn't say. */
  async refusal() {
    const health = await this.#look();
    return health && whyRefused(health);
  }

  async #turn() {
    clearTimeout(this.#timer);
    if (document.visibilityState !== 'visible') return;
    await this.#look();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#turn(), this.#isElsewhere ? ELSEWHERE_MS : EVERY_MS);
  }

  async #look() {
    let health = null;
    try {
      const response = await fetch('health', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
      this.#isElsewhere = response.status === 404;
      if (response.ok) health = await response.json();
    } catch {
      // No answer: the connection's own state says so, and this one is unknown.
    }
    this.#show(health);
    this.#told(health, this.#isElsewhere);
    return health;
  }

  // The state alone is announced: figures never stand still.
  #show(health) {
    at('load').hidden = !health;
    if (!health) return;
    say(at('load-state'), stateOf(health));
    mark(at('load'), 'data-state', health.state);
    say(at('load-figures'), `, ${cpuOf(health)}`);
  }
}
