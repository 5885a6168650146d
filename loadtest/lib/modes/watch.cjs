'use strict';

const { readWindow, worstState } = require('./reading.cjs');

/**
 * The load, with a record of everything that was measured: what a mode drives, and what the report's curves over time are drawn from.
 */
class Watch {
  /** @param load the load @param say tells people a line @param stop AbortSignal; set, the next look ends the mode */
  constructor(load, say, stop) {
    this.load = load;
    this.say = say;
    this.stop = stop;
    this.phase = 'start';
    this.asked = { clients: 0, messagesPerSecond: 0 };
    this.elapsed = 0;
    this.series = [];
  }

  begin(phase) {
    this.phase = phase;
  }

  async setClients(count) {
    this.asked.clients = count;
    await this.load.setClients(count);
    this._mayGoOn();
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
    const window = await this.load.measure(seconds);
    this._mayGoOn();
    const reading = readWindow(window, this.asked);
    this.elapsed = window.at ?? this.elapsed + window.seconds;
    this.series.push(sample(reading, this));
    return reading;
  }

  _mayGoOn() {
    if (this.stop?.aborted) throw new Interrupted();
  }
}

/** The run was interrupted; what there is gets reported. */
class Interrupted extends Error {}

function sample(reading, { elapsed, phase }) {
  return {
    at: Number(elapsed.toFixed(1)),
    phase,
    clients: reading.clients,
    messagesPerSecond: Number(reading.messagesPerSecond.toFixed(1)),
    deliveredPerSecond: Math.round(reading.deliveriesPerSecond),
    p50: reading.latency.p50,
    p90: reading.latency.p90,
    p99: reading.latency.p99,
    p999: reading.latency.p999,
    cpuPercent: reading.cpuPercent,
    memoryBytes: reading.memoryBytes,
    tasks: reading.tasks,
    state: worstState(reading),
    generatorLagMs: reading.generatorLagMilliseconds,
    generatorCpuPercent: reading.generatorCpuPercent,
  };
}

module.exports = { Watch, Interrupted };
