'use strict';

const { isGeneratorError } = require('./figures.cjs');
const { validGap, validSeq } = require('./protocol-frames.cjs');
const { Receipts } = require('./receipts.cjs');
const { Retry } = require('./retry.cjs');
const { WebSocketConnection } = require('./websocket.cjs');

const lastAnswerMs = 2000; // for the position of a client that leaves

/**
 * One place in the crowd: connects, subscribes after `welcome`, and checks all it is given. Refused or failed
 * attempts are repeated with full jitter until the run ends; a connection that was subscribed and then lost stays
 * lost, so that what it was owed can be decided.
 *
 * States: idle → connecting → subscribing → subscribed → done, and waiting between two attempts.
 */
class Client {
  /** @param crowd shared by all clients: endpointFor, decoder, faults, figures, plans, settings, clock, Backoff */
  constructor(index, crowd) {
    this.index = index;
    this.crowd = crowd;
    this.plan = crowd.plans.forClient(index);
    this.userClass = crowd.plans.classOf(index);
    this.state = 'idle';
    this.attempts = 0;
    this.retry = new Retry(crowd.Backoff);
    this.connection = null;
    this.timer = null;
    this.startedAt = 0;
    this.receipts = null; // from the subscription_ack on, kept after the connection's end
    this.attemptFailure = null;
    this.isUnable = false; // the last attempt failed for what this machine lacks
    this.bye = null;
    this.pongSeq = -1; // what the last heartbeat of the settling proved
    this.leaving = false;
    this.onGone = null; // called once, when a client that was told to leave has no connection any more
  }

  connect() {
    const { crowd } = this;
    this.state = 'connecting';
    this.attempts++;
    crowd.figures.attempted();
    this.attemptFailure = null;
    this.retry.told(null);
    this.startedAt = crowd.clock.now();
    this.timer = setTimeout(() => this._timedOut(), crowd.settings.connectionTimeoutMs);
    this.connection = new WebSocketConnection(crowd.endpointFor(this.index), crowd.settings.token, this);
  }

  /** Ends whatever this client is doing, in good order when it is subscribed. */
  leave() {
    this.leaving = true;
    clearTimeout(this.timer);
    if (this.connection === null) this._gone();
    else this.connection.close(1000, 'load test done');
  }

  /** Leaves while the load goes on: asks first how far it has been sent, so that what it was owed can be decided. */
  retire() {
    if (this.state !== 'subscribed') {
      this.leave();
      return;
    }
    this.leaving = true;
    this.crowd.figures.left();
    this.askPosition();
    this.timer = setTimeout(() => this.leave(), lastAnswerMs);
  }

  /** Asks the server up to which seq everything has been sent. */
  askPosition() {
    if (this.state === 'subscribed') this.connection.sendText('{"type":"heartbeat","id":"settle"}');
  }

  onOpen() {
    this.state = 'subscribing';
    this.crowd.figures.handshake.record((this.crowd.clock.now() - this.startedAt) * 1000);
  }

  onRefused({ status, reason, retryAfter }) {
    this.attemptFailure = `refused ${status} ${reason}`;
    this.retry.told(retryAfter);
    this.crowd.figures.refused(status, reason);
  }

  onText(buffer, start, end) {
    const { crowd } = this;
    const frame = crowd.decoder.decode(buffer, start, end);
    crowd.figures.frameBytes += end - start;
    if (frame === null) return;
    if (frame.type === 'message') this._message(frame);
    else this._control(frame);
  }

  onClosed({ code, reason, error }) {
    clearTimeout(this.timer);
    this.connection = null;
    if (this.leaving) {
      this._gone();
      return;
    }
    if (this.state === 'subscribed') {
      this.state = 'done';
      this.crowd.figures.disconnected(code, this.bye?.reason ?? reason, error);
      if (error?.startsWith('bad frame')) this.crowd.faults.add('protocol', () => `client ${this.index}: ${error}`);
      return;
    }
    this.attemptFailure ??= error ?? `closed ${code} ${this.bye?.reason ?? reason}`.trim();
    this.isUnable = isGeneratorError(error);
    this.crowd.figures.attemptFailed(this.attemptFailure, error);
    this._retryLater();
  }

  _gone() {
    this.state = 'done';
    this.onGone?.();
    this.onGone = null;
  }

  _message(record) {
    const { crowd } = this;
    crowd.figures.received(record);
    if (this.receipts === null) {
      crowd.faults.add('misdelivered', () => `client ${this.index}: seq ${record.seq} on ${record.channel.name} before its subscription_ack`);
      return;
    }
    if (this.receipts.message(record)) crowd.figures.newMessage(record, this.userClass);
  }

  _control(frame) {
    const { receipts, crowd } = this;
    switch (frame.type) {
      case 'welcome':
        if (this.state === 'subscribing') this.connection.sendText(this._subscribeRequest());
        break;
      case 'subscription_ack':
        if (this.state === 'subscribing') this._subscribed(frame);
        break;
      case 'gap':
        crowd.figures.gapAnnounced(frame.reason);
        if (!validGap(frame)) this._protocolFault('a gap with bad channel, from or to', frame);
        else receipts?.gap(frame.channel, frame.from, frame.to);
        break;
      case 'pong':
      case 'position':
        if (!validSeq(frame.seq)) this._protocolFault(`a ${frame.type} without a seq`, frame);
        else receipts?.reached(frame.seq);
        if (frame.type === 'pong') this._answered(frame.seq);
        break;
      case 'reset':
        crowd.faults.add('reset', () => `client ${this.index}: new epoch ${frame.epoch}`);
        receipts?.seal();
        break;
      case 'bye':
        this.bye = frame;
        break;
      case 'error':
        crowd.figures.serverError(frame.code);
        break;
      default: // a client ignores types that it doesn't know
    }
  }

  _answered(seq) {
    this.pongSeq = seq;
    if (this.leaving) this.leave();
  }

  _subscribeRequest() {
    return JSON.stringify({ type: 'subscribe', id: this.index, data: { channels: this.plan.names } });
  }

  _subscribed(ack) {
    const { crowd } = this;
    if (!validSeq(ack.seq) || !Array.isArray(ack.subscribed)) {
      this._protocolFault('a subscription_ack without seq or subscribed', ack);
      this.connection.abort('bad subscription_ack');
      return;
    }
    clearTimeout(this.timer);
    this.state = 'subscribed';
    const accepted = new Set(ack.subscribed);
    const refused = this.plan.names.filter((name) => !accepted.has(name));
    if (refused.length > 0) {
      crowd.figures.subscriptionsRefused(refused);
      this.plan = crowd.plans.of(this.plan.names.filter((name) => accepted.has(name)));
    }
    this.receipts = new Receipts(this.index, this.plan, ack.seq, crowd.faults);
    crowd.figures.subscribed((crowd.clock.now() - this.startedAt) * 1000, this.plan.names.length);
  }

  _timedOut() {
    const stage = this.state === 'connecting' ? 'handshake' : 'subscription_ack';
    this.attemptFailure = `timeout: no ${stage} within ${this.crowd.settings.connectionTimeoutMs} ms`;
    this.connection.abort();
  }

  _retryLater() {
    const pause = this.retry.pauseMs(this.bye);
    this.bye = null;
    this.state = 'waiting';
    this.timer = setTimeout(() => this.connect(), pause);
  }

  _protocolFault(text, frame) {
    this.crowd.faults.add('protocol', () => `client ${this.index}: ${text}: ${JSON.stringify(frame).slice(0, 120)}`);
  }
}

module.exports = { Client };
