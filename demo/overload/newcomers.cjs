'use strict';

const { WebSocketConnection } = require('../../loadtest/lib/websocket.cjs');

const everyMs = 500;
const refusalsALine = 5;

/** Newcomers who knock all the time, one after the other: who is let in goes at once, who isn't never comes back. */
class Newcomers {
  /** @param parts endpoint, say */
  constructor(parts) {
    Object.assign(this, parts);
    this.letIn = 0;
    this.refused = 0;
    this.withRetryAfter = 0;
    this.failed = 0; // neither let in nor refused
    this.held = []; // refusals not said yet
    this.line = null;
    this.timer = null;
  }

  start() {
    this.timer = setInterval(() => this._knock(), everyMs);
  }

  stop() {
    clearInterval(this.timer);
    this._sayHeld();
  }

  _knock() {
    let answered = false;
    const connection = new WebSocketConnection(this.endpoint, null, {
      onOpen: () => {
        answered = true;
        this.letIn++;
        this._sayHeld();
        connection.close(1000, 'only looking');
      },
      onRefused: (refusal) => {
        answered = true;
        this._refused(refusal);
      },
      onText: () => {},
      onClosed: () => { if (!answered) this.failed++; },
    });
  }

  _refused({ status, reason, retryAfter }) {
    this.refused++;
    if (retryAfter !== null) this.withRetryAfter++;
    const first = this.held.length === 0 && this.line === null;
    const line = `${status} ${reason}`;
    if (this.line !== null && this.line !== line) this._sayHeld();
    this.line = line;
    this.held.push(retryAfter ?? 'none');
    // The first of a row at once, the others by the line.
    if (first || this.held.length >= refusalsALine) this._say();
  }

  _say() {
    if (this.held.length > 0) this.say(`newcomer${this.held.length > 1 ? 's' : ''} refused: ${this.line}, Retry-After: ${this.held.join(', ')}`);
    this.held = [];
  }

  _sayHeld() {
    this._say();
    this.line = null;
  }
}

module.exports = { Newcomers };
