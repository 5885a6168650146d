'use strict';

const { loadRules } = require('../lib/rules.cjs');

/**
 * A client of /client.js on a stage: its sockets are the test's, its clock stands still until it is moved, and what it tells is written down.
 */
class Stage {
  static async with(options = {}) {
    const { FanoutClient } = await loadRules();
    return new Stage(FanoutClient, options);
  }

  constructor(FanoutClient, { on = {}, url = 'ws://fanout.test/ws', ...options }) {
    this.clock = new TestClock();
    this.sockets = [];
    this.told = [];
    const stage = this;
    class TestSocket {
      constructor(address, protocols) {
        Object.assign(this, { address, protocols, sent: [], bufferedAmount: 0, isClosed: false, closedWith: null });
        stage.sockets.push(this);
      }

      send(text) { this.sent.push(JSON.parse(text)); }

      close(code) {
        this.isClosed = true;
        this.closedWith = code ?? null;
      }
    }
    const heard = Object.fromEntries(
      ['message', 'snapshot', 'gap', 'reset', 'subscribed', 'unsubscribed', 'unrecovered', 'sync', 'pong', 'replay', 'bye', 'fault', 'error', 'state', 'close']
        .map((kind) => [kind, (...details) => {
          this.told.push([kind, ...details]);
          return on[kind]?.(...details);
        }]));
    this.client = new FanoutClient(url, { WebSocket: TestSocket, clock: this.clock, on: heard, ...options });
  }

  get socket() { return this.sockets.at(-1); }

  /** What it was told of one kind. */
  heard(kind) { return this.told.filter(([one]) => one === kind).map(([, ...details]) => details); }

  /** States, with the words that go with them. */
  get states() { return this.heard('state').map(([{ state }]) => state); }

  get pause() { return this.heard('state').at(-1)[0].pause; }

  /** Connects and greets; the subscriptions have been sent then. */
  async greet(welcome = {}) {
    if (this.sockets.length === 0) this.client.connect();
    await settled();
    this.socket.onopen({});
    this.give({ type: 'welcome', client: 'c1', version: 1, epoch: 'e1', seq: 10, ts: 100, ping: 30, limits: { message_bytes: 16_384 }, ...welcome });
    return this.socket;
  }

  /** Greets and acknowledges everything that was asked for. */
  async subscribed(ack = {}) {
    const socket = await this.greet();
    for (const request of socket.sent.filter(({ type }) => type === 'subscribe')) this.ack(request, ack);
    return socket;
  }

  ack({ id, data }, more = {}) {
    this.give({ type: 'subscription_ack', id, subscribed: data.channels, count: data.channels.length, seq: 10, ts: 100, epoch: 'e1', ...more });
  }

  give(frame) { this.socket.onmessage({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) }); }

  message(channel, seq, prev, data = 1) { this.give({ type: 'message', channel, seq, prev, ts: seq * 10, data }); }

  end(code, reason = '') { this.socket.onclose({ code, reason }); }

  /** Time passes, timers fire in their order. */
  async pass(ms) {
    this.clock.pass(ms);
    await settled();
  }
}

/** Milliseconds that pass when the test says so. The random number is always the same. */
class TestClock {
  constructor() {
    this.time = 0;
    this.timers = new Map();
    this.serial = 0;
    this.random = () => 0.5;
  }

  now() { return this.time; }

  wall() { return 1_800_000_000_000 + this.time; }

  setTimeout(then, ms) {
    this.timers.set(++this.serial, { then, at: this.time + ms });
    return this.serial;
  }

  clearTimeout(timer) { this.timers.delete(timer); }

  pass(ms) {
    const until = this.time + ms;
    for (;;) {
      const [serial, next] = [...this.timers].sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
      if (!next || next.at > until) break;
      this.timers.delete(serial);
      this.time = Math.max(this.time, next.at);
      next.then();
    }
    this.time = until;
  }

  /** Time passes without a timer's firing: the process stood still. */
  stall(ms) { this.time += ms; }
}

/** Everything that waits for promises has run. */
function settled() { return new Promise((resolve) => { setImmediate(resolve); }); }

module.exports = { Stage, settled };
