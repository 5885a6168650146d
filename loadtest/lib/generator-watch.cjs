'use strict';

const { readLimits, descriptorsApart } = require('./machine/limits.cjs');
const { ProcessWatch, WatchSum } = require('./process-watch.cjs');

/** Watches the one process of a test that has only one, phase by phase. */
class GeneratorWatch {
  constructor(clock) {
    this.clock = clock;
    this.phases = {};
    this.name = null;
    this.watch = null;
  }

  /** Ends the phase under way and begins another one. */
  begin(name) {
    this.end();
    this.name = name;
    this.watch = new ProcessWatch(this.clock);
  }

  end() {
    if (this.watch === null) return;
    this.phases[this.name] = new WatchSum().add(this.watch.take()).summary();
    this.watch.end();
    this.watch = null;
  }
}

/** Why this machine can't hold `connections` from one process and one address, or null. */
function shortage(connections, publishConnections) {
  const limits = readLimits();
  const needed = connections + publishConnections + descriptorsApart;
  if (limits.descriptors < needed) {
    return `${connections} connections need ${needed} descriptors, the limit is ${limits.descriptors}: raise it with "ulimit -n ${needed}"`;
  }
  if (limits.ports < connections + publishConnections) {
    return `${connections} connections need as many local ports, net.ipv4.ip_local_port_range has ${limits.ports}`;
  }
  return null;
}

module.exports = { GeneratorWatch, shortage };
