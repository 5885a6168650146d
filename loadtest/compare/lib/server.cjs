'use strict';

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { startPinned, stop } = require('./processes.cjs');
const tools = require('./tools.cjs');

const startDeadlineMs = 20_000;
const lookMs = 50;
const longestLine = 160;

/** A contestant's server under way. Started anew for each measurement. */
class Server {
  static async start(contestant, address, core) {
    const folder = path.join(tools.artifacts, 'run', contestant.name);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    const how = contestant.start(tools, address, await tools.freePorts(2), folder);
    const logFile = path.join(folder, 'server.log');
    const log = fs.openSync(logFile, 'w');
    const child = startPinned(core, how.command, { env: how.env, cwd: folder, stdio: ['ignore', log, log] });
    fs.closeSync(log);
    const server = new Server(contestant, address, how, child, logFile);
    try {
      await server._listens(how.port);
      await server._listens(Number(new URL(how.publish).port));
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  constructor(contestant, address, how, child, logFile) {
    this.contestant = contestant;
    this.address = address;
    this.port = how.port;
    this.publish = how.publish;
    this.publishToken = how.publishToken ?? '';
    this.pid = child.pid;
    this.child = child;
    this.logFile = logFile;
  }

  /** Proportional set size in bytes, its children's included: shared pages count once. */
  memoryBytes() {
    return [this.pid, ...childrenOf(this.pid)].reduce((sum, pid) => sum + proportionalBytes(pid), 0);
  }

  lastLogLine() {
    return tools.lastLine(fs.readFileSync(this.logFile, 'utf8')).slice(0, longestLine);
  }

  stop() {
    return stop(this.child);
  }

  async _listens(port) {
    let ended = null;
    this.child.ended.then((how) => { ended = how; });
    const deadline = Date.now() + startDeadlineMs;
    while (!(await accepts(this.address, port))) {
      if (ended !== null) throw new Error(`did not start: ${this.lastLogLine() || ended}`);
      if (Date.now() > deadline) throw new Error(`did not start: nobody listened within ${startDeadlineMs / 1000} s. ${this.lastLogLine()}`);
      await sleep(lookMs);
    }
  }
}

function accepts(address, port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, address, () => answer(true));
    socket.on('error', () => answer(false));
    function answer(value) {
      socket.destroy();
      resolve(value);
    }
  });
}

function childrenOf(pid) {
  return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter((text) => text !== '').map(Number);
}

function proportionalBytes(pid) {
  return Number(/^Pss:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) * 1024;
}

module.exports = { Server };
