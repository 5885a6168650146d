'use strict';

const { worstState } = require('./reading.cjs');

const lookSeconds = 1;
const alike = 0.05; // two averages of two looks that differ by less have come to rest
const alikePercent = 1; // of the CPU limit; what is that small is noise

/**
 * Looks second by second until the server's smoothed CPU has come to rest: the average of the last two looks is that of the two before.
 * A load that never rests is measured as it is after `mostSeconds`.
 * @returns {Promise<object[]>} the readings, last one last
 */
async function untilSteady(watch, { leastSeconds = 3, mostSeconds = 15 } = {}) {
  const readings = [];
  while (readings.length < mostSeconds) {
    readings.push(await watch.look(lookSeconds));
    if (readings[0].cpuPercent === null || (readings.length >= leastSeconds && isSteady(readings))) break; // without its CPU there is nothing to wait for
  }
  return readings;
}

function isSteady(readings) {
  const known = readings.map((reading) => reading.cpuPercent).filter((percent) => percent !== null);
  if (known.length < 4) return known.length >= 3 && known.every((percent) => percent < 2);
  const [before, now] = [average(known.slice(-4, -2)), average(known.slice(-2))];
  return Math.abs(now - before) <= Math.max(alikePercent, alike * before);
}

/**
 * Looks second by second until the server is itself again: state normal, and latency no longer above `p99`, for two looks running.
 * @returns {Promise<{recovered: boolean, seconds: number, readings: object[]}>} seconds until the first of the two looks
 */
async function untilNormal(watch, { p99Milliseconds, mostSeconds }) {
  const readings = [];
  let calm = 0;
  let seconds = 0;
  while (seconds < mostSeconds) {
    const reading = await watch.look(lookSeconds);
    readings.push(reading);
    const fine = isNormal(reading) && (reading.p99Milliseconds === null || reading.p99Milliseconds <= p99Milliseconds);
    calm = fine ? calm + 1 : 0;
    if (calm === 2) return { recovered: true, seconds: Number(Math.max(0, seconds - reading.seconds).toFixed(1)), readings };
    seconds += reading.seconds;
  }
  return { recovered: false, seconds: Number(seconds.toFixed(1)), readings };
}

function isNormal(reading) {
  return reading.serverAnswered ? [null, 'normal'].includes(worstState(reading)) : false;
}

function average(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

module.exports = { untilSteady, untilNormal, isNormal, average };
