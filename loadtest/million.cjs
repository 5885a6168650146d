#!/usr/bin/env node
'use strict';

// One page past this machine: what a million clients take, from measured figures. docs/SCALING.md has what it prints.

const { inputs } = require('./lib/million/inputs.cjs');
const { table } = require('./lib/million/table.cjs');

process.stdout.write(table(inputs()));
