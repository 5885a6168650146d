'use strict';

const { CannotRun } = require('./endpoint.cjs');
const { Load } = require('./load/load.cjs');
const { progressLine } = require('./report/progress.cjs');
const { judge } = require('./report/verdict.cjs');

const progressEveryMs = 5000;

/**
 * One run: ramp, hold, settle, leave, judge. Publishing goes on from the first client to the end of the hold.
 * `stop` (an AbortSignal) ends ramp or hold early; what there is gets judged and reported.
 */
class LoadRun {
  constructor(settings, clock, say) {
    this.settings = settings;
    this.say = say;
    this.phase = 'ramp';
    this.load = new Load(settings, clock, say);
  }

  /** @returns the report with its criteria. @throws {CannotRun} */
  async execute(stop) {
    const { load, settings } = this;
    const progress = setInterval(() => this.say(progressLine(this.phase, load)), progressEveryMs);
    try {
      await load.start(stop);
      this._introduce();
      await this._begin('ramp');
      await load.setRate(settings.publishRate);
      await load.setClients(settings.targetConnections, { stop });
      await this._begin('hold');
      await load.wait(settings.durationMs / 1000, stop);
      this.phase = 'settle';
      const report = await load.finish(stop);
      report.criteria = judge(report, settings);
      return report;
    } finally {
      clearInterval(progress);
      await load.end();
    }
  }

  async _begin(phase) {
    this.phase = phase;
    await this.load.begin(phase);
  }

  _introduce() {
    const { load, settings } = this;
    const { crowds } = load.fleet;
    this.say(`${load.run}: ${settings.targetConnections} clients to ${settings.wsUrl.href} (${load.endpoint.address}) at ${settings.rampRate}/s from ${crowds.length} process${crowds.length === 1 ? '' : 'es'}, `
      + `${settings.durationMs / 1000} s at full load, ${settings.publishRate > 0 ? `publishing ${settings.publishRate}/s` : 'listening only'}`);
  }
}

module.exports = { LoadRun, CannotRun };
