'use strict';

const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { startPinned, stop, allowedCores } = require('../../compare/lib/processes.cjs');
const { lastLine } = require('../../compare/lib/tools.cjs');

const readyMs = 180_000; // a machine that is full of other work takes long to start anything
const drainMs = 30_000; // whoever takes longer hangs, and is told so by the signal that ended it
const lookMs = 50;

/** The server under test: started, drained, killed, started again, always on the same port. */
class FanoutServer {
  constructor({ program, port, env, log }) {
    this.program = program;
    this.port = port;
    this.env = { ...env, WS_ADDR: `127.0.0.1:${port}` };
    this.log = log;
    this.child = null;
    this.starts = 0;
    this.surprises = []; // ends nobody asked for, by the last line of the log
    this.isWanted = false;
  }

  get pid() {
    return this.child.pid;
  }

  /** Comes back when it serves clients. @returns {Promise<number>} ms it took */
  async start() {
    const begun = Date.now();
    const log = fs.openSync(this.log, 'a');
    const child = startPinned(allowedCores().join(','), [this.program], { env: this.env, stdio: ['ignore', log, log] });
    fs.closeSync(log);
    this.child = child;
    this.starts++;
    this.isWanted = true;
    let ended = null;
    child.ended.then((how) => {
      ended = how;
      if (this.isWanted && this.child === child) this.surprises.push(`${how}: ${this.lastWords()}`);
    });
    for (;;) {
      if (ended !== null) throw new Error(`the server ended while it started (${ended}): ${this.lastWords()}`);
      if (await this._isReady()) return Date.now() - begun;
      if (Date.now() - begun > readyMs) throw new Error(`the server was not ready within ${readyMs / 1000} s: ${this.lastWords()}`);
      await sleep(lookMs);
    }
  }

  /** SIGTERM, and the time it takes to be gone. @returns {Promise<{how: string, ms: number}>} */
  async drain() {
    this.isWanted = false;
    const begun = Date.now();
    const { child } = this;
    process.kill(child.pid, 'SIGTERM');
    const timer = setTimeout(() => process.kill(child.pid, 'SIGKILL'), drainMs);
    const how = await child.ended;
    clearTimeout(timer);
    return { how, ms: Date.now() - begun };
  }

  async kill() {
    this.isWanted = false;
    process.kill(this.child.pid, 'SIGKILL');
    await this.child.ended;
  }

  /** `POST /__pause`: the intake stands still as in overload. */
  async pause(seconds) {
    const answer = await fetch(`http://127.0.0.1:${this.port}/__pause?for=${seconds}s`, { method: 'POST' });
    if (!answer.ok) throw new Error(`the server did not pause: ${answer.status} ${await answer.text()}`);
  }

  async stop() {
    this.isWanted = false;
    if (this.child !== null) await stop(this.child);
  }

  lastWords() {
    return lastLine(fs.readFileSync(this.log, 'utf8')).slice(0, 300);
  }

  async _isReady() {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.port}/health/ready`, { signal: AbortSignal.timeout(5000) });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }
}

module.exports = { FanoutServer };
