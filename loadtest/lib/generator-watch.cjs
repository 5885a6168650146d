'use strict';

const fs = require('node:fs');
const { performance } = require('node:perf_hooks');
const { Histogram } = require('./histogram.cjs');

const tickMs = 20;
const descriptorsApart = 64; // for the publisher, files and the runtime's own

/** Watches this process: when the generator is the bottleneck, a figure says nothing about the server. */
class GeneratorWatch {
  constructor(clock) {
    this.clock = clock;
    this.phases = {};
    this.current = null;
    this.timer = null;
    this.lastTick = 0;
  }

  /** Ends the phase under way and begins another one. */
  begin(name) {
    this.end();
    this.current = {
      name,
      begunAt: this.clock.now(),
      cpu: process.cpuUsage(),
      loop: performance.eventLoopUtilization(),
      lag: new Histogram(), // microseconds that a 20 ms tick came late, stalls counted in full
    };
    this.lastTick = this.clock.now();
    this.timer = setInterval(() => this._tick(), tickMs);
  }

  end() {
    clearInterval(this.timer);
    if (this.current === null) return;
    this.phases[this.current.name] = summary(this.current, this.clock.now());
    this.current = null;
  }

  _tick() {
    const now = this.clock.now();
    const late = Math.max(0, now - this.lastTick - tickMs);
    this.lastTick = now;
    this.current.lag.recordWithMissed(late * 1000, tickMs * 1000);
  }
}

function summary(phase, now) {
  const seconds = Math.max(0.001, (now - phase.begunAt) / 1000);
  const cpu = process.cpuUsage(phase.cpu);
  const lag = phase.lag.toMilliseconds();
  return {
    seconds: round(seconds, 1),
    cpuPercent: round((cpu.user + cpu.system) / 1e4 / seconds, 1),
    loopBusyPercent: round(performance.eventLoopUtilization(phase.loop).utilization * 100, 1),
    lagP50Ms: lag.p50,
    lagP99Ms: lag.p99,
    lagMaxMs: lag.max,
    residentBytes: process.memoryUsage.rss(),
  };
}

/** Why this machine can't hold `connections` open, or null. Linux only; elsewhere unknown counts as enough. */
function shortage(connections, publishConnections) {
  const limit = /Max open files\s+(\d+)/.exec(readOrEmpty('/proc/self/limits'));
  const needed = connections + publishConnections + descriptorsApart;
  if (limit && Number(limit[1]) < needed) {
    return `${connections} connections need ${needed} descriptors, the limit is ${limit[1]}: raise it with "ulimit -n ${needed}"`;
  }
  const ports = /^(\d+)\s+(\d+)/.exec(readOrEmpty('/proc/sys/net/ipv4/ip_local_port_range'));
  if (ports && Number(ports[2]) - Number(ports[1]) < connections + publishConnections) {
    return `${connections} connections need as many local ports, net.ipv4.ip_local_port_range has ${ports[2] - ports[1]}`;
  }
  return null;
}

function readOrEmpty(path) {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'EACCES') return '';
    throw error;
  }
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}

module.exports = { GeneratorWatch, shortage };
