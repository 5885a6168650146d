'use strict';

/** By name, in the order in which they are told. */
const scenarios = ['moves', 'gaps', 'crash', 'deaf', 'upgrade'].map((name) => require(`./scenarios/${name}.cjs`));

module.exports = { scenarios };
