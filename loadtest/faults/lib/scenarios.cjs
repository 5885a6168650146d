'use strict';

/** By name, in the order in which they are told. */
const scenarios = [require('./scenarios/moves.cjs')];

module.exports = { scenarios };
