'use strict';

const { drawPlot } = require('./plot.cjs');

const megabyte = 2 ** 20;
const leastSeconds = 0.5; // a rate of less is chance: windows that open and close make looks of their own

/**
 * How everything went over time.
 * @param series of a report: `load`, a row a look, and `server`, what it said of itself, each at its own times
 */
function timePlots({ load: looks = [], server = [] }, limits) {
  const load = looks.filter((row) => !(row.seconds < leastSeconds));
  if (load.length < 2) return [];
  const of = (rows, value) => rows.map((row) => [row.at, value(row) ?? NaN]);
  const shades = stateShades(server);
  const plot = (parts) => drawPlot({ xLabel: 'seconds', shades, ...parts });
  const thresholds = limits ? [['cpuRejectPercent', 'refuses above'], ['cpuPausePercent', 'pauses above']].filter(([key]) => limits[key] < 100).map(([key, name]) => ({ y: limits[key], name: `${name} ${limits[key]} %`, below: key === 'cpuRejectPercent' })) : [];
  return [
    plot({ title: 'Clients', lines: [{ name: 'clients', points: of(load, (row) => row.subscribed) }] }),
    plot({ title: 'Delivered', unit: 'messages/s', lines: [{ name: 'delivered', points: of(load, (row) => row.deliveredPerSecond) }] }),
    plot({ title: 'Latency, due to received', unit: 'ms, logarithmic', log: true, lines: ['p50', 'p90', 'p99', 'p999'].map((key) => ({ name: key === 'p999' ? 'p99.9' : key, points: of(load, (row) => (row.latency?.count > 0 ? row.latency[key] : NaN)) })) }),
    plot({ title: 'Server CPU', unit: '% of its limit', most: 100, marks: thresholds, lines: [{ name: 'CPU', points: of(server, (row) => row.cpuPercent) }] }),
    plot({ title: 'Server memory', unit: 'MB', lines: [{ name: 'memory', points: of(server, (row) => row.memoryBytes / megabyte) }] }),
    plot({ title: 'Units of concurrency', lines: [{ name: 'units', points: of(server, (row) => row.tasks) }] }),
    plot({ title: 'Generator, event loop late at p99', unit: 'ms', lines: [{ name: 'late', points: of(load, (row) => row.lagP99Ms) }] }),
    plot({ title: 'Generator CPU', unit: '% of a core', lines: [{ name: 'CPU', points: of(load, (row) => row.cpuPercent) }] }),
  ].filter((one) => one !== null);
}

/** The stretches in which the server was not in the state normal. A row says what was so since the one before. */
function stateShades(series) {
  const shades = [];
  series.forEach((sample, i) => {
    if (sample.state !== 'rejecting' && sample.state !== 'paused') return;
    const from = i > 0 ? series[i - 1].at : sample.at;
    const last = shades.at(-1);
    if (last?.kind === sample.state && last.to === from) last.to = sample.at;
    else shades.push({ from, to: sample.at, kind: sample.state });
  });
  return shades;
}

module.exports = { timePlots, stateShades };
