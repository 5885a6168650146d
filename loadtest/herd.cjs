'use strict';

// Everybody is cut at once and back within 200 ms: how long until all are in again, and what clients who were not cut
// notice. The server is pinned to one core, all clients to another.

const { fork } = require('node:child_process');
const path = require('node:path');
const { WebSocketConnection } = require('./lib/websocket.cjs');
const { loadRules } = require('./lib/rules.cjs');
const { programToMeasure, startServer, pinSelf } = require('./lib/pinned-server.cjs');

const rounds = 5;
const herdSize = 3_000;
const returnMs = 200;
const normalMs = 10_000;
const restMs = 5_000;
const lookMs = 250;
const ownPauseMs = 500;
const allInMs = 60_000; // a server that takes longer has failed

const program = programToMeasure('herd.cjs', `${herdSize} clients, ${rounds} rounds. `);

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

async function main() {
  const { Tracker } = await loadRules();
  await pinSelf();
  const server = await startServer(program, { WS_CPU_LIMIT: '1', WS_MAX_CONNECTIONS: '5000' });
  const health = new Health(server.port);
  let survivors;
  try {
    survivors = await Survivors.start(server.port);
    const herd = Array.from({ length: herdSize }, () => new Member(server.port, new Tracker()));
    await all(herd, () => Math.random() * 3_000);
    await sleep(restMs);
    const results = [];
    for (let round = 0; round < rounds; round++) {
      const normal = await survivors.during(() => sleep(normalMs));
      health.clear();
      const begun = performance.now();
      let takenMs;
      const herded = await survivors.during(async () => {
        for (const member of herd) member.cut();
        await all(herd, () => Math.random() * returnMs);
        takenMs = performance.now() - begun;
      });
      await sleep(restMs);
      results.push({ normal, herded, takenMs, refusals: herd.reduce((sum, member) => sum + member.takeRefusals(), 0), cpu: health.summary() });
      print(round, results.at(-1));
    }
    const ratio = (percentile) => median(results.map(({ normal, herded }) => herded[percentile] / normal[percentile]));
    console.log(`medians of ${rounds} rounds: all in after ${(median(results.map(({ takenMs }) => takenMs)) / 1000).toFixed(1)} s; `
      + `survivors' latency × ${ratio('p50').toFixed(2)} (p50), × ${ratio('p99').toFixed(2)} (p99)`);
  } finally {
    health.stop();
    survivors?.stop();
    server.child.removeAllListeners('exit');
    server.child.kill('SIGKILL');
  }
}

function print(round, { normal, herded, takenMs, refusals, cpu }) {
  const latency = ({ p50, p99, max, count }) => `p50 ${p50.toFixed(2)} p99 ${p99.toFixed(2)} max ${max.toFixed(1)} ms of ${count}`;
  console.log(`round ${round + 1}: ${herdSize} in after ${(takenMs / 1000).toFixed(1)} s, ${refusals} refusals; survivors before: ${latency(normal)}; meanwhile: ${latency(herded)}; CPU ${cpu}`);
}

async function all(herd, delayMs) {
  await Promise.all(herd.map(async (member) => {
    await sleep(delayMs());
    await member.getIn();
  }));
}

/** A client that comes back when it is told to, with the position it has seen. */
class Member {
  constructor(port, tracker) {
    this.port = port;
    this.tracker = tracker;
    this.refusals = 0;
  }

  async getIn() {
    for (const begun = performance.now(); ;) {
      const retryMs = await this._try();
      if (retryMs === null) return;
      if (performance.now() - begun > allInMs) throw new Error(`a client was not let in within ${allInMs / 1000} s`);
      this.refusals++;
      await sleep(retryMs + Math.random() * ownPauseMs);
    }
  }

  cut() {
    this.connection.socket.resetAndDestroy();
  }

  takeRefusals() {
    const count = this.refusals;
    this.refusals = 0;
    return count;
  }

  /** Null when it is in, else how long to stay away. */
  _try() {
    const url = new URL(`ws://127.0.0.1:${this.port}/ws?channels=herd`);
    const { position } = this.tracker;
    this.tracker.connecting(['herd']);
    if (position !== null) {
      const resume = { since: position.seq, epoch: position.epoch, at: position.ts };
      for (const [name, value] of Object.entries(resume)) url.searchParams.set(name, value);
      this.tracker.asked({ type: 'subscribe', data: { channels: ['herd'], ...resume } });
    }
    return new Promise((resolve) => {
      this.connection = new WebSocketConnection({ url, address: '127.0.0.1', port: this.port }, null, {
        onOpen: () => {},
        onRefused: ({ retryAfter }) => resolve(retryAfter * 1_000),
        onClosed: () => resolve(0), // a crowd may be refused without an answer
        onText: (buffer, start, end) => {
          const frame = JSON.parse(buffer.toString('utf8', start, end));
          this.tracker.take(frame);
          if (frame.type === 'subscription_ack') resolve(null);
        },
      });
    });
  }
}

/** Clients that are not cut, and who publishes to them: a process of its own, so that this one's crowd does not delay its clock. */
class Survivors {
  static async start(port) {
    const child = fork(path.join(__dirname, 'lib', 'survivors.cjs'), [String(port)]);
    const survivors = new Survivors(child);
    await survivors._answer();
    return survivors;
  }

  constructor(child) {
    this.child = child;
  }

  /** Latencies while something is done. */
  async during(work) {
    this.child.send('clear');
    await this._answer();
    await work();
    this.child.send('tell');
    return this._answer();
  }

  stop() {
    this.child.kill();
  }

  _answer() {
    return new Promise((resolve, reject) => {
      this.child.once('message', resolve);
      this.child.once('exit', (code) => reject(new Error(`the survivors' process ended with ${code}`)));
    }).finally(() => this.child.removeAllListeners('exit'));
  }
}

/** The server's CPU by its own /health. */
class Health {
  constructor(port) {
    this.url = `http://127.0.0.1:${port}/health`;
    this.clear();
    this.timer = setInterval(() => this._look().catch(() => { this.failures++; }), lookMs);
  }

  clear() {
    this.begun = performance.now();
    this.looks = [];
    this.failures = 0;
  }

  summary() {
    const highest = Math.max(...this.looks.map(({ percent }) => percent));
    const above = this.looks.filter(({ percent }) => percent > 75);
    const until = above.length === 0 ? 'never above 75 %' : `above 75 % until ${((above.at(-1).at - this.begun) / 1000).toFixed(1)} s`;
    return `at most ${highest.toFixed(0)} %, ${until}, ${this.looks.at(-1).percent.toFixed(0)} % at the end, ${this.looks.at(-1).state}${this.failures > 0 ? `, /health failed ${this.failures} times` : ''}`;
  }

  stop() {
    clearInterval(this.timer);
  }

  async _look() {
    const { state, checks } = await (await fetch(this.url)).json();
    this.looks.push({ at: performance.now(), percent: checks.cpu.percent, state });
  }
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
