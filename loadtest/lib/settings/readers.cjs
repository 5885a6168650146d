'use strict';

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { nameProblem, isPattern, expandRange } = require('../names.cjs');

const maxChannels = 10_000;
const maxShares = 16;

/** How the text of each kind of variable is read: to `{value}` or `{problem}`. */
const readers = {
  whole: (text, row) => (/^\d+$/.test(text) && inRange(Number(text), row) ? { value: Number(text) } : { problem: `must be a whole number ${range(row)}` }),
  number: (text, row) => (/^\d+(\.\d+)?$/.test(text) && inRange(Number(text), row) ? { value: Number(text) } : { problem: `must be a number ${range(row)}` }),
  duration: (text, row) => {
    const value = parseDuration(text, row.unit);
    const limits = `between ${showDuration(row.min)} and ${showDuration(row.max)}; a bare number is in ${row.unit}`;
    return value !== null && inRange(value, row) ? { value } : { problem: `must be a duration ${limits}` };
  },
  flag: (text) => (text === 'true' || text === 'false' ? { value: text === 'true' } : { problem: 'must be true or false' }),
  choice: (text, row) => (row.choices.includes(text) ? { value: text } : { problem: `must be one of ${row.choices.filter(Boolean).join(', ')}` }),
  secret: (text) => (/^[\x21-\x7e]*$/.test(text) ? { value: text } : { problem: 'must be printable ASCII without blanks' }),
  url: (text, row) => {
    if (text === '') return { value: null };
    const url = tryUrl(text);
    if (url === null || !row.schemes.includes(url.protocol)) return { problem: `must be a URL that begins with ${row.schemes.map((s) => `${s}//`).join(' or ')}` };
    if (((url.username || url.password) && !row.isLogin) || url.hash) return { problem: 'must not hold a user, a password or a #fragment' };
    return { value: url };
  },
  urls: (text, row) => {
    if (text === '') return { value: [] };
    const read = text.split(',').map((one) => readers.url(one.trim(), row));
    return read.find((one) => one.problem) ?? { value: read.map((one) => one.value) };
  },
  channels: (text) => readNames(text, (name) => (isPattern(name) ? 'is a pattern; those belong in PATTERNS' : null)),
  patterns: (text) => readNames(text, (name) => (isPattern(name) ? null : 'is no pattern: it has no "*" or ">"')),
  shares: readShares,
  addresses: (text) => {
    const given = text === '' ? [] : text.split(',').map((one) => one.trim());
    const bad = given.find((one) => net.isIP(one) === 0);
    if (bad !== undefined) return { problem: `${JSON.stringify(bad.slice(0, 64))} is no IP address` };
    return new Set(given).size < given.length ? { problem: 'must not name one twice' } : { value: given };
  },
  moment: (text) => {
    if (text === '') return { value: null };
    const at = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
    return Number.isFinite(at) ? { value: at } : { problem: 'must be a time as 2026-01-31T12:00:00Z, or unix seconds' };
  },
  file: (text) => {
    if (text === '') return { value: null };
    const folder = path.dirname(path.resolve(text));
    try {
      fs.accessSync(folder, fs.constants.W_OK);
    } catch (error) {
      return { problem: `the folder ${folder} can't be written (${error.code})` };
    }
    return { value: path.resolve(text) };
  },
};

/** `name:percent,…`, together 100 %. @returns {{value: {name: string, percent: number}[]} | {problem: string}} */
function readShares(text) {
  if (text === '') return { value: [] };
  const shares = [];
  for (const entry of text.split(',')) {
    const match = /^([^:]+):(\d+(?:\.\d+)?)$/.exec(entry.trim());
    if (!match || nameProblem(match[1]) || isPattern(match[1])) return { problem: `${JSON.stringify(entry.slice(0, 64))} is no name:percent` };
    shares.push({ name: match[1], percent: Number(match[2]) });
  }
  if (new Set(shares.map((one) => one.name)).size < shares.length) return { problem: 'must not name one twice' };
  const sum = shares.reduce((total, one) => total + one.percent, 0);
  if (shares.length > maxShares || shares.some((one) => one.percent === 0)) return { problem: `must be at most ${maxShares} names, none with 0 %` };
  return Math.abs(sum - 100) < 0.01 ? { value: shares } : { problem: `the shares add up to ${Number(sum.toFixed(3))} %, must be 100` };
}

function readNames(text, alsoWrong) {
  if (text === '') return { value: [] };
  const names = text.split(',').flatMap((entry) => expandRange(entry.trim()));
  for (const name of names) {
    const problem = nameProblem(name) ?? alsoWrong(name);
    if (problem) return { problem: `${JSON.stringify(name.slice(0, 64))} ${problem}` };
  }
  if (names.length > maxChannels) return { problem: `must be at most ${maxChannels} names` };
  if (new Set(names).size < names.length) return { problem: 'must not name one twice' };
  return { value: names };
}

function parseDuration(text, bareUnit) {
  const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * units[bareUnit];
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return null;
  let total = 0;
  for (const [, number, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h)/g)) total += Number(number) * units[unit];
  return total;
}

function showDuration(ms) {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

function tryUrl(text) {
  try {
    return new URL(text);
  } catch (error) {
    if (error.code === 'ERR_INVALID_URL') return null;
    throw error;
  }
}

function inRange(value, row) {
  return value >= row.min && value <= row.max;
}

function range(row) {
  return `between ${row.min} and ${row.max}`;
}

module.exports = { readers, showDuration };
