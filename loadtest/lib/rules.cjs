'use strict';

const path = require('node:path');
const { pathToFileURL } = require('node:url');

const file = path.join(__dirname, '..', '..', 'src', 'WsFanout', 'Hosting', 'Page', 'client.js');

/**
 * The client that the server hands out at /client.js, and its rules as functions and classes without sockets: `FanoutClient`, `Tracker`,
 * `Backoff`, `isFinal`, `covers`. It is a module, so it can only be waited for.
 */
function loadRules() {
  return import(pathToFileURL(file).href);
}

module.exports = { loadRules };
