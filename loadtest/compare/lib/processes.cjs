'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');

const stopDeadlineMs = 5_000;
const interrupted = 130;
const running = new Set();

// For an exit by a fault of our own.
process.on('exit', () => {
  for (const child of running) signal(child, 'SIGKILL');
});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, endAll);

let isEnding = false;

async function endAll() {
  isEnding = true;
  await Promise.all([...running].map(stop));
  process.exit(interrupted);
}

/** Never comes back once this program was asked to end: what is under way then fails for that reason alone. */
function unlessEnding() {
  return isEnding ? new Promise(() => {}) : Promise.resolve();
}

/**
 * Starts a program on one core, in a process group of its own. It ends with this one, however that ends: by our exit, and by the
 * kernel's doing when there was no time for an exit.
 */
function startPinned(core, command, { env = {}, cwd, stdio }) {
  if (isEnding) throw new Error('asked to end');
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'taskset', '-c', String(core), ...command], {
    cwd,
    stdio,
    detached: true,
    env: { PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`, HOME: process.env.HOME, ...dotnetRoot(), ...env },
  });
  running.add(child);
  child.ended = new Promise((resolve) => {
    child.on('error', (error) => end(error.message));
    child.on('close', (code, name) => end(name ?? `exit code ${code}`));
    function end(how) {
      running.delete(child);
      resolve(how);
    }
  });
  return child;
}

/** Asks it to end, and its children, and makes it end after a while. */
async function stop(child) {
  if (!running.has(child)) return;
  signal(child, 'SIGTERM');
  const timer = setTimeout(() => signal(child, 'SIGKILL'), stopDeadlineMs);
  await child.ended;
  clearTimeout(timer);
}

function signal(child, name) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function dotnetRoot() {
  return process.env.DOTNET_ROOT ? { DOTNET_ROOT: process.env.DOTNET_ROOT } : {};
}

/** The cores that this process may use. */
function allowedCores() {
  return coreList(/^Cpus_allowed_list:\s*(\S+)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]);
}

/** `0,2-4` as the kernel writes it → [0, 2, 3, 4]. */
function coreList(text) {
  return text.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/** The first gets the server, the last its clients. */
function twoCores() {
  const cores = allowedCores();
  if (cores.length < 2) throw new Error('two cores are needed: one for the server, one for its clients');
  return { server: cores[0], generator: cores.at(-1) };
}

module.exports = { startPinned, stop, unlessEnding, allowedCores, coreList, twoCores };
