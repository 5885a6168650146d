'use strict';

const { Gaps, matcher } = require('./gaps.cjs');
const { Subscription, Group } = require('./subscription.cjs');
const { owed, joined } = require('./owed.cjs');

const gapReasons = new Set(['slow', 'window', 'upstream']);

/**
 * One connection held against the promise: every frame as it comes, and at the end everything that was owed, to the exact number.
 * It knows the truth (what is stored on which channel) and nothing of other connections.
 */
class ConnectionCheck {
  /**
   * @param parts truth (a Ledger), truthOf(epoch), table (FrameTable), report(kind, text, details, count), totals, and told: the client's set of
   * numbers that were reported as lost, so that none is reported twice
   */
  constructor(opened, parts) {
    Object.assign(this, parts);
    this.number = opened.connection;
    this.server = opened.server;
    this.epoch = null;
    this.requests = []; // subscribe requests without their ack
    this.subscriptions = [];
    this.groups = []; // those whose sync has not come
    this.top = -1; // live messages came up to here, or the server said so
    this.last = new Map(); // channel → its last seq, outside replay brackets
    this.given = new Map(); // channel → seqs in the order they came
    this.gaps = new Gaps();
    this.replay = null;
  }

  sent(request) {
    if (request.type === 'subscribe') this.requests.push(request);
  }

  /** @returns {boolean} whether the client's own rule applies to it: false inside replay brackets */
  message(number) {
    const { table } = this;
    const seq = table.seqs[number];
    const channel = table.nameOf(number);
    if (this.replay !== null) {
      this._replayed(channel, seq);
      return false;
    }
    if (!this.subscriptions.some((each) => each.covers(channel))) {
      this.report('misdelivered', `seq ${seq} on ${channel} without a subscription to it`, { channel, seqs: [seq] });
      return true;
    }
    const last = this.last.get(channel);
    if (last !== undefined && seq <= last) {
      const again = this.given.get(channel).includes(seq);
      this.report(again ? 'duplicate' : 'inversion', again ? `seq ${seq} on ${channel} again after ${last}` : `seq ${seq} on ${channel} after ${last}`, { channel, seqs: [last, seq] });
      if (!again) this._give(channel, seq);
      return true;
    }
    const isLive = this.groups.length === 0;
    const fits = isLive ? this._live(channel, seq) : this._caughtUp(channel, seq);
    if (fits) this._checkPrev(channel, seq, table.prevs[number], last);
    const lie = this.gaps.at(channel, seq);
    if (lie !== null) this.report('dishonestGap', `seq ${seq} on ${channel} was delivered inside the announced gap ${lie.from}-${lie.to}`, { channel, seqs: [seq] });
    this.last.set(channel, seq);
    this._give(channel, seq);
    return true;
  }

  frame(frame) {
    switch (frame.type) {
      case 'welcome': this._welcome(frame); break;
      case 'subscription_ack': this._acknowledged(frame); break;
      case 'unsubscription_ack': this._unsubscribed(frame); break;
      case 'sync': this._synchronised(frame); break;
      case 'gap': this._gap(frame); break;
      case 'reset': this._reset(frame); break;
      case 'snapshot': this._snapshot(frame); break;
      case 'position':
      case 'pong':
        if (!isSeq(frame.seq)) this.report('protocol', `${frame.type} without a seq`, {});
        else if (this.groups.length === 0) this._claim(frame.seq, frame.type);
        break;
      case 'replay_begin': this.replay = { from: frame.from, to: frame.to, last: -1, count: 0 }; break;
      case 'replay_complete': this._replayComplete(frame); break;
      default: // a client ignores types that it doesn't know
    }
  }

  /** The connection is over: what was owed must have come. */
  end() {
    this._settle(this.subscriptions);
  }

  _live(channel, seq) {
    const fits = seq > this.top;
    if (!fits) this.report('inversion', `seq ${seq} on ${channel} although ${this.top} had been reached on this connection`, { channel, seqs: [this.top, seq] });
    else this._reach(seq);
    return fits;
  }

  /**
   * Between an ack and its sync only what that request asked for may come, above `since` and up to the mark. A server that the client is ahead of
   * names the mark by its sync, and until then gives the other subscriptions what is theirs.
   */
  _caughtUp(channel, seq) {
    const group = this.groups.find((each) => this.subscriptions.some((one) => one.group === each && one.catchesUp(channel)));
    if (group === undefined && this.groups.every((each) => each.isAhead)) return this._live(channel, seq);
    if (group === undefined || (seq > group.mark && !group.isAhead)) {
      this.report('inversion', `seq ${seq} on ${channel} is no part of what is caught up, and came before the sync`, { channel, seqs: [seq] });
      return false;
    }
    if (seq <= group.since) {
      this.report('duplicate', `seq ${seq} on ${channel} although the client resumed after ${group.since}`, { channel, seqs: [seq] });
      return false;
    }
    if (seq <= group.caughtUpTo) {
      this.report('inversion', `seq ${seq} on ${channel} after ${group.caughtUpTo} in the same catch-up`, { channel, seqs: [group.caughtUpTo, seq] });
      return false;
    }
    group.caughtUpTo = seq;
    return true;
  }

  _checkPrev(channel, seq, prev, last) {
    if (prev === 0) return;
    const ledger = this.truth.channel(channel);
    const at = ledger.firstAbove(seq - 1);
    const before = at === 0 ? 0 : ledger.seqs[at - 1];
    if (before !== 0 && prev !== before) {
      this.report('brokenPrev', `seq ${seq} on ${channel} says prev ${prev}, stored before it was ${before}`, { channel, seqs: [prev, seq] });
      return;
    }
    const from = this._owedFrom(channel);
    if (prev === last || (last === undefined && prev <= from) || (prev > (last ?? from) && this.gaps.at(channel, prev) !== null)) return;
    this.report('brokenPrev', `seq ${seq} on ${channel} says prev ${prev}, the last one given is ${last ?? 'none'} and no gap covers the difference`, { channel, seqs: [prev, seq] });
  }

  _owedFrom(channel) {
    let from = Infinity;
    for (const one of this.subscriptions) {
      if (one.covers(channel)) from = Math.min(from, one.catchesUp(channel) ? one.group.since : one.group.liveFrom);
    }
    return from;
  }

  _give(channel, seq) {
    const list = this.given.get(channel);
    if (list === undefined) this.given.set(channel, [seq]);
    else list.push(seq);
  }

  _reach(seq) {
    this.top = seq;
    for (const one of this.subscriptions) if (!one.group.isOpen && seq > one.reached) one.reached = seq;
  }

  /** The server says that everything up to `seq` has left before this frame. */
  _claim(seq, what) {
    if (seq < this.top) this.report('protocol', `${what} says ${seq} after ${this.top} had been reached`, { seqs: [seq, this.top] });
    else this._reach(seq);
  }

  _welcome(frame) {
    if (this.epoch !== null || this.subscriptions.length > 0) this.report('protocol', 'a second welcome', {});
    this.epoch = frame.epoch;
  }

  _acknowledged(ack) {
    const at = this.requests.findIndex((request) => request.id === ack.id);
    if (at < 0 || !isSeq(ack.seq) || !Array.isArray(ack.subscribed)) {
      this.report('protocol', at < 0 ? `an ack that nobody asked for: ${show(ack)}` : `an ack without seq or subscribed: ${show(ack)}`, {});
      return;
    }
    const [request] = this.requests.splice(at, 1);
    const stray = ack.subscribed.find((name) => !request.channels.includes(name));
    if (stray !== undefined) this.report('protocol', `the ack names ${stray}, which was not asked for`, {});
    if (this.epoch === null || ack.epoch !== this.epoch) this.report('protocol', `the ack's epoch ${ack.epoch} is not the connection's ${this.epoch}`, {});
    if (request.since !== undefined && typeof ack.recovered !== 'boolean') this.report('protocol', 'the ack of a resume does not say whether it recovered', {});
    if (this.groups.length === 0) this._claim(ack.seq, 'ack');
    const group = new Group(request, ack, request.epoch === ack.epoch);
    const earlier = this.subscriptions.slice();
    for (const name of ack.subscribed) {
      if (!this.subscriptions.some((one) => one.name === name)) this.subscriptions.push(new Subscription(name, group, earlier));
    }
    if (group.isOpen) this.groups.push(group);
    if (request.since !== undefined) this.totals.resumes[ack.recovered === true ? 'recovered' : 'notRecovered']++;
  }

  _unsubscribed(frame) {
    const names = new Set(frame.unsubscribed);
    const leaving = this.subscriptions.filter((one) => names.has(one.name));
    this._settle(leaving);
    this.subscriptions = this.subscriptions.filter((one) => !names.has(one.name));
    for (const channel of [...this.given.keys()]) {
      if (this.subscriptions.some((one) => one.covers(channel))) continue;
      this.last.delete(channel);
      this.given.delete(channel);
    }
  }

  _synchronised(frame) {
    const at = this.groups.findIndex((group) => group.id === frame.id);
    if (at < 0 || !isSeq(frame.seq)) {
      this.report('protocol', `a sync that belongs to no subscribe, or has no seq: ${show(frame)}`, {});
      return;
    }
    const [group] = this.groups.splice(at, 1);
    group.isOpen = false;
    const end = Math.max(group.liveFrom, group.caughtUpTo);
    const isTooLow = frame.seq < end;
    if (isTooLow) this.report('protocol', `sync at ${frame.seq} before ${end}, where the catch-up ends`, { seqs: [frame.seq] });
    if (group.expectsReset) this.report('protocol', 'a resume with another epoch was answered without a reset', {});
    if (group.resumes && group.recovered === false && !group.toldLoss) this.report('protocol', 'recovered: false, but neither gap nor reset before the sync', {});
    // Of what lies behind the position of a client that is ahead, the server could not know yet when it answered.
    if (group.resumes && group.recovered === true && group.toldLoss && !group.isAhead) this.report('protocol', 'recovered: true, but a gap or reset came before the sync', {});
    for (const one of this.subscriptions) if (one.group === group) one.reached = Math.max(one.reached, frame.seq);
    if (this.groups.length === 0 && !isTooLow) this._claim(frame.seq, 'sync');
  }

  _gap(frame) {
    const { channel, from, to, reason } = frame;
    if (!isSeq(from) || !isSeq(to) || from > to || !gapReasons.has(reason) || (channel !== undefined && typeof channel !== 'string')) {
      this.report('protocol', `a gap with bad channel, from, to or reason: ${show(frame)}`, {});
      return;
    }
    this.gaps.add(channel, from, to);
    if (reason === 'window') for (const group of this.groups) group.toldLoss = true;
    const concerns = matcher(channel);
    for (const [name, seqs] of this.given) {
      if (!concerns(name)) continue;
      const lies = seqs.filter((seq) => from <= seq && seq <= to);
      if (lies.length > 0) this.report('dishonestGap', `gap ${from}-${to} covers what was delivered on ${name}`, { channel: name, seqs: lies.slice(0, 5) }, lies.length);
    }
    this.totals.gaps[reason]++;
    if (!this._coversSomething(concerns, from, to)) this.totals.emptyGaps++;
  }

  _coversSomething(concerns, from, to) {
    return this.truth.channels.some((channel) => concerns(channel.name)
      && this.subscriptions.some((one) => one.covers(channel.name))
      && channel.firstAbove(to) > channel.firstAbove(from - 1));
  }

  _reset(frame) {
    this._settle(this.subscriptions);
    this.epoch = frame.epoch;
    this.last.clear();
    this.given.clear();
    this.told.clear();
    this.gaps = new Gaps();
    this.truth = this.truthOf(frame.epoch);
    for (const group of new Set([...this.groups, ...this.subscriptions.map((one) => one.group)])) group.restart(frame.seq);
    for (const one of this.subscriptions) one.reached = frame.seq;
    this.top = frame.seq;
    this.totals.resets++;
  }

  _snapshot(frame) {
    if (!isSeq(frame.seq) || !this.subscriptions.some((one) => one.group.isOpen && one.covers(frame.channel))) {
      this.report('protocol', `a snapshot that nobody asked for: ${show(frame)}`, {});
    }
  }

  _replayed(channel, seq) {
    const { replay } = this;
    const isFit = seq > replay.last && seq >= replay.from && seq <= replay.to && this.subscriptions.some((one) => one.covers(channel));
    if (!isFit) this.report('inversion', `seq ${seq} on ${channel} does not fit into the replay ${replay.from}-${replay.to} after ${replay.last}`, { channel, seqs: [seq] });
    replay.last = seq;
    replay.count++;
  }

  _replayComplete(frame) {
    if (this.replay === null) this.report('protocol', 'a replay_complete without its beginning', {});
    else if (this.replay.count !== frame.count) this.report('protocol', `replay_complete counts ${frame.count} messages, ${this.replay.count} came`, {});
    this.replay = null;
  }

  _settle(subscriptions) {
    for (const channel of this.truth.channels) {
      const ranges = subscriptions.filter((one) => one.covers(channel.name)).flatMap((one) => one.owedRanges(channel.name));
      for (const [after, upTo] of joined(ranges)) {
        const account = owed(channel, after, upTo, this.given.get(channel.name), this.gaps.of(channel.name));
        this.totals.owed += account.count;
        this.totals.announced += account.announced;
        const lost = account.lost.filter((seq) => !this.told.has(`${channel.name} ${seq}`));
        if (lost.length === 0) continue;
        for (const seq of lost) this.told.add(`${channel.name} ${seq}`);
        this.report('lost', `${lost.length} of ${account.count} owed on ${channel.name} in (${after}, ${upTo}]: ${account.where(lost[0])}`, { channel: channel.name, seqs: lost.slice(0, 20) }, lost.length);
      }
    }
  }
}

function isSeq(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

function show(frame) {
  return JSON.stringify(frame).slice(0, 160);
}

module.exports = { ConnectionCheck, isSeq };
