'use strict';

const path = require('node:path');
const { startPinned, stop } = require('./processes.cjs');
const tools = require('./tools.cjs');

const folder = path.join(tools.artifacts, 'generator');

/** Builds the generator unless it is there and newer than its source. */
function buildGenerator() {
  return tools.makeProgram(path.join(__dirname, '..', 'generator'), folder);
}

/** One run of the generator: a crowd of clients, and a publisher when it is given a rate. */
class Generator {
  /** @param {Record<string, string | number>} options as `generator/options.h` names them; empty ones are left out
   * @param {string[]} entrance words before its command, where it is to run elsewhere */
  constructor(core, options, entrance = []) {
    const args = Object.entries(options).filter(([, value]) => value !== '').flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.child = startPinned(core, [...entrance, path.join(folder, 'generator'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.errors = '';
    this.child.stderr.on('data', (bytes) => { this.errors += bytes; });
    let text = '';
    this.ready = new Promise((resolve) => {
      this.child.stdout.on('data', (bytes) => {
        text += bytes;
        if (text.startsWith('READY\n')) resolve(true);
      });
      this.child.ended.then(() => resolve(false));
    });
    this.result = this.child.ended.then((how) => parseResult(text, this.errors, how));
    // Whoever waits for it hears of it; until then an early end is no unhandled rejection.
    this.result.catch(() => {});
  }

  /** Until all clients are in. */
  async waitUntilReady() {
    if (!(await this.ready)) await this.result;
  }

  /** Ends the measured time now, if it is under way. */
  async end() {
    await stop(this.child);
    return this.result;
  }
}

/** The figures that the generator printed. */
function parseResult(text, errors, how) {
  const line = text.split('\n').find((each) => each.startsWith('{'));
  if (line === undefined) throw new Error(tools.lastLine(errors).replace(/^generator: /, '') || `the generator gave no result (${how})`);
  return JSON.parse(line);
}

module.exports = { buildGenerator, Generator, parseResult };
