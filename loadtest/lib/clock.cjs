'use strict';

const { performance } = require('node:perf_hooks');

/** Milliseconds. `now` is for differences, `epoch` is unix time that never steps, `wall` is what other machines' stamps compare to. */
const systemClock = Object.freeze({
  now: () => performance.now(),
  epoch: () => performance.timeOrigin + performance.now(),
  wall: () => Date.now(),
});

/**
 * A clock whose `epoch` agrees with that of every other process of this machine that was given the same base: all of them count from the
 * machine's own monotonic clock, which their `performance.timeOrigin` would hide.
 * @param {number} base unix ms at which the monotonic clock was 0, from `epochBase`
 */
function clockFrom(base) {
  const offset = base + monotonic() - performance.now();
  return Object.freeze({ now: () => performance.now(), epoch: () => performance.now() + offset, wall: () => Date.now() });
}

function epochBase() {
  return Date.now() - monotonic();
}

function monotonic() {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Waits, or returns at once when `stop` is aborted. */
function pause(ms, stop) {
  return new Promise((resolve) => {
    if (stop?.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(done, ms);
    stop?.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      stop?.removeEventListener('abort', done);
      resolve();
    }
  });
}

module.exports = { systemClock, clockFrom, epochBase, pause };
