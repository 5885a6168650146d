'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { CannotRun } = require('../endpoint.cjs');

const format = 'wsfanout-calibration/1';
const shippedCalibration = path.join(__dirname, '..', '..', '..', 'src', 'WsFanout', 'Planning', 'calibration.json');

/** Every cost and the most that is not absurd: a second of a core, 64 cores, 1 GB a client, 1 TB at rest. */
const costs = Object.freeze({
  secondsPerDelivery: 1,
  secondsPerMessage: 1,
  secondsPerHandshake: 1,
  secondsPerTlsHandshake: 1,
  secondsPerRefusal: 1,
  idleCores: 64,
  secondsPerIdleClientSecond: 1,
  bytesPerClient: 2 ** 30,
  bytesPerTlsClient: 2 ** 30,
  kernelBytesPerSocket: 2 ** 30,
  fixedBytes: 2 ** 40,
});

/** The file can't be used as a calibration; the message names file, field and what is allowed. */
class BadCalibration extends CannotRun {}

/** @returns the calibration that was there before, for what is not measured this time. @throws {BadCalibration} */
function readCalibration(file) {
  let content;
  try {
    content = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadCalibration(`${file}: is no JSON (${error.message})`);
    throw new BadCalibration(`${file}: can't be read (${error.code ?? error.message})`);
  }
  const problem = calibrationProblem(content);
  if (problem !== null) throw new BadCalibration(`${file}: ${problem}`);
  return content;
}

/** What is wrong with the content of such a file, or null. */
function calibrationProblem(content) {
  if (content === null || typeof content !== 'object' || Array.isArray(content)) return `must be an object with "format": "${format}"`;
  if (content.format !== format) return `format is ${JSON.stringify(content.format)}: must be "${format}"`;
  for (const [name, most] of Object.entries(costs)) {
    const value = content.costs?.[name];
    if (typeof value !== 'number' || !(value >= 0 && value <= most)) return `costs.${name} is ${JSON.stringify(value)}: must be a number from 0 to ${most}`;
  }
  return null;
}

/**
 * The file's content.
 * @param parts measuredAt, measuredBy, server, machine, transport, link, payloadBytes, fit ({costs, takenOver}), note, points, knee (or null)
 */
function calibrationOf({ fit, points, knee, ...facts }) {
  const content = { format, ...facts, costs: fit.costs, takenOver: fit.takenOver, points: points.map(pointOf) };
  if (knee !== null) content.knee = knee;
  const problem = calibrationProblem(content);
  if (problem !== null) throw new BadCalibration(`what was measured makes no calibration: ${problem}`);
  return content;
}

function pointOf(point) {
  return {
    clients: point.clients,
    messagesPerSecond: round(point.messagesPerSecond, 2),
    deliveriesPerSecond: round(point.deliveriesPerSecond, 1),
    cpuCores: round(point.cpuCores, 4),
    cpuPercent: round(point.cpuPercent, 1),
    memoryBytes: point.memoryBytes,
    p99Milliseconds: point.p99Milliseconds,
    passed: point.passed ?? true,
    boundBy: point.boundBy ?? null,
  };
}

function round(value, digits) {
  return value === null ? null : Number(value.toFixed(digits));
}

/** In one piece, so that nobody ever reads half of it. */
function writeCalibration(file, content) {
  const beside = `${file}.${process.pid}.part`;
  fs.writeFileSync(beside, `${JSON.stringify(content, null, 2)}\n`);
  fs.renameSync(beside, file);
}

module.exports = { format, shippedCalibration, readCalibration, calibrationOf, calibrationProblem, writeCalibration, BadCalibration };
