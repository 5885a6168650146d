'use strict';

// Every message posted goes to every client.

const http = require('node:http');
const { WebSocketServer } = require('ws');

// Of a client that is behind by this much, messages are skipped: without a bound a saturated server would fill the memory.
const mostWaitingBytes = 128 * 1024;

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const message = Buffer.concat(parts);
    for (const client of sockets.clients) {
      if (client.bufferedAmount < mostWaitingBytes) client.send(message, { binary: false });
    }
    response.writeHead(204).end();
  });
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket) => socket.on('error', () => socket.terminate()));
const [host, port] = process.argv.slice(2);
server.listen({ port: Number(port), host, backlog: 4096 });
