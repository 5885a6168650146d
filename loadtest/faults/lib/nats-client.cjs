'use strict';

const { randomBytes } = require('node:crypto');
const { NatsConnection } = require('./nats-connection.cjs');

const backoffBaseMs = 100;
const backoffCapMs = 2_000;
const connectMs = 3_000;
const inboxId = 1;

/**
 * Stays connected to one of several NATS servers: the next one after every loss, with full jitter once all were tried. Every answer has a
 * token of its own in the inbox; a request whose answer got lost is the caller's to send again.
 */
class NatsClient {
  /** @param {URL[]} urls @param owner onUp(), onDown(error) and onAnswer(token, status, payload) */
  constructor(urls, owner) {
    this.urls = urls;
    this.owner = owner;
    this.inbox = `_INBOX.${randomBytes(8).toString('hex')}`;
    this.connection = null;
    this.isUp = false;
    this.attempts = 0;
    this.reconnects = 0;
    this.lastError = null;
    this.timer = null;
    this.isClosed = false;
  }

  connect() {
    const url = this.urls[this.attempts++ % this.urls.length];
    const connection = new NatsConnection(url, {
      onReady: () => {
        clearTimeout(this.timer);
        this.attempts = this.urls.indexOf(url); // after its loss the next one in the list comes first
        this.isUp = true;
        connection.subscribe(`${this.inbox}.*`, inboxId);
        this.owner.onUp();
      },
      onMessage: (subject, status, payload) => this.owner.onAnswer(subject.slice(this.inbox.length + 1), status, payload),
      onRefused: (text) => { this.lastError = text; },
      onClosed: (error) => this._lost(connection, error),
    });
    this.connection = connection;
    this.timer = setTimeout(() => connection.abort(`not accepted within ${connectMs} ms`), connectMs);
  }

  publish(token, subject, headers, payload) {
    this.connection.publish(subject, `${this.inbox}.${token}`, headers, payload);
  }

  request(token, subject, payload) {
    this.connection.request(subject, `${this.inbox}.${token}`, payload);
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.connection?.abort();
  }

  _lost(connection, error) {
    clearTimeout(this.timer);
    this.lastError = error;
    const wasUp = this.isUp;
    this.isUp = false;
    if (this.isClosed) return;
    if (wasUp) {
      this.attempts = this.attempts + 1;
      this.reconnects++;
      this.owner.onDown(error);
    }
    const rounds = Math.floor(this.attempts / this.urls.length);
    const wait = rounds === 0 ? 0 : Math.random() * Math.min(backoffCapMs, backoffBaseMs * 2 ** Math.min(rounds, 10));
    this.timer = setTimeout(() => this.connect(), wait);
  }
}

module.exports = { NatsClient };
