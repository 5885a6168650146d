'use strict';

const { encodePayload } = require('../../loadtest/lib/payload.cjs');
const { StreamPublisher } = require('./nats.cjs');

const turnMs = 20;
const mostAtOnce = 1000; // a machine that stood still doesn't get all it missed in one turn

/** Publishes round robin over the channels at a rate that may change at any time, and enters what the stream stored into the ledger. */
class Feed {
  /** @param parts url (NATS), prefix (of subjects), names (channels), run (id), bytes (of a payload), ledger, clock */
  constructor(parts) {
    Object.assign(this, parts);
    this.channels = parts.names.map((name) => parts.ledger.channel(name));
    this.rate = 0; // messages a second
    this.sent = 0;
    this.stored = 0;
    this.problem = null;
    this.underWay = new Map(); // id → {channel, number}
    this.owed = 0;
    this.timer = null;
  }

  async start() {
    this.publisher = await StreamPublisher.connect(this.url, (id, seq, problem) => this._answered(id, seq, problem));
    this.turnedAt = this.clock.now();
    this.timer = setInterval(() => this._turn(), turnMs);
  }

  /** Publishes nothing more; answers still come. */
  stop() {
    clearInterval(this.timer);
  }

  close() {
    this.stop();
    this.publisher?.close();
  }

  _turn() {
    const now = this.clock.now();
    this.owed = Math.min(mostAtOnce, this.owed + ((now - this.turnedAt) / 1000) * this.rate);
    this.turnedAt = now;
    for (; this.owed >= 1; this.owed--) this._publish();
  }

  _publish() {
    const id = this.sent++;
    const channel = this.channels[id % this.channels.length];
    const number = channel.published++;
    this.underWay.set(id, { channel, number });
    this.publisher.publish(this.prefix + channel.name, encodePayload(this.run, channel.name, number, this.clock.epoch(), this.bytes), id);
  }

  _answered(id, seq, problem) {
    const { channel, number } = this.underWay.get(id);
    this.underWay.delete(id);
    if (problem !== null) {
      this.problem ??= problem;
      return;
    }
    this.stored++;
    this.ledger.acknowledged(channel, seq, number);
  }
}

module.exports = { Feed };
