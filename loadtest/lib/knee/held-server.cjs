'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { Cgroup } = require('../cgroup.cjs');
const { startServer } = require('../pinned-server.cjs');

/**
 * One run of MODE=knee on a fresh server that is held to so much CPU.
 * @param parts program, cores, server (its variables), load (those of the load test), folder and name (of what it writes)
 * @returns the calibration's content and `file`, where it lies
 */
async function findKnee({ program, cores, server: serverVariables, load, folder, name }) {
  const group = Cgroup.create(`wsfanout-knee-${process.pid}`, cores);
  let server = null;
  try {
    server = await startServer([...group.entrance, ...program], serverVariables);
    console.log(`\n${name}: held to ${cores} CPU, ${JSON.stringify(load)}`);
    const file = path.join(folder, `${name}.json`);
    await runLoadTest({
      MODE: 'knee', ...load, WS_URL: `ws://127.0.0.1:${server.port}/ws`, CALIBRATION_FILE: file, REPORT_HTML: path.join(folder, `${name}.html`),
      REPORT_FILE: path.join(folder, `${name}-report.json`), CALIBRATION_LINK: 'loopback',
    });
    return { file, ...JSON.parse(fs.readFileSync(file, 'utf8')) };
  } finally {
    server?.child.removeAllListeners('exit');
    await group.remove();
  }
}

function runLoadTest(variables) {
  return new Promise((resolve, reject) => {
    const own = { PATH: process.env.PATH, ...pick(process.env, 'CALIBRATION_FROM') };
    const child = spawn(process.execPath, [path.join(__dirname, '..', '..', 'sustained-load-test.cjs')], { env: { ...own, ...variables }, stdio: 'inherit' });
    const end = () => child.kill('SIGTERM');
    process.once('exit', end);
    child.on('error', reject);
    child.on('exit', () => process.removeListener('exit', end));
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the load test ended with ${code}`))));
  });
}

function pick(env, name) {
  return env[name] === undefined ? {} : { [name]: env[name] };
}

module.exports = { findKnee };
