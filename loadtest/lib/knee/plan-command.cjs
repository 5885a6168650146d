'use strict';

const { spawn } = require('node:child_process');

/**
 * Asks `wsfanout plan` how many clients a server carries by a calibration, at which its CPU is at this part of the limit.
 * @param {string[]} program the server, with arguments that come before the command
 * @returns {Promise<number|null>} null when this program has no such command
 */
async function planPrediction(program, calibrationFile, { cpuLimitCores, percent, messagesPerSecond, share }) {
  const text = await outputOf([...program, 'plan', '--calibration', calibrationFile, '--cores', String(cpuLimitCores), '--rate', String(messagesPerSecond),
    '--client-rate', String(Number((messagesPerSecond * share).toPrecision(6))), '--set', `WS_CPU_LIMIT=${cpuLimitCores}`, '--target-utilisation', String(percent), '--output', 'json']);
  if (!text.trimStart().startsWith('{')) return null;
  const plan = JSON.parse(text);
  const limit = plan.limits?.find(({ by }) => by === 'cpu_target');
  if (limit === undefined) throw new Error(`wsfanout plan told no limit "cpu_target": ${JSON.stringify(plan.errors ?? Object.keys(plan))}`);
  return limit.clients;
}

/** Whatever the exit code: a plan that does not hold is one all the same. */
function outputOf([command, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const parts = [];
    child.stdout.on('data', (part) => parts.push(part));
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(parts).toString('utf8')));
  });
}

module.exports = { planPrediction };
