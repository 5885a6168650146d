'use strict';

/** Series of /metrics that say something about a load, and what the report calls them. Those with labels are added up. */
const series = Object.freeze({
  ws_connections_current: 'connections',
  ws_connections_max: 'maxConnections',
  ws_cpu_percent: 'cpuPercent',
  ws_cpu_limit_cores: 'cpuLimitCores',
  ws_memory_bytes: 'memoryBytes',
  ws_memory_limit_bytes: 'memoryLimitBytes',
  process_resident_memory_bytes: 'residentBytes',
  process_cpu_seconds_total: 'cpuSeconds',
  ws_tasks_current: 'tasks',
  ws_tasks_max: 'maxTasks',
  ws_messages_sent_total: 'messagesSent',
  ws_messages_dropped_total: 'messagesDropped',
  ws_connections_rejected_total: 'rejected',
  ws_overloads_total: 'overloads',
});

/** Series whose labels matter: what the report calls them, and which label. */
const labelledSeries = Object.freeze({
  ws_governor_state: ['states', 'state'],
  ws_connections_rejected_total: ['rejected', 'reason'],
  ws_messages_dropped_total: ['dropped', 'reason'],
});

/** @returns {{values: object, byLabel: {states: object, rejected: object, dropped: object}}} */
function parseMetrics(text) {
  const values = {};
  const byLabel = { states: {}, rejected: {}, dropped: {} };
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    const value = Number(match?.[3]);
    if (!match || !Number.isFinite(value)) continue;
    const name = series[match[1]];
    if (name) values[name] = (values[name] ?? 0) + value;
    const [where, label] = labelledSeries[match[1]] ?? [];
    const labelled = where && new RegExp(`(?:^|,)${label}="([^"]*)"`).exec(match[2] ?? '');
    if (labelled) byLabel[where][labelled[1]] = value;
  }
  return { values, byLabel };
}

/** First, last and highest value of every series. */
function extremes(samples) {
  const out = {};
  for (const name of Object.values(series)) {
    const seen = samples.map((sample) => sample.values[name]).filter((value) => value !== undefined);
    if (seen.length > 0) out[name] = { first: seen[0], last: seen[seen.length - 1], mean: seen.reduce((a, b) => a + b) / seen.length, max: seen.reduce((a, b) => Math.max(a, b)) };
  }
  return out;
}

/** Figures of a stretch of looks; those that need two looks are left out when there is one. */
function summarise(samples) {
  const { cpuPercent, memoryBytes, residentBytes, tasks, connections } = extremes(samples);
  const out = { looks: samples.length, cpuPercent, memoryBytes: memoryBytes ?? residentBytes, tasks, connections, states: {}, rejected: {}, dropped: {} };
  const states = samples.flatMap(({ byLabel }) => Object.entries(byLabel.states).filter(([, value]) => value === 1).map(([name]) => name));
  for (const state of new Set(states)) out.states[state] = states.filter((one) => one === state).length / states.length;
  if (samples.length < 2) return out;
  const [from, to] = [samples[0], samples[samples.length - 1]];
  for (const name of ['rejected', 'dropped']) out[name] = growth(from.byLabel[name], to.byLabel[name]);
  const grown = (name) => (to.values[name] ?? NaN) - (from.values[name] ?? NaN);
  const cpuSeconds = grown('cpuSeconds');
  if (cpuSeconds >= 0 && to.at > from.at) out.cpuCores = cpuSeconds / ((to.at - from.at) / 1000);
  if (grown('overloads') >= 0) out.overloads = grown('overloads');
  const sent = grown('messagesSent');
  if (sent >= 0) out.messagesSent = sent;
  if (sent > 0 && cpuSeconds > 0) out.deliveriesPerCpuSecond = Math.round(sent / cpuSeconds);
  return out;
}

function growth(from, to) {
  return Object.fromEntries(Object.entries(to).map(([label, value]) => [label, value - (from[label] ?? 0)]).filter(([, value]) => value > 0));
}

/** One look as a point of the plots. */
function point({ at, values, byLabel }) {
  const state = Object.entries(byLabel.states).find(([, value]) => value === 1)?.[0] ?? null;
  return { at, connections: values.connections, cpuPercent: values.cpuPercent, memoryBytes: values.memoryBytes ?? values.residentBytes, tasks: values.tasks, state };
}

module.exports = { parseMetrics, extremes, summarise, point };
