'use strict';

const { brokers } = require('./scenario.cjs');

const percent = 100;

/** The report's summary as Markdown: what was taken, what each server adds, what became of those who were moved. */
function tables({ summary }) {
  return [
    '| stream on | servers | CPU of the brokers, % of a core | of that at rest | µs a message | a server, % of a core | all servers | of that at rest | delivered/s |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...summary.flatMap(({ broker, points }) => points.map((point) => loadRow(broker, point))),
    '',
    '| stream on | µs of broker CPU a message | and for each server | at rest, % of a core | and for each server | µs of its own CPU a server takes to take a message in |',
    '|---|---:|---:|---:|---:|---:|',
    ...summary.map(({ broker, costs }) => costRow(brokers[broker].text, costs.brokerMicrosPerMessage, costs.brokerRestCores, costs.serverMicrosPerMessage)),
    ...summary.filter(({ broker }) => brokers[broker].start !== undefined).flatMap(({ costs }) => Object.entries(costs.nodeMicrosPerMessage).map(([name, line]) => costRow(`of that the ${name}`, line, undefined, undefined))),
    '',
    '| stream on | servers | resumes | on another server | recovered | messages caught up | owed | lost | gaps | servers restarted |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...summary.flatMap(({ broker, points }) => points.map((point) => moveRow(broker, point))),
    '',
  ].join('\n');
}

function loadRow(broker, { servers, brokerCores, brokerRestCores, brokerMicrosPerMessage, serverCores, serverRestCores, deliveredPerSecond }) {
  const all = { median: serverCores.median * servers };
  const cells = [brokers[broker].text, servers, range(brokerCores), share(brokerRestCores), whole(brokerMicrosPerMessage.median), range(serverCores), share(all), share({ median: serverRestCores.median * servers }), whole(deliveredPerSecond.median)];
  return `| ${cells.join(' | ')} |`;
}

function costRow(what, message, rest, server) {
  const cells = [what, height(message, 1), slope(message, 1), height(rest, percent), slope(rest, percent), slope(server, 1)];
  return `| ${cells.join(' | ')} |`;
}

function moveRow(broker, { servers, recovered, notRecovered, elsewhere, caughtUp, owed, lost, gaps, drains }) {
  const cells = [brokers[broker].text, servers, whole(recovered + notRecovered), whole(elsewhere), whole(recovered), whole(caughtUp), whole(owed), whole(lost), whole(gaps), whole(drains)];
  return `| ${cells.join(' | ')} |`;
}

/** Of a core, the least and the most of the rounds behind it. */
function range({ median, min, max }) {
  return `${share({ median })} (${share({ median: min })} … ${share({ median: max })})`;
}

function share({ median }) {
  return (median * percent).toFixed(1);
}

function height(line, factor) {
  return line ? (line.height * factor).toFixed(1) : '–';
}

/** With its standard error. */
function slope(line, factor) {
  return line ? `${(line.slope * factor).toFixed(line.slope * factor < 1 ? 2 : 1)} ± ${(line.slopeError * factor).toFixed(line.slopeError * factor < 1 ? 2 : 1)}` : '–';
}

function whole(value) {
  return Math.round(value).toLocaleString('en-GB');
}

module.exports = { tables };
