'use strict';

const { mulberry32, pick } = require('../../lib/plans.cjs');

/** One seed, and from it an independent stream of numbers for each purpose: what one part draws doesn't change what another does. */
function seeded(seed, purpose) {
  let mixed = seed | 0;
  for (const letter of purpose) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01000193) ^ (mixed >>> 15);
  return mulberry32(mixed);
}

/** @returns {(list: any[]) => any} */
function drawing(random) {
  return (list) => list[Math.floor(random() * list.length)];
}

module.exports = { seeded, drawing, pick };
