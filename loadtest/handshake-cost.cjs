'use strict';

// What one new client costs the server, and what one refusal: CPU seconds by its own /metrics, divided by how many there were.
// Each figure is the median of several runs; the first run warms up and doesn't count.

const net = require('node:net');
const { programToMeasure, startServer, pinSelf } = require('./lib/pinned-server.cjs');

const runs = 7;
const perRun = 5_000;
const inFlight = 32;

// Nothing but max_connections may refuse here, and who stays answers no ping.
const unbound = { WS_PING_INTERVAL: '10m', WS_CONNECT_RATE: 'unlimited', WS_CPU_REJECT_THRESHOLD: '100', WS_CPU_PAUSE_THRESHOLD: '100' };

const program = programToMeasure('handshake-cost.cjs', '');

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

async function main() {
  await pinSelf();
  report('let in', await measure({ WS_MAX_CONNECTIONS: '5000' }, letIn));
  report('refused', await measure({ WS_MAX_CONNECTIONS: '1' }, refused, letInAndStay));
}

function report(what, costs) {
  const micros = costs.map((seconds) => Math.round(seconds * 1e6)).sort((a, b) => a - b);
  console.log(`${what}: median ${micros[micros.length >> 1]} µs of one core (${micros[0]} to ${micros.at(-1)}, ${micros.length} runs of ${perRun})`);
}

/** CPU seconds for one `attempt`, a figure a run. */
async function measure(variables, attempt, prepare) {
  const server = await startServer(program, { ...unbound, ...variables });
  try {
    const held = prepare ? await prepare(server.port) : null;
    const costs = [];
    for (let run = 0; run <= runs; run++) {
      const before = await cpuSeconds(server.port);
      await all(() => attempt(server.port));
      if (run > 0) costs.push(((await cpuSeconds(server.port)) - before) / perRun);
    }
    held?.destroy();
    return costs;
  } finally {
    server.child.kill('SIGTERM');
  }
}

async function all(attempt) {
  let begun = 0;
  await Promise.all(Array.from({ length: inFlight }, async () => {
    while (begun < perRun) {
      begun++;
      await attempt();
    }
  }));
}

/** Connects, is let in, reads `welcome`, leaves in good order. */
function letIn(port) {
  return exchange(port, (socket, text, done) => {
    if (!text.includes('"welcome"')) return;
    if (!text.startsWith('HTTP/1.1 101')) throw new Error(`not let in: ${text.slice(0, 80)}`);
    socket.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8])); // close, 1000
    socket.end();
    done();
  });
}

/** Connects and is told 503. */
function refused(port) {
  return exchange(port, (socket, text, done) => {
    if (!text.includes('retry_after')) return;
    if (!text.startsWith('HTTP/1.1 503')) throw new Error(`not refused: ${text.slice(0, 80)}`);
    socket.end();
    done();
  });
}

async function letInAndStay(port) {
  let stays;
  await exchange(port, (socket, text, done) => {
    if (text.includes('"welcome"')) {
      stays = socket;
      done();
    }
  });
  return stays;
}

function exchange(port, onText) {
  return new Promise((resolve, reject) => {
    let text = '';
    let isDone = false;
    const done = () => {
      isDone = true;
      resolve();
    };
    const socket = net.connect(port, '127.0.0.1', () => socket.write(
      'GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
      + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'));
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`the connection ended after: ${JSON.stringify(text)}`)));
    socket.on('data', (bytes) => {
      if (isDone) return;
      text += bytes.toString('latin1');
      try {
        onText(socket, text, done);
      } catch (error) {
        socket.destroy();
        reject(error);
      }
    });
  });
}

async function cpuSeconds(port) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)[1]);
}
