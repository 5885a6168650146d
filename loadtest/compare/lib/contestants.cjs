'use strict';

const ours = require('../ours.cjs');

/**
 * Who takes part, in the order of a round. A contestant is:
 *
 * `name` for ONLY, `title` for the tables, `isOurs`; `path` and `subscribe`: what a client asks for and then says;
 * `hasChannels`: takes {names} in `subscribe` and {name} in `publish`, and so part in the work with many channels;
 * `prepare(tools)`: builds or installs what it needs, once; `version(tools)` → text;
 * `start(tools, ports, folder)` → {command, env, port, publish}: how to run it on these free ports with its files in that empty folder.
 */
const contestants = [
  ours.direct,
  ours.stream,
  require('../rivals/bare/contestant.cjs'),
  require('../rivals/nchan/contestant.cjs'),
  require('../rivals/nats-server/contestant.cjs'),
  require('../rivals/node-ws/contestant.cjs'),
  require('../rivals/signalr/contestant.cjs'),
  require('../rivals/channel-per-client/contestant.cjs'),
];

module.exports = { contestants };
