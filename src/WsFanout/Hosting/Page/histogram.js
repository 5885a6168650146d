// Latencies by size: buckets 5 % wide, so that a quantile costs a scan of them and memory doesn't grow with the messages.

const STEP = 1.05;
const LONGEST_MS = 120_000;
const BUCKETS = 1 + Math.ceil(Math.log(LONGEST_MS) / Math.log(STEP));

export class Histogram {
  #buckets = new Uint32Array(BUCKETS); // the first: up to a millisecond; the last: and everything above
  #count = 0;

  add(ms) {
    this.#buckets[ms <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms) / Math.log(STEP)))]++;
    this.#count++;
  }

  /** Takes off what another one holds, which was added here too. */
  subtract(other) {
    if (other.#count === 0) return;
    for (let i = 0; i < BUCKETS; i++) this.#buckets[i] -= other.#buckets[i];
    this.#count -= other.#count;
  }

  clear() {
    if (this.#count > 0) this.#buckets.fill(0);
    this.#count = 0;
  }

  /** The size that this share of all does not exceed; NaN when there is none. */
  quantile(share) {
    if (this.#count === 0) return NaN;
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    let i = 0;
    while ((seen += this.#buckets[i]) < rank) i++;
    return i === 0 ? 1 : STEP ** (i - 0.5);
  }
}
