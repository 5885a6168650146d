'use strict';

const fs = require('node:fs');
const path = require('node:path');

const file = path.join(__dirname, '..', '..', '..', 'tests', 'WsFanout.Tests', 'Deploy', 'plan-environment.txt');

/** The environment block of the capacity plan, as it stands there: `- NAME=value   # why`. */
function planEnvironment() {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return Object.fromEntries(lines.map((line) => /^\s*-\s*([A-Z_]+)=(\S+)/.exec(line)).filter((match) => match !== null).map(([, name, value]) => [name, value]));
}

module.exports = { planEnvironment };
