'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');

const startDeadlineMs = 15_000;

/** What `make build` makes. */
const builtServer = path.join(__dirname, '..', '..', 'artifacts', 'wsfanout', 'wsfanout');

/**
 * Starts the server on core 0, or on those given, and a port of the system's choice, and waits until its log says which.
 * @param {string[]} program with its arguments
 * @param {Record<string, string>} variables
 * @param {string} cores a list as `taskset` takes it
 * @returns {Promise<{child: import('node:child_process').ChildProcess, port: number}>}
 */
function startServer(program, variables, cores = '0') {
  const child = spawn('taskset', ['-c', cores, ...program], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, WS_ADDR: '127.0.0.1:0', ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // It must not outlive this program, however that ends.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('close', () => process.removeListener('exit', end));
  exitOnSignals();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(new Error('the server did not say where it listens')), startDeadlineMs);
    let log = '';
    child.on('error', fail);
    child.on('exit', (code) => fail(new Error(`the server ended with ${code}`)));
    child.stdout.on('data', (bytes) => {
      if (log === null) return;
      log += bytes;
      const port = /"Listening on [^"]*:(\d+)\./.exec(log)?.[1];
      if (port === undefined) return;
      log = null;
      clearTimeout(timer);
      resolve({ child, port: Number(port) });
    });
    function fail(error) {
      clearTimeout(timer);
      child.kill('SIGTERM');
      reject(error);
    }
  });
}

let exitsOnSignals = false;

function exitOnSignals() {
  if (exitsOnSignals) return;
  exitsOnSignals = true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
}

/** The program to measure and its arguments, as given on the command line. Told --help, prints what this is and ends. */
function programToMeasure(script, about) {
  const program = process.argv.slice(2);
  if (program.includes('--help')) {
    console.log(`node loadtest/${script} [program and its arguments]   (default: artifacts/wsfanout/wsfanout, made by \`make build\`)`);
    console.log(`${about}The server is pinned to core 0, this program to the last one.`);
    process.exit(0);
  }
  return program.length === 0 ? [builtServer] : program;
}

/** Keeps this process, and those it starts, on the last core, out of the server's way. */
function pinSelf() {
  const last = require('node:os').cpus().length - 1;
  return new Promise((resolve, reject) => {
    spawn('taskset', ['-acp', String(last), String(process.pid)], { stdio: 'ignore' }).on('error', reject).on('exit', resolve);
  });
}

module.exports = { builtServer, programToMeasure, startServer, pinSelf };
