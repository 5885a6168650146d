'use strict';

const { Histogram } = require('../histogram.cjs');

const mostRows = 1800;

const sums = ['seconds', 'delivered', 'published', 'refused', 'failed', 'lost'];
const lasts = ['at', 'subscribed', 'waiting', 'faults'];
const highest = ['lagP99Ms', 'cpuPercent'];

/** The run over time, for plots: a row a look. When there are too many, neighbours become one, so a long run has coarser rows. */
class Series {
  constructor() {
    this.rows = [];
    this.looksPerRow = 1;
    this.open = null; // a row that is not whole yet
    this.openLooks = 0;
  }

  add(row) {
    this.open = this.open === null ? row : joined(this.open, row);
    if (++this.openLooks < this.looksPerRow) return;
    this.rows.push(this.open);
    this.open = null;
    this.openLooks = 0;
    if (this.rows.length < mostRows) return;
    this.rows = Array.from({ length: this.rows.length / 2 }, (_, i) => joined(this.rows[2 * i], this.rows[2 * i + 1]));
    this.looksPerRow *= 2;
  }

  /** Rows as the report shows them. */
  tell() {
    return this.rows.map(shown);
  }
}

/** The row of a look. */
function rowOf(look, startedAt) {
  const sum = (of) => look.crowds.reduce((total, one) => total + of(one), 0);
  const counted = (labels) => Object.values(labels).reduce((a, b) => a + b, 0);
  const own = Histogram.of(...look.crowds.flatMap(({ figures }) => figures.publish));
  const latency = own.count > 0 ? own : Histogram.of(...look.crowds.flatMap(({ figures }) => figures.stream));
  const watches = Object.values(look.watches);
  return {
    at: (look.at - startedAt) / 1000,
    seconds: look.seconds,
    subscribed: look.census.subscribed,
    waiting: look.census.waiting,
    delivered: sum(({ figures }) => figures.deliveries.reduce((a, b) => a + b, 0)),
    published: look.publisher?.acknowledged ?? 0,
    refused: sum(({ figures }) => counted(figures.refusals)),
    failed: sum(({ figures }) => counted(figures.failures) + counted(figures.generatorFailures)),
    lost: sum(({ figures }) => figures.lostClients),
    faults: sum(({ faults }) => faults),
    lagP99Ms: Math.max(...watches.map(({ lag }) => Histogram.of(lag).percentile(99) / 1000)),
    cpuPercent: Math.max(...watches.map(({ cpuSeconds, seconds }) => (cpuSeconds / seconds) * 100)),
    latency: latency.pack(),
  };
}

function joined(one, next) {
  const row = { latency: Histogram.of(one.latency, next.latency).pack() };
  for (const name of sums) row[name] = one[name] + next[name];
  for (const name of lasts) row[name] = next[name];
  for (const name of highest) row[name] = Math.max(one[name], next[name]);
  return row;
}

/** A row for people and plots: rates by its own length, percentiles in ms. */
function shown(row) {
  const { count, p50, p90, p99, p999, max } = Histogram.of(row.latency).toMilliseconds();
  const rate = (value) => Number((row.seconds > 0 ? value / row.seconds : 0).toFixed(1));
  return {
    at: Number(row.at.toFixed(2)), seconds: Number(row.seconds.toFixed(2)), subscribed: row.subscribed, waiting: row.waiting,
    deliveredPerSecond: rate(row.delivered), publishedPerSecond: rate(row.published), refused: row.refused, failed: row.failed, lost: row.lost, faults: row.faults,
    latency: { count, p50, p90, p99, p999, max }, lagP99Ms: Number(row.lagP99Ms.toFixed(1)), cpuPercent: Number(row.cpuPercent.toFixed(1)),
  };
}

module.exports = { Series, rowOf, shown };
