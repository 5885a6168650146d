'use strict';

const ownPauseMs = 500; // on top of a Retry-After

/** When a client whose attempt was refused or failed tries again: as the server said, otherwise after full jitter by the module's rules. */
class Retry {
  constructor(Backoff) {
    this.Backoff = Backoff;
    this.backoff = null; // few clients need one
    this.afterMs = null;
  }

  /** @param {number | null} seconds Retry-After of a refusal */
  told(seconds) {
    this.afterMs = seconds === null ? null : seconds * 1000;
  }

  /** @param bye the goodbye of a connection that was let in, or null */
  pauseMs(bye) {
    this.backoff ??= new this.Backoff();
    // A Retry-After is spread already; the bit on top keeps equal whole seconds from meeting again. A retry_ms holds to the letter.
    return this.afterMs !== null ? this.afterMs + Math.random() * ownPauseMs : bye?.retry_ms ?? this.backoff.next();
  }
}

module.exports = { Retry };
