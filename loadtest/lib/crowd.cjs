'use strict';

const { Client } = require('./client.cjs');
const { pause } = require('./clock.cjs');

const heartbeatChunk = 500;
const chunkPauseMs = 20;
const churnLookMs = 20;
const mostDeparted = 300_000;

/**
 * The clients of one process: brings them in, lets some go, replaces them while the load goes on, asks them for their position at the end,
 * sends them home. A place keeps its number and its subscriptions when its client is replaced.
 */
class Crowd {
  /** @param parts endpointFor, decoder, faults, figures, plans, settings, clock, Backoff: what every client works with */
  constructor(parts) {
    this.parts = parts;
    this.clock = parts.clock;
    this.places = new Map(); // number → Client
    this.departed = []; // receipts of those who left while the load went on
    this.forgotten = 0; // receipts that were too many to keep
    this.leaving = new Set();
    this.churnTimer = null;
    this.churned = 0;
    this.changes = 0; // of the target: a growth under way ends when there is another one
  }

  /** Clients of all places; those that were replaced are not among them. */
  get clients() {
    return [...this.places.values()];
  }

  /**
   * Connects a client for each number, so many a second, the first one after `delayMs`. Ends when every one of them has had its first
   * chance: it is subscribed, lost or waiting for another attempt.
   */
  async grow(numbers, ratePerSecond, delayMs) {
    const change = ++this.changes;
    const isOver = () => this.changes !== change;
    await pause(delayMs);
    const begun = this.clock.now();
    const mine = [];
    while (mine.length < numbers.length && !isOver()) {
      const due = Math.min(numbers.length, Math.floor(((this.clock.now() - begun) / 1000) * ratePerSecond) + 1);
      while (mine.length < due) mine.push(this.enter(numbers[mine.length]));
      await pause(5);
    }
    while (!isOver() && mine.some((client) => client.attempts === 1 && (client.state === 'connecting' || client.state === 'subscribing'))) await pause(10);
  }

  /** Connects one client, now. */
  enter(number) {
    const client = new Client(number, this.parts);
    this.places.set(number, client);
    client.connect();
    return client;
  }

  /** Ends a growth under way. */
  halt() {
    this.changes++;
  }

  /** Lets the clients of these numbers go; ends when they have. */
  async shrink(numbers) {
    this.changes++;
    for (let i = 0; i < numbers.length; i++) {
      this._retire(numbers[i]);
      if (i % heartbeatChunk === heartbeatChunk - 1) await pause(chunkPauseMs);
    }
    while (this.leaving.size > 0) await pause(10);
  }

  /** Replaces so many subscribed clients a second by newcomers, the longest-seated place first; 0 ends that. */
  churn(perSecond) {
    clearInterval(this.churnTimer);
    this.churnTimer = null;
    if (perSecond <= 0) return;
    const begun = this.clock.now();
    const before = this.churned;
    this.churnTimer = setInterval(() => {
      const due = Math.floor(((this.clock.now() - begun) / 1000) * perSecond);
      for (let tries = this.places.size; tries > 0 && this.churned - before < due; tries--) this._replaceOne();
    }, churnLookMs);
  }

  /** Clients by state. */
  census() {
    const states = { idle: 0, connecting: 0, subscribing: 0, subscribed: 0, waiting: 0, done: 0 };
    for (const client of this.places.values()) states[client.state]++;
    return states;
  }

  /** Ends all attempts that have not led to a subscription. */
  stopTrying() {
    this.changes++;
    this.churn(0);
    for (const client of this.places.values()) if (client.state !== 'subscribed') client.leave();
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
    for (const client of this.places.values()) client.leave();
    while (this.clients.some((client) => client.connection !== null)) await pause(10);
  }

  _replaceOne() {
    const [number, client] = this.places.entries().next().value;
    this.places.delete(number);
    if (client.state !== 'subscribed' || client.leaving) {
      this.places.set(number, client); // to the end of the line: another time
      return;
    }
    this.churned++;
    this.places.set(number, client);
    this._retire(number, () => this.enter(number));
  }

  _retire(number, andThen) {
    const client = this.places.get(number);
    if (client === undefined) return;
    this.leaving.add(client);
    client.onGone = () => {
      this.leaving.delete(client);
      this._depart(client);
      if (this.places.get(number) === client) this.places.delete(number);
      andThen?.();
    };
    client.retire();
  }

  _depart({ receipts }) {
    if (receipts === null) return;
    if (this.departed.length < mostDeparted) this.departed.push(receipts);
    else this.forgotten++;
  }
}

module.exports = { Crowd };
