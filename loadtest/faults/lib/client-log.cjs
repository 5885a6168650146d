'use strict';

const { chunkEntries } = require('./log-store.cjs');

const eventMark = 0x80000000;

/**
 * All that one client sent and got over all its connections, in order: the number of a message frame, or an event.
 *
 * Events: `{is: 'open', at, connection, server}`, `{is: 'sent', at, request}`, `{is: 'got', at, frame}` for everything but a message,
 * `{is: 'bad', at, text}`, `{is: 'closed', at, code, reason}`. `at` is milliseconds since the run began.
 */
class ClientLog {
  constructor(store) {
    this.store = store;
    this.kept = [];
    this.chunk = store.newChunk();
    this.used = 0;
    this.events = [];
  }

  message(number) {
    this._put(number);
  }

  event(event) {
    this.events.push(event);
    this._put((eventMark | (this.events.length - 1)) >>> 0);
  }

  get length() {
    return this.kept.length * chunkEntries + this.used;
  }

  /** Numbers of message frames and event objects. */
  * entries() {
    for (let i = 0; i <= this.kept.length; i++) {
      const last = i === this.kept.length;
      const chunk = last ? this.chunk : this.store.read(this.kept[i]);
      const end = last ? this.used : chunkEntries;
      for (let k = 0; k < end; k++) yield chunk[k] >= eventMark ? this.events[chunk[k] - eventMark] : chunk[k];
    }
  }

  _put(entry) {
    if (this.used === chunkEntries) {
      const kept = this.store.keep(this.chunk);
      this.kept.push(kept);
      if (kept === this.chunk) this.chunk = this.store.newChunk();
      this.used = 0;
    }
    this.chunk[this.used++] = entry;
  }
}

module.exports = { ClientLog };
