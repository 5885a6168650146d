'use strict';

const { ConnectionCheck } = require('./connection-check.cjs');
const { Gaps, matcher } = require('./gaps.cjs');
const { Position } = require('./position.cjs');
const { owed } = require('./owed.cjs');

const framesBefore = 5;
const framesAfter = 3;

/**
 * One client's whole history: each connection by itself, the client's own rules, and over all connections together whether the application was
 * handed, once and in order, everything that was stored, or was told.
 */
class ClientCheck {
  /** @param parts truthOf(epoch), table, violations, totals */
  constructor(index, parts) {
    Object.assign(this, parts);
    this.index = index;
    this.connection = null;
    this.position = new Position();
    this.names = new Map(); // subscribed name → seq above which the application is owed
    this.last = new Map(); // channel → the last seq handed to the application
    this.given = new Map();
    this.gaps = new Gaps();
    this.truth = null;
    this.told = new Set();
    this.recent = [];
    this.watching = []; // examples that still want the frames after them
  }

  run(log) {
    for (const entry of log) {
      this._remember(entry);
      if (typeof entry === 'number') this._message(entry);
      else this._event(entry);
    }
    this._disconnected();
    this._settle();
    return this;
  }

  _event(event) {
    switch (event.is) {
      case 'open':
        this._disconnected();
        this.position.connected();
        this.totals.connections++;
        this.connection = new ConnectionCheck(event, {
          table: this.table,
          totals: this.totals,
          truth: this.truth ?? this.truthOf(null),
          truthOf: this.truthOf,
          told: this.told,
          report: (kind, text, details, count) => this._report(kind, text, details, count),
        });
        break;
      case 'sent': this._sent(event.request); break;
      case 'got': this._frame(event.frame); break;
      case 'bad': this._report('protocol', event.text, {}); break;
      case 'closed': this._disconnected(); break;
      default: throw new Error(`a log entry of unknown kind: ${event.is}`);
    }
  }

  _sent(request) {
    this.connection.sent(request);
    if (request.type !== 'subscribe' || request.since === undefined) return;
    if (request.since !== this.position.seq || request.epoch !== this.position.epoch) {
      this._report('clientRule', `resumed after ${request.since} of ${request.epoch}, its position was ${this.position.seq} of ${this.position.epoch}`, { seqs: [request.since] });
    }
    this.position.asked(request.since);
  }

  _message(number) {
    const { connection, table } = this;
    if (connection === null) {
      this._report('protocol', 'a message outside a connection', {});
      return;
    }
    if (!connection.message(number)) return;
    const seq = table.seqs[number];
    const channel = table.nameOf(number);
    this.totals.messages++;
    const last = this.last.get(channel);
    if (last !== undefined && seq <= last) {
      this.totals.droppedByRule++;
      return;
    }
    this.position.message(seq, table.times[number]);
    this.last.set(channel, seq);
    const list = this.given.get(channel);
    if (list === undefined) this.given.set(channel, [seq]);
    else list.push(seq);
  }

  _frame(frame) {
    const { connection } = this;
    if (frame.type === 'reset') this._settle();
    if (frame.type === 'welcome') {
      this.truth ??= this.truthOf(frame.epoch);
      connection.truth = this.truthOf(frame.epoch);
    }
    connection.frame(frame);
    this.position.frame(frame);
    if (frame.type === 'subscription_ack' && Array.isArray(frame.subscribed)) {
      for (const name of frame.subscribed) if (!this.names.has(name)) this.names.set(name, Math.max(frame.seq, this.position.seq));
    } else if (frame.type === 'unsubscription_ack') {
      this._settle();
      for (const name of frame.unsubscribed) this.names.delete(name);
    } else if (frame.type === 'gap') {
      this.gaps.add(frame.channel, frame.from, frame.to);
      this.totals.gapsOverOlder += this._alreadyHas(frame);
    } else if (frame.type === 'reset') {
      this._restart(frame);
    }
  }

  /** Messages in a gap's range that the client got on whichever connection: none, unless it lost one in the middle of a catch-up. */
  _alreadyHas({ channel, from, to }) {
    const concerns = matcher(channel);
    let sum = 0;
    for (const [name, seqs] of this.given) if (concerns(name)) sum += seqs.filter((seq) => from <= seq && seq <= to).length;
    return sum;
  }

  _restart(frame) {
    this.last.clear();
    this.given.clear();
    this.told.clear();
    this.gaps = new Gaps();
    this.truth = this.truthOf(frame.epoch);
    for (const name of this.names.keys()) this.names.set(name, frame.seq);
  }

  _disconnected() {
    this.connection?.end();
    this.connection = null;
  }

  /** The end-to-end account, apart from what its single connections account for. */
  _settle() {
    if (this.truth === null) return;
    const wanted = [...this.names].map(([name, from]) => ({ covers: matcher(name), from }));
    for (const channel of this.truth.channels) {
      const from = Math.min(...wanted.filter((each) => each.covers(channel.name)).map((each) => each.from));
      if (from === Infinity) continue;
      const account = owed(channel, from, this.position.seq, this.given.get(channel.name), this.gaps.of(channel.name));
      this.totals.endToEnd.announced += account.announced;
      this.totals.endToEnd.owed += account.count;
      const lost = account.lost.filter((seq) => !this.told.has(`${channel.name} ${seq}`));
      if (lost.length === 0) continue;
      for (const seq of lost) this.told.add(`${channel.name} ${seq}`);
      this._report('lost', `over all its connections ${lost.length} of ${account.count} stored on ${channel.name}: ${account.where(lost[0])}`, { channel: channel.name, seqs: lost.slice(0, 20) }, lost.length);
    }
  }

  _report(kind, text, details, count) {
    const example = this.violations.note(kind, () => ({
      client: this.index,
      connection: this.connection?.number ?? null,
      server: this.connection?.server ?? null,
      ...details,
      text,
      frames: this.recent.map((entry) => this._describe(entry)),
    }), count);
    if (example !== null) this.watching.push({ example, left: framesAfter });
  }

  _remember(entry) {
    for (const watch of this.watching) {
      watch.example.frames.push(this._describe(entry));
      watch.left--;
    }
    if (this.watching.length > 0) this.watching = this.watching.filter((watch) => watch.left > 0);
    this.recent.push(entry);
    if (this.recent.length > framesBefore) this.recent.shift();
  }

  _describe(entry) {
    const { table } = this;
    if (typeof entry === 'number') return `message ${table.nameOf(entry)} seq ${table.seqs[entry]} prev ${table.prevs[entry]}`;
    const { is, at, ...rest } = entry;
    return `${at === undefined ? '' : `${(at / 1000).toFixed(3)} s `}${is} ${JSON.stringify(rest.frame ?? rest.request ?? rest)}`;
  }
}

module.exports = { ClientCheck };
