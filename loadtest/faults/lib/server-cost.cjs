'use strict';

const fs = require('node:fs');
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');

const execute = promisify(execFile);
const pageBytes = 4096;
const mb = 1024 * 1024;

/** What one server on this machine takes: its process, the kernel's memory of its sockets (by `ss`), the TCP memory of the whole machine. Linux only. */
class ServerCost {
  constructor(server) {
    this.server = server;
  }

  async look() {
    const [kernelMB, metrics] = await Promise.all([this._socketMB(), this._metrics()]);
    const status = fs.readFileSync(`/proc/${this.server.pid}/status`, 'utf8');
    const sockstat = fs.readFileSync('/proc/net/sockstat', 'utf8');
    const allKernelMB = (Number(/^TCP:.* mem (\d+)/m.exec(sockstat)[1]) * pageBytes) / mb;
    return {
      processMB: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]) / 1024,
      kernelMB: kernelMB ?? allKernelMB, // without ss: more than the truth, the clients' ends are in it
      allKernelMB,
      connections: Number(/^ws_connections_current(?:\{.*\})? (\S+)/m.exec(metrics)?.[1] ?? NaN),
    };
  }

  /** How the server says connections ended, by reason. */
  async disconnects() {
    const ends = {};
    for (const [, reason, times] of (await this._metrics()).matchAll(/^ws_disconnects_total\{[^}]*reason="([^"]*)"[^}]*\} (\S+)/gm)) {
      if (Number(times) > 0) ends[reason] = Number(times);
    }
    return ends;
  }

  /** skmem:(r<rmem>,rb<..>,t<wmem>,tb<..>,f<forward>,w<queued>,…): what is charged to the server's end of each connection; null without `ss`. */
  async _socketMB() {
    let stdout;
    try {
      ({ stdout } = await execute('ss', ['-Htnm', `sport = :${this.server.port}`], { maxBuffer: 64 * mb }));
    } catch (error) {
      if (error.code === 'ENOENT') return null;
      throw error;
    }
    let bytes = 0;
    for (const [, read, forward, written] of stdout.matchAll(/skmem:\(r(\d+),rb\d+,t\d+,tb\d+,f(\d+),w(\d+)/g)) bytes += Number(read) + Number(forward) + Number(written);
    return bytes / mb;
  }

  async _metrics() {
    const answer = await fetch(`http://127.0.0.1:${this.server.port}/metrics`);
    return answer.text();
  }
}

module.exports = { ServerCost };
