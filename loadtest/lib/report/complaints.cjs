'use strict';

const busyCpuPercent = 90;
const busyLagMs = 200;
const starvedPercent = 50;

const cures = {
  EADDRNOTAVAIL: 'no local port or address was left: give SOURCE_ADDRESSES, or widen net.ipv4.ip_local_port_range',
  EADDRINUSE: 'no local port was left: give SOURCE_ADDRESSES, or widen net.ipv4.ip_local_port_range',
  EMFILE: 'no descriptor was left: raise "ulimit -n", or PROCESSES',
  ENFILE: 'no descriptor was left in the system: raise fs.file-max',
};

/**
 * Why this program was the bottleneck, in sentences; none when it was not.
 * @param {{processes: object[], failures: object}} generator what each process was seen doing in one stretch of the run
 * @param {string} where the stretch, as ' in the hold'
 * @param {boolean} judgeCpu a full core doesn't matter while clients connect
 */
function complaintsOf({ processes, failures }, where = '', judgeCpu = true) {
  const reasons = [];
  for (const one of processes) {
    const who = one.name ? ` (${one.name})` : '';
    if (one.waitedPercent > starvedPercent) reasons.push(`other programs had its core for ${Math.round(one.waitedPercent)} % of the time${where}, at most ${starvedPercent}${who}`);
    if (one.lagP99Ms > busyLagMs) reasons.push(`event loop ${Math.round(one.lagP99Ms)} ms late at p99${where}, at most ${busyLagMs}${who}`);
    if (judgeCpu && one.cpuPercent > busyCpuPercent) reasons.push(`${Math.round(one.cpuPercent)} % of a core${where}, at most ${busyCpuPercent}${who}`);
  }
  for (const [failure, times] of Object.entries(failures)) reasons.push(`${failure} ${times} times${cures[failure] ? ` (${cures[failure]})` : ''}`);
  return reasons;
}

module.exports = { complaintsOf };
