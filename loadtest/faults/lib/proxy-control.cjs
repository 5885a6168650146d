'use strict';

const http = require('node:http');
const { modes } = require('./fault-proxy.cjs');

/**
 * The control port of a proxy, HTTP on loopback: `GET /` tells the mode and what passes, `POST /mode/<mode>[/<number>]` changes it,
 * `POST /reset` cuts what is connected now and lets newcomers in.
 */
async function listenForControl(proxy, port = 0) {
  const server = http.createServer((request, response) => {
    const answer = (status, body) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(`${JSON.stringify(body)}\n`);
    };
    const state = () => ({ mode: proxy.mode, value: proxy.value, connections: proxy.pairs.size, accepted: proxy.accepted, modes });
    const [, word, mode, value] = request.url.split('/');
    if (request.method === 'GET' && word === '') {
      answer(200, state());
    } else if (request.method === 'POST' && word === 'reset') {
      proxy.resetAll();
      answer(200, state());
    } else if (request.method === 'POST' && word === 'mode') {
      try {
        proxy.set(mode, value === undefined ? 0 : Number(value));
        answer(200, state());
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        answer(400, { error: error.message });
      }
    } else {
      answer(404, { error: 'there are GET /, POST /mode/<mode>[/<number>] and POST /reset' });
    }
  });
  await new Promise((resolve, reject) => server.on('error', reject).listen(port, '127.0.0.1', resolve));
  return server;
}

module.exports = { listenForControl };
