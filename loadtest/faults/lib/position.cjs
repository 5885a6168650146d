'use strict';

/**
 * The position of a client by the rules of docs/PROTOCOL.md: the seq up to which it has seen everything that concerns it, with the time that
 * came with it, and the epoch.
 */
class Position {
  constructor() {
    this.seq = -1; // none yet
    this.ts = null;
    this.epoch = null;
    this.open = 0; // subscribes with `since` whose sync has not come: until then nothing moves it
  }

  get isKnown() {
    return this.seq >= 0;
  }

  /** A new connection: what the last one left unanswered counts no more. */
  connected() {
    this.open = 0;
  }

  asked(since) {
    this.open++;
    if (since < this.seq) {
      this.seq = since;
      this.ts = null;
    }
  }

  message(seq, ts) {
    if (this.open === 0) this._rise(seq, ts);
  }

  /** Any other frame. `isReplaying` frames between replay brackets are not given here. */
  frame(frame) {
    switch (frame.type) {
      case 'welcome':
        this.epoch ??= frame.epoch;
        break;
      case 'subscription_ack':
        if (!this.isKnown) this._rise(frame.seq, frame.ts);
        break;
      case 'sync':
        if (this.open > 0) this.open--;
        if (this.open === 0) this._rise(frame.seq, frame.ts);
        break;
      case 'position':
        if (this.open === 0) this._rise(frame.seq, frame.ts);
        break;
      case 'reset':
        this.epoch = frame.epoch;
        this.seq = frame.seq;
        this.ts = frame.ts;
        break;
      default:
    }
  }

  _rise(seq, ts) {
    if (seq <= this.seq) return;
    this.seq = seq;
    this.ts = ts;
  }
}

module.exports = { Position };
