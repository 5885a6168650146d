'use strict';

const ours = require('../ours.cjs');

/**
 * Who takes part, in the order of a round. A contestant is:
 *
 * `name` for ONLY, `title` for the tables, `isOurs`; `path` and `subscribe`: what a client asks for and then says;
 * `hasChannels`: takes {names} in `subscribe` and {name} in `publish`, and so part in the work with many channels;
 * `prepare(tools)`: builds or installs what it needs, once; `version(tools)` → text;
 * `start(tools, address, ports, folder)` → {command, env, port, publish, publishToken}: how to run it on this IPv4 address and these free ports with its files in that
 * empty folder; the last for HTTP, if it asks for one.
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
