'use strict';

const { nonNegativeLeastSquares, separableColumns, straightLine } = require('./least-squares.cjs');

const columns = Object.freeze(['idleCores', 'secondsPerIdleClientSecond', 'secondsPerMessage', 'secondsPerDelivery']);
const givenUpFirst = Object.freeze([1, 0, 2, 3]); // of costs that can't be told apart: what a delivery costs matters most
const leastClientsForMemory = 500; // the memory of fewer is lost in what the collector does
const sureSlope = 2; // standard errors

/**
 * What a client, a message, a delivery cost, from the loads that were measured:
 * cores = idle + clients × perClient + messages/s × perMessage + deliveries/s × perDelivery, memory = fixed + clients × perClient.
 * @param points { clients, messagesPerSecond, deliveriesPerSecond, cpuCores, memoryBytes }
 * @param before costs that stand in for what these points can't tell @param secure whether the clients came over TLS
 * @returns {{costs: object, takenOver: string[], errorPercent: {middle: number, worst: number}|null}} of the heavy loads: the error of the middle one, and the most
 */
function costsOf(points, handshakeSeconds, before, secure) {
  const measured = {};
  const usable = points.filter((point) => point.cpuCores !== null);
  const error = usable.length > 0 ? fitCpu(usable, before, measured) : null;
  if (handshakeSeconds !== null && handshakeSeconds > 0) measured[secure ? 'secondsPerTlsHandshake' : 'secondsPerHandshake'] = handshakeSeconds; // TLS among it
  fitMemory(points.filter((point) => point.memoryBytes !== null), measured, secure);
  const costs = {};
  const takenOver = [];
  for (const name of Object.keys(before)) {
    costs[name] = measured[name] ?? before[name];
    if (measured[name] === undefined) takenOver.push(name);
  }
  return { costs, takenOver, errorPercent: error };
}

/** Costs that can't be told apart keep what they had; the others are fitted to what is left. */
function fitCpu(points, before, measured) {
  const rows = points.map((point) => [1, point.clients, point.messagesPerSecond, point.deliveriesPerSecond]);
  const free = tellable(rows);
  const fixed = [...columns.keys()].filter((j) => !free.includes(j));
  const left = points.map((point, i) => Math.max(0, point.cpuCores - fixed.reduce((sum, j) => sum + rows[i][j] * before[columns[j]], 0)));
  const fitted = free.length === 0 ? [] : nonNegativeLeastSquares(rows.map((row) => free.map((j) => row[j])), left);
  free.forEach((j, i) => { measured[columns[j]] = significant(fitted[i]); });
  const cost = (j) => measured[columns[j]] ?? before[columns[j]];
  const most = points.reduce((cores, point) => Math.max(cores, point.cpuCores), 0);
  // Far from the knee a small figure has a large error that means little.
  const errors = points.flatMap((point, i) => (point.cpuCores < most / 2 ? [] : [errorPercent(rows[i].reduce((sum, cell, j) => sum + cell * cost(j), 0), point.cpuCores)])).sort((x, y) => x - y);
  return errors.length === 0 ? null : { middle: errors[errors.length >> 1], worst: errors.at(-1) };
}

function errorPercent(predicted, measured) {
  return measured === 0 ? 0 : Number(((Math.abs(predicted - measured) / measured) * 100).toFixed(1));
}

/** Columns that can be told apart once the cost of the others is taken as known. */
function tellable(rows) {
  let kept = [...columns.keys()];
  for (const given of givenUpFirst) {
    const clear = separableColumns(rows.map((row) => kept.map((j) => row[j]))).map((place) => kept[place]);
    if (clear.length === kept.length) break;
    if (!clear.includes(given)) kept = kept.filter((j) => j !== given);
  }
  return kept;
}

function fitMemory(points, measured, secure) {
  const nobody = points.filter((point) => point.clients === 0).map((point) => point.memoryBytes);
  if (nobody.length > 0) measured.fixedBytes = Math.round(nobody.reduce((least, bytes) => Math.min(least, bytes), Infinity));
  const most = points.reduce((clients, point) => Math.max(clients, point.clients), 0);
  const line = most >= leastClientsForMemory ? straightLine(points.map((point) => [point.clients, point.memoryBytes])) : null;
  if (line === null || line.slope < sureSlope * line.slopeError || line.slope <= 0) return;
  measured[secure ? 'bytesPerTlsClient' : 'bytesPerClient'] = Math.round(line.slope);
}

function significant(value) {
  return Number(value.toPrecision(4));
}

module.exports = { costsOf };
