'use strict';

/**
 * All contestants, from another one on in each round, so that none stands always behind the same one.
 * @param {number} round from 1 on
 */
function inTurn(contestants, round, rounds) {
  const first = Math.floor(((round - 1) * contestants.length) / rounds);
  return [...contestants.slice(first), ...contestants.slice(0, first)];
}

module.exports = { inTurn };
