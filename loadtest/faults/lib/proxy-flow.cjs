'use strict';

const { performance } = require('node:perf_hooks');

const turnMs = 20;
const bytesATurn = 8; // split: so many segments, then the event loop goes on, and who reads gets few bytes at a time
const maxHeldBytes = 256 * 1024;

/** One direction of one connection through the proxy. */
class ProxyFlow {
  /** @param {'to-server' | 'to-client'} direction */
  constructor(pair, from, to, direction) {
    this.pair = pair;
    this.from = from;
    this.to = to;
    this.direction = direction;
    this.held = []; // {bytes, dueAt}; null bytes: the end
    this.heldBytes = 0;
    this.passed = 0;
    this.allowance = 0;
    this.timer = null;
    this.isStopped = false;
    this.isMovingSoon = false;
    from.on('data', (bytes) => this._take(bytes));
    from.on('end', () => this._take(null));
    to.on('drain', () => this.changed());
  }

  get mode() {
    return this.pair.proxy.mode;
  }

  get isFrozen() {
    return this.mode === 'blackhole' || this.mode === `freeze-${this.direction}`;
  }

  changed() {
    if (this.isStopped) return;
    if (this.isFrozen) {
      this.from.pause();
      return;
    }
    if (this.heldBytes < maxHeldBytes) this.from.resume();
    this._move();
  }

  stop() {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.held.length = 0;
  }

  _take(bytes) {
    if (!this.isStopped) this._hold(bytes);
  }

  _hold(bytes) {
    this.held.push({ bytes, dueAt: performance.now() + (this.mode === 'delay' ? this.pair.proxy.value : 0) });
    this.heldBytes += bytes?.length ?? 0;
    if (this.heldBytes >= maxHeldBytes) this.from.pause();
    this._move();
  }

  /** Passes on what is due; what is not, waits for its time. */
  _move() {
    clearTimeout(this.timer);
    if (this.isFrozen) return;
    if (this.mode === 'rate') this.allowance = Math.min(this.allowance, this.pair.proxy.value);
    let inThisTurn = 0;
    while (this.held.length > 0 && !this.isStopped && !this.to.writableNeedDrain) {
      const next = this.held[0];
      if (next.bytes === null) {
        this.held.shift();
        this.to.end();
        return;
      }
      const wait = next.dueAt - performance.now();
      if (wait > 0 && this.mode === 'delay') {
        this.timer = setTimeout(() => this._move(), wait);
        return;
      }
      const most = this._most(next.bytes.length);
      if (most === 0) {
        this.timer = setTimeout(() => this._earn(), turnMs);
        return;
      }
      this._pass(next, most);
      if (this.mode === 'split' && ++inThisTurn === bytesATurn && this.held.length > 0) {
        this._moveSoon();
        return;
      }
    }
    if (!this.isStopped && this.heldBytes < maxHeldBytes && this.from.isPaused()) this.from.resume();
  }

  _moveSoon() {
    if (this.isMovingSoon) return;
    this.isMovingSoon = true;
    setImmediate(() => {
      this.isMovingSoon = false;
      if (!this.isStopped) this._move();
    });
  }

  _most(length) {
    const { mode, value } = this.pair.proxy;
    if (mode === 'split') return 1;
    if (mode === 'rate') return Math.min(length, Math.floor(this.allowance));
    if (mode === 'cut' && this.direction === 'to-client') return Math.max(0, Math.min(length, value - this.passed)) || length;
    return length;
  }

  _earn() {
    this.allowance += (this.pair.proxy.value * turnMs) / 1000;
    this._move();
  }

  _pass(next, length) {
    const { mode, value } = this.pair.proxy;
    const part = next.bytes.subarray(0, length);
    if (length === next.bytes.length) this.held.shift();
    else next.bytes = next.bytes.subarray(length);
    this.heldBytes -= length;
    this.passed += length;
    if (mode === 'rate') this.allowance -= length;
    const isLast = mode === 'cut' && this.direction === 'to-client' && this.passed >= value;
    // An RST throws away what the kernel has not sent: the cut waits until the bytes before it have left.
    this.to.write(part, isLast ? () => this.pair.reset() : undefined);
    if (isLast) this.stop();
  }
}

module.exports = { ProxyFlow };
