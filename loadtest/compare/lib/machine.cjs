'use strict';

const fs = require('node:fs');
const os = require('node:os');
const { coreList } = require('./processes.cjs');
const { run } = require('./tools.cjs');

/** What a figure depends on besides the server. */
function machineFacts(cores) {
  return {
    model: os.cpus()[0].model.trim() || 'CPU unknown',
    cores: os.cpus().length,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GB`,
    kernel: os.release(),
    congestionControl: fs.readFileSync('/proc/sys/net/ipv4/tcp_congestion_control', 'utf8').trim(),
    serverCore: cores.server,
    generatorCore: cores.generator,
    isOnePhysicalCore: siblings(cores.server).includes(cores.generator),
  };
}

/** Why this machine can't hold so many clients on one process, or null. */
function shortage(clients) {
  const hard = Number(/^Max open files\s+\d+\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);
  const needed = Math.max(clients, 15_000) + 1_000;
  return hard < needed ? `a process may open only ${hard} files, ${needed} are needed: raise the hard limit (ulimit -Hn ${needed})` : null;
}

async function commit() {
  const id = (await run('git', ['rev-parse', '--short', 'HEAD'])).trim();
  const changes = (await run('git', ['status', '--porcelain', '--untracked-files=no'])).trim();
  return changes === '' ? id : `${id} with changes`;
}

function loadAverage() {
  return os.loadavg()[0].toFixed(2);
}

/** The hardware threads of a core's physical core, itself included. */
function siblings(core) {
  const file = `/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`;
  return fs.existsSync(file) ? coreList(fs.readFileSync(file, 'utf8').trim()) : [core];
}

module.exports = { machineFacts, shortage, commit, loadAverage };
