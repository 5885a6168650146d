'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const periodMicroseconds = 100_000;
const endDeadlineMs = 10_000;
const root = '/sys/fs/cgroup';

/** Cgroups with limits can't be made here; the message says why. */
class NoCgroup extends Error {}

/**
 * A cgroup with a CPU quota, and a memory limit if it is given one, for a program of ours: version 1 where its controllers are mounted (a
 * directory in each), else version 2. Takes root.
 */
class Cgroup {
  /** @param {number | null} memoryBytes swap included @throws {NoCgroup} */
  static create(name, cpuCores, memoryBytes = null) {
    const layout = findLayout();
    if (layout === null) throw new NoCgroup(`no cgroup file system with cpu, cpuacct and memory is mounted under ${root}`);
    const group = new Cgroup(layout, name);
    try {
      if (layout.isV2) fs.writeFileSync(path.join(layout.cpu, 'cgroup.subtree_control'), '+cpu +memory');
      for (const directory of group.directories) fs.mkdirSync(directory, { recursive: true });
      group._hold(cpuCores);
      if (memoryBytes !== null) group._holdMemory(memoryBytes);
      // However this program ends, by a signal too, nothing of it stays.
      group.onExit = () => group._removeNow();
      process.once('exit', group.onExit);
    } catch (error) {
      if (!['EACCES', 'EPERM', 'EROFS', 'EINVAL', 'ENOENT', 'EBUSY'].includes(error.code)) throw error;
      group._remove();
      throw new NoCgroup(`a cgroup held to ${cpuCores} CPU can't be made in ${layout.cpu}, which takes root: ${error.code}`);
    }
    return group;
  }

  constructor(layout, name) {
    this.layout = layout;
    this.directories = [...new Set([layout.cpu, layout.accounting, layout.memory])].map((parent) => path.join(parent, name));
  }

  /** Words to put before a command line so that it runs in here from its first instruction on. */
  get entrance() {
    return ['sh', '-c', `for d in ${this.directories.join(' ')}; do echo $$ > $d/cgroup.procs || exit 99; done; exec "$0" "$@"`];
  }

  /** Kills what still runs in here and removes it. */
  async remove() {
    process.removeListener('exit', this.onExit);
    const deadline = Date.now() + endDeadlineMs;
    while (!this._remove()) {
      if (Date.now() > deadline) throw new Error(`${this.directories[0]} does not let itself be removed`);
      for (const pid of this.directories.flatMap(members)) kill(pid);
      await sleep(50);
    }
  }

  _hold(cpuCores) {
    const [directory] = this.directories;
    const quota = Math.round(cpuCores * periodMicroseconds);
    // Up to its quota it comes before all others: it is the quota that a measurement is about, not what else runs here.
    if (this.layout.isV2) {
      fs.writeFileSync(path.join(directory, 'cpu.max'), `${quota} ${periodMicroseconds}`);
      fs.writeFileSync(path.join(directory, 'cpu.weight'), '10000');
    } else {
      fs.writeFileSync(path.join(directory, 'cpu.cfs_period_us'), String(periodMicroseconds));
      fs.writeFileSync(path.join(directory, 'cpu.cfs_quota_us'), String(quota));
      fs.writeFileSync(path.join(directory, 'cpu.shares'), '100000');
    }
  }

  _holdMemory(bytes) {
    const directory = this.directories.at(-1);
    fs.writeFileSync(path.join(directory, this.layout.isV2 ? 'memory.max' : 'memory.limit_in_bytes'), String(bytes));
    const swap = path.join(directory, this.layout.isV2 ? 'memory.swap.max' : 'memory.memsw.limit_in_bytes');
    if (fs.existsSync(swap)) fs.writeFileSync(swap, this.layout.isV2 ? '0' : String(bytes));
  }

  /** The same without a chance to wait but by standing still. */
  _removeNow() {
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (let tries = 0; tries < 40 && !this._remove(); tries++) {
      for (const pid of this.directories.flatMap(members)) kill(pid);
      Atomics.wait(pause, 0, 0, 50);
    }
  }

  _remove() {
    for (const directory of this.directories) {
      try {
        fs.rmdirSync(directory);
      } catch (error) {
        if (error.code === 'EBUSY') return false;
        if (error.code !== 'ENOENT') throw error;
      }
    }
    return true;
  }
}

/** Where cgroups may be made: in version 1 below our own, so that what holds us holds them too; in version 2 at the root. */
function findLayout() {
  const own = ownPaths();
  const v1 = (controller, file) => ['', own[controller] ?? ''].reverse()
    .map((below) => path.join(root, controller, below)).find((directory) => fs.existsSync(path.join(directory, file)));
  const [cpu, accounting] = [v1('cpu', 'cpu.cfs_quota_us') ?? v1('cpu,cpuacct', 'cpu.cfs_quota_us'), v1('cpuacct', 'cpuacct.usage') ?? v1('cpu,cpuacct', 'cpuacct.usage')];
  const memory = v1('memory', 'memory.limit_in_bytes');
  if (cpu !== undefined && accounting !== undefined && memory !== undefined) return { isV2: false, cpu, accounting, memory };
  const controllers = path.join(root, 'cgroup.controllers');
  const offered = fs.existsSync(controllers) ? fs.readFileSync(controllers, 'utf8').split(/\s+/) : [];
  return offered.includes('cpu') && offered.includes('memory') ? { isV2: true, cpu: root, accounting: root, memory: root } : null;
}

function ownPaths() {
  const paths = {};
  for (const line of fs.readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')) {
    const [, controllers, below] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of (controllers ?? '').split(',')) paths[controller] = below;
  }
  return paths;
}

function members(directory) {
  try {
    return fs.readFileSync(path.join(directory, 'cgroup.procs'), 'utf8').split('\n').filter((line) => line !== '').map(Number);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

module.exports = { Cgroup, NoCgroup };
