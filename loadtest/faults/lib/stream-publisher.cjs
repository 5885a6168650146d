'use strict';

const { Publisher } = require('../../lib/publisher.cjs');
const { count } = require('../../lib/figures.cjs');
const { NatsClient } = require('./nats-client.cjs');

const answerMs = 2_000;
const retryMs = 250;
const lookMs = 100;

/**
 * Publishes to the JetStream itself and waits for the PubAck of each message. What is not acknowledged is sent again under the same
 * `Nats-Msg-Id`, however often the broker goes away, until it is or the run ends: the stream stores it once, as long as it remembers the id.
 */
class StreamPublisher extends Publisher {
  /** @param parts as of Publisher, with natsUrls, subjectPrefix and idMemoryMs: how long the stream remembers an id */
  constructor(parts) {
    super({ ...parts, endpoint: null });
    this.idMemoryMs = parts.idMemoryMs;
    this.subjectPrefix = parts.subjectPrefix;
    this.waiting = new Map(); // token → {subject, id, body, finish, dueAt}
    this.questions = new Map(); // asked of the broker's API: token → {resolve, subject, payload, dueAt}
    this.tokens = 0;
    this.retries = 0;
    this.duplicates = 0; // acknowledged as known already: an ack got lost before
    this.beyondMemory = 0; // acknowledged only when the stream had forgotten the id of the first try: that may have been stored too
    this.client = new NatsClient(parts.natsUrls, {
      onUp: () => this._sendAgain(() => true),
      onDown: (error) => count(this.outages, String(error)),
      onAnswer: (token, status, payload) => this._answered(token, status, payload),
    });
    this.outages = new Map();
    this.client.connect();
    this.lookTimer = setInterval(() => this._sendAgain((one) => one.dueAt <= this.clock.now()), lookMs);
  }

  /** The JSON answer of a JetStream API call; asked again until it comes. */
  ask(subject, payload = '') {
    return new Promise((resolve) => {
      const token = `r${this.tokens++}`;
      this.questions.set(token, { resolve, subject, payload, dueAt: 0 });
      this._sendAgain((one) => one.dueAt === 0);
    });
  }

  /** Ends once the stream answers. */
  async reachable(stream = 'ODIN_TOKENS') {
    for (;;) {
      const { error } = await this.ask(`$JS.API.STREAM.INFO.${stream}`);
      if (error === undefined) return;
      await new Promise((resolve) => { setTimeout(resolve, retryMs); });
    }
  }

  /** Waits until every publish is acknowledged, at most so long. */
  async stop(patienceMs = 10_000) {
    const giveUp = setTimeout(() => this._giveUp(), patienceMs);
    try {
      await super.stop();
    } finally {
      clearTimeout(giveUp);
      clearInterval(this.lookTimer);
      this.client.close();
    }
  }

  _deliver(channel, number, body, finish) {
    const one = { subject: this.subjectPrefix + channel.name, id: `${this.run}-${channel.id}-${number}`, body, finish, dueAt: 0, firstAt: 0 };
    const token = `p${this.tokens++}`;
    this.waiting.set(token, one);
    if (this.client.isUp) this._offer(token, one);
  }

  _offer(token, one) {
    const now = this.clock.now();
    one.dueAt = now + answerMs;
    if (one.firstAt === 0) one.firstAt = now;
    this.client.publish(token, one.subject, { 'Nats-Msg-Id': one.id }, one.body);
  }

  _sendAgain(wants) {
    if (!this.client.isUp) return;
    for (const [token, one] of this.waiting) {
      if (!wants(one)) continue;
      if (one.dueAt > 0) this.retries++;
      this._offer(token, one);
    }
    for (const [token, one] of this.questions) {
      if (!wants(one)) continue;
      one.dueAt = this.clock.now() + answerMs;
      this.client.request(token, one.subject, one.payload);
    }
  }

  _answered(token, status, payload) {
    const answer = status === 0 ? JSON.parse(payload.toString('utf8')) : { error: { code: status, description: 'nobody stores this subject' } };
    const question = this.questions.get(token);
    if (question !== undefined) {
      this.questions.delete(token);
      question.resolve(answer);
      return;
    }
    const one = this.waiting.get(token);
    if (one === undefined) return; // the second answer to one that was sent twice
    if (answer.error !== undefined || !Number.isSafeInteger(answer.seq)) {
      count(this.outages, `${answer.error?.err_code ?? answer.error?.code ?? 'no seq'} ${answer.error?.description ?? ''}`.trim());
      one.dueAt = this.clock.now() + retryMs;
      return;
    }
    this.waiting.delete(token);
    if (answer.duplicate === true) this.duplicates++;
    else if (this.clock.now() - one.firstAt >= this.idMemoryMs) this.beyondMemory++;
    one.finish(null, answer.seq);
  }

  _giveUp() {
    for (const one of this.waiting.values()) one.finish('no PubAck until the end');
  }
}

module.exports = { StreamPublisher };
