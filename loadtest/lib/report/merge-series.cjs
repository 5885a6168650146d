'use strict';

const states = ['subscribed', 'waiting'];
const rates = ['deliveredPerSecond', 'publishedPerSecond'];
const counts = ['refused', 'failed', 'lost'];
const worst = ['faults', 'lagP99Ms', 'cpuPercent'];

/**
 * Series of several machines on one time line, that of the machine which began first. A row of a machine is about the stretch that ended with it,
 * so it counts for each second that it overlaps. Percentiles are those of the worst machine.
 */
function mergeSeries(reports) {
  const begin = Math.min(...reports.map((report) => Date.parse(report.startedAt)));
  const shifted = (report, rows) => rows.map((row) => ({ ...row, at: Number((row.at + (Date.parse(report.startedAt) - begin) / 1000).toFixed(2)) }));
  const machines = reports.map((report) => shifted(report, report.series.load));
  const end = Math.max(0, ...machines.flat().map((row) => row.at));
  const step = Math.max(1, Math.round(usual(machines.flat().map((row) => row.seconds))));
  const load = [];
  for (let from = 0; from < end; from += step) {
    const to = Math.min(end, from + step);
    const parts = machines.map((rows) => partsOf(rows, from, to)).filter((one) => one.length > 0);
    if (parts.length > 0) load.push(rowOf(from, to, parts));
  }
  return { load, server: mergeServer(reports, shifted) };
}

/** Looks at one server go together, whoever made them; of several servers only those of the machine that looked most often. */
function mergeServer(reports, shifted) {
  const isOne = new Set(reports.map((report) => report.settings.metricsUrl)).size === 1;
  const watchers = isOne ? reports : reports.slice().sort((a, b) => b.series.server.length - a.series.server.length).slice(0, 1);
  return watchers.flatMap((report) => shifted(report, report.series.server)).sort((a, b) => a.at - b.at);
}

/** The median of those that are no chance: a look between two regular ones is short. */
function usual(lengths) {
  const regular = lengths.filter((seconds) => seconds >= 0.5).sort((a, b) => a - b);
  return regular[regular.length >> 1] ?? 1;
}

/** The rows that tell of a stretch, each with the seconds of it that are theirs, and whether they end in it. */
function partsOf(rows, from, to) {
  return rows.map((row) => ({ row, overlap: Math.min(to, row.at) - Math.max(from, row.at - row.seconds), endsHere: row.at > from && row.at <= to })).filter(({ overlap }) => overlap > 0);
}

function rowOf(from, to, machines) {
  const row = { at: Number(to.toFixed(2)), seconds: Number((to - from).toFixed(2)) };
  const total = (of) => machines.reduce((sum, parts) => sum + of(parts), 0);
  const highest = (of) => Math.max(...machines.flat().map((part) => of(part.row)));
  const ending = (parts, of) => parts.filter(({ endsHere }) => endsHere).reduce((sum, part) => sum + of(part.row), 0);
  for (const name of states) row[name] = total((parts) => parts.at(-1).row[name]);
  for (const name of rates) row[name] = Number(total((parts) => parts.reduce((sum, part) => sum + part.row[name] * part.overlap, 0) / parts.reduce((sum, part) => sum + part.overlap, 0)).toFixed(1));
  for (const name of counts) row[name] = total((parts) => ending(parts, (one) => one[name]));
  for (const name of worst) row[name] = highest((one) => one[name]);
  row.latency = Object.fromEntries(['p50', 'p90', 'p99', 'p999', 'max'].map((name) => [name, highest((one) => one.latency[name])]));
  row.latency.count = Math.round(total((parts) => parts.reduce((sum, { row: one, overlap }) => sum + one.latency.count * Math.min(1, overlap / one.seconds), 0)));
  return row;
}

module.exports = { mergeSeries };
