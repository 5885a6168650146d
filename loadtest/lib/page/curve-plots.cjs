'use strict';

const { drawPlot } = require('./plot.cjs');

/** Latency and CPU against the load, for ramp and knee, with the place where it bends. */
function curvePlots(report) {
  const curve = curveOf(report);
  if (curve === null) return [];
  const { points, x, xLabel, verticals, limits } = curve;
  const of = (value) => points.map((point) => [x(point), value(point) ?? NaN]);
  const plot = (parts) => drawPlot({ xLabel, xFromZero: true, verticals, ...parts });
  const marks = limits && limits.cpuRejectPercent < 100 ? [{ y: limits.cpuRejectPercent, name: `refuses above ${limits.cpuRejectPercent} %` }] : [];
  return [
    plot({ title: `Latency against ${xLabel}`, unit: 'ms, logarithmic', log: true,
      lines: [['p50', 'p50'], ['p99', 'p99'], ['p99.9', 'p999']].map(([name, key]) => ({ name, points: of((point) => point.latency?.[key]), dots: true })) }),
    plot({ title: `Server CPU against ${xLabel}`, unit: '% of its limit', most: 100, marks, lines: [{ name: 'CPU', points: of((point) => point.cpuPercent), dots: true }] }),
  ].filter((one) => one !== null);
}

function curveOf({ mode, points = [], result, limits }) {
  if (mode === 'ramp') {
    const verticals = result?.rise ? [{ x: result.rise.after, name: `rises after ${result.rise.after}` }] : [];
    return { points, x: (point) => point.clients, xLabel: 'clients', verticals, limits };
  }
  if (mode !== 'knee' || !result) return null;
  const x = result.of === 'clients' ? (point) => point.clients : (point) => point.messagesPerSecond;
  const xLabel = result.of === 'clients' ? 'clients' : 'messages/s';
  const steps = points.filter((point) => !point.reference).sort((a, b) => x(a) - x(b));
  const verticals = result.at ? [{ x: x(result.at), name: `knee: ${Math.round(x(result.at))}, ${result.boundBy}` }] : [];
  return { points: steps, x, xLabel, verticals, limits };
}

module.exports = { curvePlots };
