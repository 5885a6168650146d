// How the server answers its load, as its /health tells: normal, rejecting (no newcomers), paused (no new messages either).

const EVERY_MS = 2_000;
const PATIENCE_MS = 5_000;

export class ServerLoad {
  #box; #state; #figures;
  #timer = 0; #isAway = false;

  /** The box is hidden when /health is not served here, as with WS_ADMIN_ADDR. The state alone should be announced: figures never stand still. */
  constructor(box, state, figures) {
    this.#box = box;
    this.#state = state;
    this.#figures = figures;
  }

  /** Looks every two seconds as long as the page is seen. */
  watch() {
    document.addEventListener('visibilitychange', () => this.#turn());
    this.#turn();
  }

  /** Why the server refuses newcomers, in words; null when it doesn't say. */
  async refusal() {
    const health = await this.#look();
    if (!health) return null;
    if (health.state !== 'normal') return `the server takes no newcomers: it is ${health.state}${inBrackets(reasonOf(health))}, ${figuresOf(health)}`;
    const { capacity, nats } = health.checks;
    if (capacity.status !== 'healthy') return `the server is full: ${capacity.connections} of ${capacity.max_connections} clients`;
    return nats.status === 'healthy' ? null : `the server has no stream${inBrackets(nats.reason)}`;
  }

  async #turn() {
    clearTimeout(this.#timer);
    if (document.visibilityState !== 'visible' || this.#isAway) return;
    await this.#look();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#turn(), EVERY_MS);
  }

  async #look() {
    let health = null;
    try {
      const response = await fetch('health', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
      this.#isAway = response.status === 404;
      if (response.ok) health = await response.json();
    } catch {
      // No answer: the connection's own state says so, and this one is unknown.
    }
    this.#show(health);
    return health;
  }

  #show(health) {
    this.#box.hidden = !health;
    if (!health) return;
    const words = `${health.state}${health.state === 'normal' ? '' : inBrackets(reasonOf(health))}`;
    // The same text again would be announced again.
    if (this.#state.textContent !== words) this.#state.textContent = words;
    this.#box.dataset.state = health.state;
    this.#figures.textContent = `, ${figuresOf(health)}`;
  }
}

function reasonOf({ checks }) { return checks.cpu.reason ?? checks.memory.reason; }

function inBrackets(reason) { return reason ? ` (${reason})` : ''; }

function figuresOf({ checks }) { return `CPU ${checks.cpu.percent.toFixed(0)} % of its limit`; }
