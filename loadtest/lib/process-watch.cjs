'use strict';

const fs = require('node:fs');
const { performance } = require('node:perf_hooks');
const { Histogram } = require('./histogram.cjs');
const { readOrEmpty } = require('./machine/limits.cjs');

const tickMs = 20;

/**
 * Watches this process: how busy and how late its event loop is, and how long it had work but no core. When the generator is the
 * bottleneck, a figure says nothing about the server.
 */
class ProcessWatch {
  constructor(clock) {
    this.clock = clock;
    this.lag = new Histogram(); // microseconds that a 20 ms tick came late, stalls counted in full
    this._begin();
    this.lastTick = clock.now();
    this.timer = setInterval(() => this._tick(), tickMs);
  }

  /** What was seen since the last time. `lag` is packed. */
  take() {
    this._tick();
    const cpu = process.cpuUsage(this.cpu);
    const loop = performance.eventLoopUtilization(this.loop);
    const taken = {
      seconds: Math.max(0.001, (this.clock.now() - this.begunAt) / 1000),
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      busySeconds: loop.active / 1000,
      waitedSeconds: Math.max(0, waitedForCore() - this.waited),
      lag: this.lag.pack(),
      residentBytes: process.memoryUsage.rss(),
      descriptors: openDescriptors(),
    };
    this._begin();
    return taken;
  }

  end() {
    clearInterval(this.timer);
  }

  _begin() {
    this.begunAt = this.clock.now();
    this.cpu = process.cpuUsage();
    this.loop = performance.eventLoopUtilization();
    this.waited = waitedForCore();
    this.lag.clear();
  }

  _tick() {
    const now = this.clock.now();
    const late = Math.max(0, now - this.lastTick - tickMs);
    this.lastTick = now;
    this.lag.recordWithMissed(late * 1000, tickMs * 1000);
  }
}

/** Seconds that the main thread was ready to run and others ran; 0 where the kernel doesn't say. */
function waitedForCore() {
  return Number(readOrEmpty('/proc/self/schedstat').split(' ')[1] ?? 0) / 1e9;
}

/** 0 where that can't be told cheaply (Linux before 6.2). */
function openDescriptors() {
  try {
    return fs.statSync('/proc/self/fd').size;
  } catch (error) {
    if (error.code === 'ENOENT') return 0;
    throw error;
  }
}

/** The sum of what several looks took, of one process. */
class WatchSum {
  constructor() {
    this.seconds = 0;
    this.cpuSeconds = 0;
    this.busySeconds = 0;
    this.waitedSeconds = 0;
    this.lag = new Histogram();
    this.residentBytes = 0;
    this.descriptors = 0;
  }

  add(taken) {
    for (const name of ['seconds', 'cpuSeconds', 'busySeconds', 'waitedSeconds']) this[name] += taken[name];
    for (const name of ['residentBytes', 'descriptors']) this[name] = Math.max(this[name], taken[name]);
    this.lag.add(taken.lag);
    return this;
  }

  summary() {
    const lag = this.lag.toMilliseconds();
    const seconds = Math.max(0.001, this.seconds);
    return {
      seconds: round(this.seconds, 1),
      cpuPercent: round((this.cpuSeconds / seconds) * 100, 1),
      loopBusyPercent: round((this.busySeconds / seconds) * 100, 1),
      waitedPercent: round((this.waitedSeconds / seconds) * 100, 1),
      lagP50Ms: lag.p50,
      lagP99Ms: lag.p99,
      lagMaxMs: lag.max,
      residentBytes: this.residentBytes,
      descriptors: this.descriptors,
    };
  }
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}

module.exports = { ProcessWatch, WatchSum };
