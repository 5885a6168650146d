'use strict';

/** @returns {{median: number, min: number, max: number} | null} null when there is nothing, or nothing but null */
function spread(values) {
  const sorted = values.filter((value) => value !== null && value !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

/**
 * One line for each contestant of a kind of measurement.
 * @param {Array<{kind: string, contestant: string, figures?: object, failure?: string, notes?: string[]}>} runs of all kinds
 * @returns {Array<{contestant: string, figures: Record<string, object | null>, failures: string[], notes: string[]}>}
 */
function summarize(runs, kind, contestants) {
  return contestants.map((contestant) => {
    const own = runs.filter((run) => run.kind === kind && run.contestant === contestant);
    const good = own.filter((run) => run.failure === undefined);
    const keys = Object.keys(good[0]?.figures ?? {});
    return {
      contestant,
      figures: Object.fromEntries(keys.map((key) => [key, spread(good.map((run) => run.figures[key]))])),
      failures: own.filter((run) => run.failure !== undefined).map((run) => run.failure),
      notes: own.flatMap((run) => run.notes ?? []),
    };
  });
}

module.exports = { spread, summarize };
