'use strict';

const { Client } = require('./client.cjs');

const heartbeatChunk = 500;
const chunkPauseMs = 20;

/** All clients: brings them in at the ramp rate, asks them for their position at the end, sends them home. */
class Crowd {
  /** @param parts endpoint, decoder, faults, figures, plans, settings, clock, Backoff: what every client works with */
  constructor(parts) {
    this.settings = parts.settings;
    this.clock = parts.clock;
    this.clients = Array.from({ length: parts.settings.targetConnections }, (_, i) => new Client(i, parts));
  }

  /** Ends when every client has had its first chance: it is subscribed, lost or waiting for another attempt. */
  async ramp(stop) {
    const begun = this.clock.now();
    let started = 0;
    while (started < this.clients.length && !stop.aborted) {
      const due = Math.min(this.clients.length, Math.floor(((this.clock.now() - begun) / 1000) * this.settings.rampRate) + 1);
      while (started < due) this.clients[started++].connect();
      await pause(5, stop);
    }
    while (this.clients.some((client) => client.attempts === 1 && (client.state === 'connecting' || client.state === 'subscribing')) && !stop.aborted) {
      await pause(10, stop);
    }
  }

  /** Clients by state. */
  census() {
    const states = { idle: 0, connecting: 0, subscribing: 0, subscribed: 0, waiting: 0, done: 0 };
    for (const client of this.clients) states[client.state]++;
    return states;
  }

  /** Ends all attempts that have not led to a subscription. */
  stopTrying() {
    for (const client of this.clients) if (client.state !== 'subscribed') client.leave();
  }

  /**
   * Asks every subscribed client's server how far it has sent, once a second, until all have passed `targetSeq`
   * or the time is over.
   * @returns {Promise<number>} clients that are still connected but never answered
   */
  async settle(targetSeq, timeoutMs, stop) {
    const deadline = this.clock.now() + timeoutMs;
    const behind = () => this.clients.filter((client) => client.state === 'subscribed' && (client.pongSeq < 0 || client.pongSeq < targetSeq));
    let askAt = 0;
    for (let open = behind(); open.length > 0 && this.clock.now() < deadline && !stop.aborted; open = behind()) {
      if (this.clock.now() >= askAt) {
        askAt = this.clock.now() + 1000;
        for (let i = 0; i < open.length; i++) {
          open[i].askPosition();
          if (i % heartbeatChunk === heartbeatChunk - 1) await pause(chunkPauseMs, stop);
        }
      }
      await pause(10, stop);
    }
    return this.clients.filter((client) => client.state === 'subscribed' && client.pongSeq < 0).length;
  }

  /** Closes all connections; they are cut after 2 seconds without an answer. */
  async leave() {
    for (const client of this.clients) client.leave();
    while (this.clients.some((client) => client.connection !== null)) await pause(10);
  }
}

/** Waits, or returns at once when `stop` is aborted. */
function pause(ms, stop) {
  return new Promise((resolve) => {
    if (stop?.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(done, ms);
    stop?.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      stop?.removeEventListener('abort', done);
      resolve();
    }
  });
}

module.exports = { Crowd, pause };
