'use strict';

/**
 * One problem for each name that is nearly one of ours. The environment is full of other programs' variables, so a name counts as a
 * slip only within one change for every five letters, two at most: short names such as SEED have no slips.
 */
function misspelt(given, known) {
  const names = new Set(known);
  const problems = [];
  for (const name of given) {
    if (names.has(name)) continue;
    const near = known.find((ours) => changes(name, ours) <= allowed(ours));
    if (near !== undefined) problems.push(`${name}: is no variable of this test; did you mean ${near}?`);
  }
  return problems;
}

function allowed(name) {
  return Math.min(2, Math.floor(name.length / 5));
}

/** Letters to add, drop, replace or swap with their neighbour to get from one name to the other. */
function changes(from, to) {
  if (Math.abs(from.length - to.length) > 2) return Infinity;
  const rows = [Array.from({ length: to.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + same);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
    }
    rows.push(row);
  }
  return rows[from.length][to.length];
}

module.exports = { misspelt };
