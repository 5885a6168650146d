'use strict';

// Started by herd.cjs: twenty clients, and messages to them that carry the time they were sent at. Told "clear" it begins to
// measure anew, told "tell" it answers with what it has measured, in milliseconds from publishing to receiving.

const http = require('node:http');
const os = require('node:os');
const { WebSocketConnection } = require('./websocket.cjs');
const { Histogram } = require('./histogram.cjs');

const clients = 20;
const publishEveryMs = 20;
const port = Number(process.argv[2]);
const agent = new http.Agent({ keepAlive: true });
const latency = new Histogram();

// Before the crowd that shares this core: what is measured is the server.
try {
  os.setPriority(os.constants.priority.PRIORITY_HIGHEST);
} catch {
  console.error('The survivors have no priority over the herd: their latency includes its work. Run this as root.');
}

process.on('disconnect', () => process.exit());
process.on('message', (word) => {
  if (word === 'clear') {
    latency.clear();
    process.send({});
  } else {
    process.send({
      p50: latency.percentile(50) / 1_000, p99: latency.percentile(99) / 1_000, max: latency.max / 1_000, count: latency.count,
    });
  }
});

Promise.all(Array.from({ length: clients }, connect)).then(() => {
  setInterval(publish, publishEveryMs);
  process.send({});
});

function connect() {
  return new Promise((resolve, reject) => {
    const url = new URL(`ws://127.0.0.1:${port}/ws?channels=survivors`);
    new WebSocketConnection({ url, address: '127.0.0.1', port }, null, {
      onOpen: () => {},
      onRefused: ({ reason }) => reject(new Error(`a survivor was refused: ${reason}`)),
      onClosed: ({ code }) => { throw new Error(`a survivor lost its connection: ${code}`); },
      onText: (buffer, start, end) => {
        const frame = JSON.parse(buffer.toString('utf8', start, end));
        if (frame.type === 'subscription_ack') resolve();
        else if (frame.type === 'message') latency.record((performance.now() - frame.data) * 1_000);
      },
    });
  });
}

function publish() {
  const request = http.request({ agent, port, host: '127.0.0.1', method: 'POST', path: '/publish/survivors' }, (answer) => answer.resume());
  request.on('error', (error) => { throw error; });
  request.end(String(performance.now()));
}
