'use strict';

const { matcher } = require('./gaps.cjs');

/** One name that the server accepted on one connection, and which part of the stream it is owed there. */
class Subscription {
  /** @param {object} group the request that brought it */
  constructor(name, group, earlier) {
    this.name = name;
    this.covers = matcher(name);
    this.group = group;
    this.earlier = earlier; // those active before: what they cover is left out of the catch-up
    this.reached = group.liveFrom; // everything of this name up to here has been sent, says the server
  }

  /** Whether the catch-up of its request owes this channel. */
  catchesUp(channel) {
    return this.covers(channel) && !this.earlier.some((other) => other.covers(channel));
  }

  /** The sequence ranges (after, upTo] in which this channel is owed. */
  owedRanges(channel) {
    const { since, liveFrom, isOpen, caughtUpTo } = this.group;
    const ranges = [];
    const upTo = isOpen ? caughtUpTo : liveFrom;
    if (since < upTo && this.catchesUp(channel)) ranges.push([since, upTo]);
    if (this.reached > liveFrom) ranges.push([liveFrom, this.reached]);
    return ranges;
  }
}

/** One accepted `subscribe`: with `since` it is open until its `sync`. */
class Group {
  constructor(request, ack, sameStream) {
    this.id = request.id;
    this.resumes = request.since !== undefined;
    this.isOpen = this.resumes || request.last === true;
    this.mark = ack.seq;
    this.since = this.resumes && sameStream ? request.since : ack.seq;
    this.liveFrom = Math.max(this.since, this.mark);
    this.caughtUpTo = this.since; // the catch-up has sent up to here
    this.isAhead = this.since > this.mark; // of the server, which names the end of its catch-up by the sync alone
    this.recovered = ack.recovered;
    this.toldLoss = false; // a window gap or a reset has come since the ack
    this.expectsReset = this.resumes && !sameStream;
  }

  /** The stream is another one: nothing of the old one is owed any more. */
  restart(seq) {
    this.mark = this.since = this.liveFrom = this.caughtUpTo = seq;
    this.toldLoss = true;
    this.expectsReset = false;
  }
}

module.exports = { Subscription, Group };
