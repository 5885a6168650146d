'use strict';

const { drawPlot } = require('./plot.cjs');
const { timeAxis, silentShades } = require('./time-axis.cjs');

const megabyte = 2 ** 20;
const leastSeconds = 0.5; // a rate of less is chance: windows that open and close make looks of their own

/**
 * How everything went over time.
 * @param series of a report: `load`, a row a look, and `server`, what it said of itself, each at its own times
 * @param {{limits: object | null, everySeconds: number}} about the server: its thresholds, and how often it was asked
 */
function timePlots(series, { limits, everySeconds }) {
  const { load: looks = [], server = [] } = series;
  const load = looks.filter((row) => !(row.seconds < leastSeconds));
  if (load.length < 2) return [];
  const of = (rows, value) => rows.map((row) => [row.at, value(row) ?? NaN]);
  const xRange = timeAxis(series);
  if (xRange === null) return [];
  const silent = silentShades(server, xRange, everySeconds);
  const shades = [...stateShades(server, silent), ...silent];
  const plot = (parts) => drawPlot({ xLabel: 'seconds', xRange, shades, ...parts });
  const ofServer = (value) => broken(of(server, value), silent);
  const thresholds = limits ? [['cpuRejectPercent', 'refuses above'], ['cpuPausePercent', 'pauses above']].filter(([key]) => limits[key] < 100).map(([key, name]) => ({ y: limits[key], name: `${name} ${limits[key]} %`, below: key === 'cpuRejectPercent' })) : [];
  return [
    plot({ title: 'Clients', lines: [{ name: 'clients', points: of(load, (row) => row.subscribed) }] }),
    plot({ title: 'Delivered', unit: 'messages/s', lines: [{ name: 'delivered', points: of(load, (row) => row.deliveredPerSecond) }] }),
    plot({ title: 'Latency, due to received', unit: 'ms, logarithmic', log: true, lines: ['p50', 'p90', 'p99', 'p999'].map((key) => ({ name: key === 'p999' ? 'p99.9' : key, points: of(load, (row) => (row.latency?.count > 0 ? row.latency[key] : NaN)) })) }),
    plot({ title: 'Server CPU', unit: '% of its limit', most: 100, marks: thresholds, lines: [{ name: 'CPU', points: ofServer((row) => row.cpuPercent) }] }),
    plot({ title: 'Server memory', unit: 'MB', lines: [{ name: 'memory', points: ofServer((row) => row.memoryBytes / megabyte) }] }),
    plot({ title: 'Units of concurrency', lines: [{ name: 'units', points: ofServer((row) => row.tasks) }] }),
    plot({ title: 'Generator, event loop late at p99', unit: 'ms', lines: [{ name: 'late', points: of(load, (row) => row.lagP99Ms) }] }),
    plot({ title: 'Generator CPU', unit: '% of a core', lines: [{ name: 'CPU', points: of(load, (row) => row.cpuPercent) }] }),
  ].filter((one) => one !== null);
}

/** No line goes over a stretch of which nothing is known. */
function broken(points, silent) {
  return points.flatMap((point) => (silent.some(({ to }) => to === point[0]) ? [null, point] : [point]));
}

/** The stretches in which the server was not in the state normal. A row says what was so since the one before, unless it was silent in between. */
function stateShades(series, silent = []) {
  const shades = [];
  series.forEach((sample, i) => {
    if (sample.state !== 'rejecting' && sample.state !== 'paused') return;
    if (silent.some(({ to }) => to === sample.at)) return;
    const from = i > 0 ? series[i - 1].at : sample.at;
    const last = shades.at(-1);
    if (last?.kind === sample.state && last.to === from) last.to = sample.at;
    else shades.push({ from, to: sample.at, kind: sample.state });
  });
  return shades;
}

module.exports = { timePlots, stateShades, broken };
