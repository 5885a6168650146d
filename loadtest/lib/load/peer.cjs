'use strict';

const { fork } = require('node:child_process');
const path = require('node:path');
const { CannotRun } = require('../endpoint.cjs');

/**
 * One process of the generator, as the coordinator sees it: calls that are answered. Arrays of numbers go as bytes.
 * A process that ends before it was told to fails all calls, those to come too.
 */
class Peer {
  /** @param {string} file of this folder that the process runs */
  constructor(name, file) {
    this.name = name;
    this.waiting = new Map(); // id → {resolve, reject, call}
    this.nextId = 0;
    this.failure = null;
    this.child = fork(path.join(__dirname, file), [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
    this.child.on('message', (answer) => this._answered(answer));
    this.isGone = false;
    this.child.on('error', (error) => this._ended(error.message));
    this.child.on('exit', (code, signal) => this._ended(`it ended with ${signal ?? code}`));
  }

  /** @returns what the call of that name gave. @throws {CannotRun} when the process has ended, whatever the call threw otherwise */
  call(name, args = {}) {
    if (this.failure !== null) return Promise.reject(this.failure);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, name, args }, () => {}); // what can't be sent has no reader any more: 'exit' says why
    });
  }

  /** Ends the process at once, and waits until it is gone. */
  async end() {
    this.failure ??= new CannotRun(`the process "${this.name}" of the generator was ended`);
    if (this.isGone) return;
    const gone = new Promise((resolve) => { this.child.once('exit', resolve); });
    this.child.kill('SIGKILL');
    await gone;
  }

  _answered({ id, result, error }) {
    const one = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) one?.resolve(result);
    else one?.reject(error.isCannotRun ? new CannotRun(error.message) : Object.assign(new Error(error.message), { stack: error.stack }));
  }

  _ended(why) {
    this.isGone = true;
    this.failure ??= new CannotRun(`the process "${this.name}" of the generator: ${why}`);
    for (const one of this.waiting.values()) one.reject(this.failure);
    this.waiting.clear();
  }
}

module.exports = { Peer };
