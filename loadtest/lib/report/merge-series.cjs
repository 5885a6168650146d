'use strict';

const sums = ['subscribed', 'waiting', 'deliveredPerSecond', 'publishedPerSecond'];
const counts = ['refused', 'failed', 'lost'];
const worst = ['faults', 'lagP99Ms', 'cpuPercent'];

/** Series of several machines on one time line, that of the machine which began first. Percentiles of a row are those of the worst machine. */
function mergeSeries(reports) {
  const begin = Math.min(...reports.map((report) => Date.parse(report.startedAt)));
  const shift = (report) => (Date.parse(report.startedAt) - begin) / 1000;
  const step = Math.max(1, ...reports.flatMap((report) => report.series.load.map((row) => Math.ceil(row.seconds))));
  const bins = new Map(); // number → rows of each machine
  reports.forEach((report, machine) => {
    for (const row of report.series.load) {
      const bin = Math.floor((row.at + shift(report)) / step);
      if (!bins.has(bin)) bins.set(bin, reports.map(() => []));
      bins.get(bin)[machine].push(row);
    }
  });
  const load = [...bins].sort(([a], [b]) => a - b).map(([bin, machines]) => rowOf((bin + 1) * step, step, machines.filter((rows) => rows.length > 0)));
  const watcher = reports.slice().sort((a, b) => b.series.server.length - a.series.server.length)[0];
  return { load, server: watcher.series.server.map((one) => ({ ...one, at: Number((one.at + shift(watcher)).toFixed(2)) })) };
}

function rowOf(at, step, machines) {
  const row = { at, seconds: step };
  const total = (of) => machines.reduce((sum, rows) => sum + of(rows), 0);
  const highest = (of) => Math.max(...machines.flat().map(of));
  for (const name of sums) row[name] = Number(total((rows) => rows.reduce((sum, one) => sum + one[name], 0) / rows.length).toFixed(1));
  for (const name of counts) row[name] = total((rows) => rows.reduce((sum, one) => sum + one[name], 0));
  for (const name of worst) row[name] = highest((one) => one[name]);
  row.latency = Object.fromEntries(['p50', 'p90', 'p99', 'p999', 'max'].map((name) => [name, highest((one) => one.latency[name])]));
  row.latency.count = total((rows) => rows.reduce((sum, one) => sum + one.latency.count, 0));
  return row;
}

module.exports = { mergeSeries };
