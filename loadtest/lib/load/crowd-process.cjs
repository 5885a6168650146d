'use strict';

const { answerCalls } = require('./calls.cjs');
const { Seat } = require('./seat.cjs');

// A process of the generator that holds clients. What it does when is for the coordinator to say.
const seat = new Seat();
answerCalls(Object.fromEntries(Seat.calls.map((name) => [name, (args) => seat[name](args)])));
