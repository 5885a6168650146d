'use strict';

const leastSeparation = 0.02; // part of a column that the others don't explain; below, its cost and theirs can't be told apart

/**
 * Least squares with costs that are not negative: every set of columns that may be above zero is tried (there are four, so sixteen sets),
 * and the best that has no negative cost is the solution.
 * @param {number[][]} rows one a measurement @param {number[]} values what each of them took
 * @returns {number[]} a cost a column
 */
function nonNegativeLeastSquares(rows, values) {
  const columns = rows[0].length;
  const scale = scales(rows);
  const scaled = rows.map((row) => row.map((cell, j) => cell / scale[j]));
  let best = { costs: new Array(columns).fill(0), error: Infinity };
  for (let set = 0; set < 2 ** columns; set++) {
    const chosen = [...Array(columns).keys()].filter((j) => set & (1 << j));
    const found = solveNormal(scaled.map((row) => chosen.map((j) => row[j])), values);
    if (found === null || found.some((cost) => cost < 0)) continue;
    const costs = new Array(columns).fill(0);
    chosen.forEach((j, i) => { costs[j] = found[i]; });
    const error = scaled.reduce((sum, row, i) => sum + (dot(row, costs) - values[i]) ** 2, 0);
    if (error < best.error - 1e-18) best = { costs, error };
  }
  return best.costs.map((cost, j) => cost / scale[j]);
}

/** Columns whose cost these rows can tell from those of all others: they vary, and not in step with the rest. */
function separableColumns(rows) {
  const columns = rows[0].length;
  const scale = scales(rows);
  const scaled = rows.map((row) => row.map((cell, j) => cell / scale[j]));
  return [...Array(columns).keys()].filter((j) => {
    const own = scaled.map((row) => row[j]);
    const whole = own.reduce((sum, cell) => sum + cell ** 2, 0);
    if (whole === 0 || rows.length < columns) return false;
    // A column that the others make up entirely leaves nothing; one whose others can't be solved without it is not the one to blame.
    const others = independent(scaled, [...Array(columns).keys()].filter((other) => other !== j));
    const part = solveNormal(scaled.map((row) => others.map((other) => row[other])), own) ?? [];
    const left = scaled.reduce((sum, row, i) => sum + (own[i] - others.reduce((made, other, k) => made + row[other] * (part[k] ?? 0), 0)) ** 2, 0);
    return left / whole >= leastSeparation ** 2;
  });
}

/** As many of these columns as can be solved together, first ones first. */
function independent(rows, columns) {
  const kept = [];
  for (const column of columns) {
    const tried = [...kept, column];
    if (solveNormal(rows.map((row) => tried.map((j) => row[j])), rows.map(() => 1)) !== null) kept.push(column);
  }
  return kept;
}

/** Slope and height of the line through the points, and how sure the slope is (its standard error). */
function straightLine(points) {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (n < 3 || spread === 0) return null;
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const height = meanY - slope * meanX;
  const error = points.reduce((sum, [x, y]) => sum + (y - height - slope * x) ** 2, 0) / (n - 2);
  return { slope, height, slopeError: Math.sqrt(error / spread) };
}

/** The normal equations by elimination with the largest pivot first; null when they have no single solution. */
function solveNormal(rows, values) {
  const n = rows[0].length;
  const matrix = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (__, j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)),
    rows.reduce((sum, row, k) => sum + row[i] * values[k], 0),
  ]);
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let k = i + 1; k < n; k++) if (Math.abs(matrix[k][i]) > Math.abs(matrix[pivot][i])) pivot = k;
    if (Math.abs(matrix[pivot][i]) < 1e-9) return null;
    [matrix[i], matrix[pivot]] = [matrix[pivot], matrix[i]];
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      const part = matrix[k][i] / matrix[i][i];
      for (let j = i; j <= n; j++) matrix[k][j] -= part * matrix[i][j];
    }
  }
  return matrix.map((row, i) => row[n] / row[i]);
}

/** The largest of every column: with all columns near one, the equations keep their digits. */
function scales(rows) {
  return rows[0].map((_, j) => rows.reduce((most, row) => Math.max(most, Math.abs(row[j])), 0) || 1);
}

function dot(row, costs) {
  return row.reduce((sum, cell, j) => sum + cell * costs[j], 0);
}

module.exports = { nonNegativeLeastSquares, separableColumns, straightLine };
