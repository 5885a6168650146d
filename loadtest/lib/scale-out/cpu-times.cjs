'use strict';

const fs = require('node:fs');

const nanosPerTick = 1e7; // of /proc/stat: 100 a second wherever this runs

/**
 * CPU seconds that a process has taken, by the nanoseconds its threads have run: the ticks of `stat` are too coarse for a broker at rest.
 * A thread that ended takes its part with it, so that a difference may be too small by what it took since the look before.
 * @returns {Map<string, number>} nanoseconds by thread
 */
function threadTimes(pid) {
  const times = new Map();
  for (const thread of fs.readdirSync(`/proc/${pid}/task`)) {
    try {
      times.set(thread, Number(fs.readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]));
    } catch (error) {
      if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error; // it ended since the list was made
    }
  }
  return times;
}

/** Seconds between two looks. */
function cpuSeconds(before, after) {
  let nanos = 0;
  for (const [thread, time] of after) nanos += time - (before.get(thread) ?? 0);
  return nanos / 1e9;
}

/** Seconds that the cores of this machine have been busy, with whatever. */
function machineSeconds() {
  const [user, nice, system, , , irq, softirq] = fs.readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].trim().split(/\s+/).slice(1).map(Number);
  return ((user + nice + system + irq + softirq) * nanosPerTick) / 1e9;
}

module.exports = { threadTimes, cpuSeconds, machineSeconds };
