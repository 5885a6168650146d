'use strict';

const { performance } = require('node:perf_hooks');

/** Milliseconds. `now` is for differences, `epoch` is unix time that never steps, `wall` is what other machines' stamps compare to. */
const systemClock = Object.freeze({
  now: () => performance.now(),
  epoch: () => performance.timeOrigin + performance.now(),
  wall: () => Date.now(),
});

module.exports = { systemClock };
