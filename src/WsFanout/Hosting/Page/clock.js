// The server's wall clock, as well as it can be known from here: measured by heartbeats, whose answer alone carries it.

const EVERY_MS = 10_000;

export class ServerClock {
  #ask; #difference = 0; #roundTrip = Infinity; #asked = null;

  /** ask() sends a heartbeat and returns its id, or null when it can't be sent. */
  constructor(ask) {
    this.#ask = ask;
    setInterval(() => this.measure(), EVERY_MS);
  }

  /** Unix milliseconds. */
  now() { return Date.now() + this.#difference; }

  measure() {
    const id = this.#ask();
    this.#asked = id === null ? null : { id, at: Date.now() };
  }

  /** The sample with the shortest way there and back is the one to believe. */
  answered({ id, ts }) {
    if (id !== this.#asked?.id) return;
    const now = Date.now();
    const roundTrip = now - this.#asked.at;
    // Clocks drift apart: an old good sample slowly gives way.
    this.#roundTrip += 1;
    if (roundTrip < 0 || roundTrip > this.#roundTrip) return;
    this.#roundTrip = roundTrip;
    this.#difference = ts - (this.#asked.at + now) / 2;
  }

  /** Another server has another clock. */
  forget() { this.#roundTrip = Infinity; }
}
