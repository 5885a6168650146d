'use strict';

const leastSilenceSeconds = 1;

/** What all plots over time of a page share: from where to where, so that one moment is at one place in all of them. @returns {[number, number] | null} seconds */
function timeAxis({ load = [], server = [] }) {
  const times = [...load, ...server].map((row) => row.at).filter(Number.isFinite);
  if (times.length === 0) return null;
  return [times.reduce((a, b) => Math.min(a, b), 0), times.reduce((a, b) => Math.max(a, b))];
}

/**
 * The stretches in which the server said nothing of itself: from the look that was answered last to the next one, or to the end.
 * @param {number} everySeconds how often it was asked
 */
function silentShades(server, [, end], everySeconds) {
  if (server.length === 0) return [];
  const limit = Math.max(leastSilenceSeconds, 2 * everySeconds);
  const times = [...server.map((row) => row.at), end];
  return times.slice(1).map((to, i) => ({ from: times[i], to, kind: 'silent' })).filter(({ from, to }) => to - from > limit);
}

module.exports = { timeAxis, silentShades };
