'use strict';

const subBucketBits = 7; // 128 steps an octave: a reported value is at most 0.8 % above the true one
const subBuckets = 1 << subBucketBits;
const largest = 0x7fffffff;
const bucketCount = (31 - subBucketBits) * subBuckets + subBuckets;

/**
 * Counts whole numbers (here microseconds) in log-linear buckets: fixed memory, constant relative error.
 * Values outside 0 … 2^31 - 1 (35 minutes in microseconds) are counted at the nearest end.
 */
class Histogram {
  constructor() {
    this.counts = new Float64Array(bucketCount);
    this.count = 0;
    this.sum = 0;
    this.max = 0;
    this.min = largest;
  }

  record(value) {
    const v = value > 0 ? Math.min(Math.round(value), largest) : 0;
    this.counts[bucketOf(v)]++;
    this.count++;
    this.sum += v;
    if (v > this.max) this.max = v;
    if (v < this.min) this.min = v;
  }

  /**
   * Records a sample of a meter that should fire every `interval`: the firings that the delay swallowed
   * are counted too, else one stall of a second would weigh as little as one good sample.
   */
  recordWithMissed(value, interval) {
    for (let v = value; v === value || v >= interval; v -= interval) this.record(v);
  }

  /** The value that `percent` of the samples do not exceed; 0 when nothing was recorded. */
  percentile(percent) {
    if (this.count === 0) return 0;
    const rank = Math.max(1, Math.ceil((percent / 100) * this.count));
    let seen = 0;
    for (let i = 0; i < bucketCount; i++) {
      seen += this.counts[i];
      if (seen >= rank) return Math.min(upperEdge(i), this.max);
    }
    return this.max;
  }

  /**
   * Everything in it, for another process or a report: `buckets` are pairs of (steps since the last bucket, count).
   * @returns {{count: number, sum: number, min: number, max: number, buckets: number[]} | null} null when it is empty
   */
  pack() {
    if (this.count === 0) return null;
    const buckets = [];
    for (let i = 0, last = 0; i < bucketCount; i++) {
      if (this.counts[i] === 0) continue;
      buckets.push(i - last, this.counts[i]);
      last = i;
    }
    return { count: this.count, sum: this.sum, min: this.min, max: this.max, buckets };
  }

  /** Adds what another one packed: percentiles of the sum are as good as of one histogram. @returns {Histogram} itself */
  add(packed) {
    if (packed === null || packed === undefined) return this;
    for (let i = 0, at = 0; i < packed.buckets.length; i += 2) {
      at += packed.buckets[i];
      this.counts[at] += packed.buckets[i + 1];
    }
    this.count += packed.count;
    this.sum += packed.sum;
    this.min = Math.min(this.min, packed.min);
    this.max = Math.max(this.max, packed.max);
    return this;
  }

  static of(...packed) {
    return packed.reduce((sum, one) => sum.add(one), new Histogram());
  }

  clear() {
    if (this.count === 0) return;
    this.counts.fill(0);
    this.count = 0;
    this.sum = 0;
    this.max = 0;
    this.min = largest;
  }

  /** Figures in milliseconds of a histogram that holds microseconds. */
  toMilliseconds() {
    const ms = (us) => Math.round(us) / 1000;
    return {
      count: this.count,
      min: this.count ? ms(this.min) : 0,
      mean: this.count ? ms(this.sum / this.count) : 0,
      p50: ms(this.percentile(50)),
      p90: ms(this.percentile(90)),
      p99: ms(this.percentile(99)),
      p999: ms(this.percentile(99.9)),
      max: ms(this.max),
    };
  }
}

function bucketOf(v) {
  const shift = Math.max(0, 31 - Math.clz32(v) - subBucketBits);
  return shift * subBuckets + (v >>> shift);
}

function upperEdge(bucket) {
  if (bucket < 2 * subBuckets) return bucket;
  const shift = (bucket >> subBucketBits) - 1;
  return ((bucket - shift * subBuckets + 1) * 2 ** shift) - 1;
}

module.exports = { Histogram };
