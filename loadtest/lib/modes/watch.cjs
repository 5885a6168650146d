'use strict';

const { readWindow } = require('./reading.cjs');

/** A load as a mode drives it: what was asked of it, what came of each phase, and an end when the run is interrupted. */
class Watch {
  /** @param load the load @param say tells people a line @param stop AbortSignal; set, the next step ends the mode */
  constructor(load, say, stop) {
    this.load = load;
    this.say = say;
    this.stop = stop;
    this.asked = { clients: 0, messagesPerSecond: 0 };
    this.refusals = {}; // by reason, since they were last forgotten
    this.phase = null;
    this.phases = {}; // readings of the phases that have ended, by name
  }

  /** Begins a phase of the run; the one before has ended, and `phases` has what it was like as a whole. */
  async begin(phase) {
    const window = await this.load.begin(phase);
    if (this.phase !== null && window !== null) this.phases[this.phase] = readWindow(window, this.asked);
    this.phase = phase;
  }

  async setClients(count) {
    this.asked.clients = count;
    const reading = readWindow(await this.load.setClients(count, { stop: this.stop }), this.asked);
    this._note(reading);
    return reading;
  }

  async setRate(messagesPerSecond) {
    this.asked.messagesPerSecond = messagesPerSecond;
    await this.load.setRate(messagesPerSecond);
  }

  async churn(perSecond) {
    await this.load.churn(perSecond);
  }

  /** Measures for so many seconds. @returns what the window says */
  async look(seconds) {
    const reading = readWindow(await this.load.measure(seconds, { name: `${this.phase}, look`, stop: this.stop }), this.asked);
    this._note(reading);
    return reading;
  }

  forgetRefusals() {
    this.refusals = {};
  }

  _note(reading) {
    for (const [reason, times] of Object.entries(reading.refused)) this.refusals[reason] = (this.refusals[reason] ?? 0) + times;
    if (this.stop?.aborted) throw new Interrupted();
  }
}

/** The run was interrupted; what there is gets reported. */
class Interrupted extends Error {}

module.exports = { Watch, Interrupted };
