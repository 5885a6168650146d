'use strict';

const { WebSocketConnection } = require('../../lib/websocket.cjs');
const { ClientLog } = require('./client-log.cjs');
const { Position } = require('./position.cjs');
const { reset } = require('./reset.cjs');

const backoffBaseMs = 500;
const backoffCapMs = 30_000;
const calmMs = 30_000;
const stopCodes = new Set([1000, 1002, 1003, 1007, 1009]);

/**
 * A client as docs/PROTOCOL.md asks for: it comes back by itself, to any server, after its last position, and writes down every frame.
 * What it was given is not judged here but by the checker, from the log.
 *
 * States: idle → connecting → catchingUp → live, waiting between two connections, done.
 */
class ResumingClient {
  /** @param crowd decoderOf(epoch), table, store, choose(client), clock, begunAt, figures, settings: shared by all clients */
  constructor(index, names, crowd, random) {
    this.index = index;
    this.names = names;
    this.crowd = crowd;
    this.random = random;
    this.log = new ClientLog(crowd.store);
    this.position = new Position();
    this.decoder = crowd.decoderOf(null); // of the stream it is on
    this.state = 'idle';
    this.connection = null;
    this.connections = 0;
    this.door = null; // where the present connection goes: {server, endpoint, proxy}
    this.failures = 0; // n of the back-off
    this.openedAt = 0;
    this.timer = null;
    this.last = new Map(); // channel → last seq, for the rule about duplicates
    this.bye = null;
    this.retryAfterMs = null;
    this.pongSeq = -1;
    this.isReplaying = false;
    this.isHeldBack = false; // told to stay away: waits for `comeBack`
    this.isLeaving = false;
    this.movedBy = null;
    this.requests = 0;
    this.resumeOf = null; // the `since` of the present connection
  }

  connect() {
    const { crowd } = this;
    this.state = 'connecting';
    this.door = crowd.choose(this);
    this.openedAt = crowd.clock.now();
    this.resumeOf = this.position.isKnown ? this.position.seq : null;
    this.bye = null;
    this.retryAfterMs = null;
    this.pongSeq = -1;
    this.isReplaying = false;
    this.subscribed = false;
    this.byAddress = this.random() < 0.5; // both ways to say where one stopped
    this.timer = setTimeout(() => this.connection.abort('no subscription_ack in time'), crowd.settings.connectionTimeoutMs);
    const { endpoint } = this.door;
    const target = this.byAddress ? { ...endpoint, url: this._urlWith(endpoint.url) } : endpoint;
    this.connection = new WebSocketConnection(target, crowd.settings.token, this);
  }

  /** Ends the present connection the hard way, so that the client has to come back. @returns {boolean} whether there was one to end */
  cut(how) {
    if (this.state !== 'live' && this.state !== 'catchingUp') return false;
    this.movedBy = how;
    if (how === 'proxy') return this.door.proxy.resetFrom(this.connection.socket.localPort);
    if (how === 'reset') reset(this.connection.socket);
    else this.connection.abort();
    return true;
  }

  /** Cuts the connection and does not come back before `comeBack`. */
  stayAway() {
    this.isHeldBack = true;
    if (this.state === 'waiting') clearTimeout(this.timer);
    this.cut('away');
  }

  comeBack() {
    this.isHeldBack = false;
    if (this.connection === null && this.state === 'waiting') this._later(this.random() * backoffBaseMs);
  }

  /** Asks up to which seq everything has been sent. */
  askPosition() {
    if (this.state === 'live') this.connection.sendText('{"type":"heartbeat","id":"settle"}');
  }

  askReplay() {
    if (this.state !== 'live') return;
    this._send({ type: 'replay', id: `r${this.requests++}`, data: { since: Math.max(0, this.position.seq - Math.floor(this.random() * 500)) } });
  }

  leave() {
    this.isLeaving = true;
    clearTimeout(this.timer);
    this.connection?.close(1000, 'done');
    if (this.connection === null) this.state = 'done';
  }

  onOpen() {
    const { crowd } = this;
    this.state = 'catchingUp';
    this.position.connected();
    this.connections++;
    crowd.figures.opened++;
    this._note({ is: 'open', connection: this.connections - 1, server: this.door.server });
    if (this.byAddress) this._noteSubscribe(undefined);
  }

  onRefused({ status, reason, retryAfter }) {
    this.crowd.figures.refused(status, reason);
    this.retryAfterMs = retryAfter === null ? null : retryAfter * 1000;
  }

  onText(buffer, start, end) {
    const frame = this.decoder.decode(buffer, start, end);
    if (frame === null) {
      this._note({ is: 'bad', text: `a frame that could not be read: ${buffer.toString('utf8', start, Math.min(end, start + 120))}` });
    } else if (frame.type === 'message') {
      this._message(frame);
    } else {
      this._note({ is: 'got', frame: kept(frame) });
      this._control(frame);
    }
  }

  onClosed({ code, reason, error }) {
    const { crowd } = this;
    const wasOpen = this.state === 'live' || this.state === 'catchingUp';
    clearTimeout(this.timer);
    this.connection = null;
    if (wasOpen) {
      this._note({ is: 'closed', code, reason: this.bye?.reason ?? reason, error });
      crowd.figures.ended(this, code, error);
    } else {
      crowd.figures.attemptFailed(error);
    }
    if (this.isLeaving) {
      this.state = 'done';
      return;
    }
    if (wasOpen && (stopCodes.has(code) || code >= 4500)) {
      this.state = 'done';
      crowd.figures.stopped(code, reason);
      return;
    }
    if (wasOpen && crowd.clock.now() - this.openedAt >= calmMs) this.failures = 0;
    this._waitFor(wasOpen);
  }

  _message(record) {
    const { crowd } = this;
    this.log.message(crowd.table.numberOf(record));
    crowd.figures.messages++;
    if (this.isReplaying) return;
    const { channel, seq, ts } = record;
    if (seq <= (this.last.get(channel) ?? -1)) return;
    this.last.set(channel, seq);
    this.position.message(seq, ts);
    if (this.state === 'live') crowd.figures.arrived(this, record);
    else crowd.figures.caughtUp++;
  }

  _control(frame) {
    this.position.frame(frame);
    switch (frame.type) {
      case 'welcome':
        this.decoder = this.crowd.decoderOf(frame.epoch);
        if (!this.byAddress) this._subscribe();
        break;
      case 'subscription_ack':
        clearTimeout(this.timer);
        this._acknowledged(frame);
        break;
      case 'sync': this.state = 'live'; break;
      case 'reset':
        this.decoder = this.crowd.decoderOf(frame.epoch);
        this.last.clear();
        break;
      case 'replay_begin': this.isReplaying = true; break;
      case 'replay_complete': this.isReplaying = false; break;
      case 'pong': this.pongSeq = frame.seq; break;
      case 'bye': this.bye = frame; break;
      case 'error': this.crowd.figures.error(frame.code); break;
      default: // a client ignores types that it doesn't know
    }
  }

  _acknowledged(ack) {
    if (this.resumeOf === null) {
      this.state = 'live';
      return;
    }
    this.crowd.figures.resumed(this, ack.recovered === true);
  }

  _subscribe() {
    const id = this.requests++;
    const resume = this.position.isKnown ? { since: this.position.seq, epoch: this.position.epoch, ...this._at() } : {};
    // Written down first: the position this leaves behind is what the checker will hold it against.
    this._noteSubscribe(id);
    this._send({ type: 'subscribe', id, data: { channels: this.names, ...resume } });
  }

  _noteSubscribe(id) {
    const { isKnown, seq, epoch } = this.position;
    const since = isKnown ? { since: seq, epoch } : {};
    this._note({ is: 'sent', request: { type: 'subscribe', id, channels: this.names, ...since } });
    if (isKnown) this.position.asked(seq);
  }

  _urlWith(url) {
    const asked = new URL(url.href);
    asked.searchParams.set('channels', this.names.join(','));
    if (this.position.isKnown) {
      asked.searchParams.set('since', this.position.seq);
      asked.searchParams.set('epoch', this.position.epoch);
      if (this.position.ts !== null) asked.searchParams.set('at', this.position.ts);
    }
    return asked;
  }

  _at() {
    return this.position.ts === null ? {} : { at: this.position.ts };
  }

  _waitFor(wasOpen) {
    this.state = 'waiting';
    if (this.isHeldBack) return;
    if (wasOpen && Number.isFinite(this.bye?.retry_ms)) this._later(this.bye.retry_ms);
    else if (this.retryAfterMs !== null) this._later(this.retryAfterMs + this.random() * backoffBaseMs);
    else this._later(this.random() * Math.min(backoffCapMs, backoffBaseMs * 2 ** Math.min(this.failures++, 10)));
  }

  _later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), ms);
  }

  _send(request) {
    this.connection.sendText(JSON.stringify(request));
  }

  _note(event) {
    event.at = this.crowd.clock.now() - this.crowd.begunAt;
    this.log.event(event);
  }
}

/** What the checker needs of a frame; thousands of these are held. */
function kept(frame) {
  if (frame.type === 'subscription_ack') {
    const { type, id, subscribed, seq, ts, epoch, recovered } = frame;
    return { type, id, subscribed, seq, ts, epoch, recovered };
  }
  if (frame.type === 'welcome') return { type: frame.type, epoch: frame.epoch, seq: frame.seq, ts: frame.ts };
  return frame;
}

module.exports = { ResumingClient };
