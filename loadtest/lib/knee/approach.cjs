'use strict';

const { average, isNormal, untilNormal, untilSteady } = require('../modes/steadiness.cjs');
const { cpuPercentOf, worstState } = require('../modes/reading.cjs');

const easyPart = 0.6; // of the rejecting threshold: below, newcomers may come as fast as the ramp lets them
const newcomersShare = 0.02; // of the CPU limit: near the knee those who come must not be what is measured
const usualHandshakeSeconds = 0.0002;
const recoverySeconds = 60;
const peakSeconds = 25; // the governor goes down only after ten seconds of calm
const sureLooks = 4; // whose average CPU is above what may be: more of the load only leads into a pause
const patienceLooks = 5; // without anybody let in

/**
 * Brings the load where a step wants it. Clients come in by small groups once the server has work, with a look after each,
 * because a newcomer costs CPU of its own and a server that refuses for a peak goes on refusing until it is well below.
 */
class Approach {
  /** @param watch what is driven @param facts the server's limits @param settings rampRate, maxP99Ms */
  constructor(watch, facts, settings) {
    this.watch = watch;
    this.facts = facts;
    this.settings = settings;
    this.handshakeSeconds = usualHandshakeSeconds;
  }

  /** @returns {Promise<boolean>} whether all were brought in; not when the server refuses and goes on refusing */
  async clients(target) {
    const { watch } = this;
    watch.forgetRefusals();
    if (target <= watch.asked.clients) {
      await watch.setClients(target);
      await untilSteady(watch);
      return true;
    }
    let latest = await watch.look(1);
    const seen = [];
    while (watch.asked.clients < target) {
      await watch.setClients(Math.min(target, watch.asked.clients + this._group(latest)));
      latest = await watch.look(1);
      seen.push(cpuPercentOf(latest, this.facts.cpuLimitCores));
      if (this._isTooMuch(seen)) return false;
      if (this._isTroubled(latest) && !(await this._passes()).recovered) return false;
      if (this._isBehind(latest)) latest = await this._waitForAll(latest);
      if (this._isBehind(latest)) return false;
    }
    await this._waitForAll(latest);
    await untilSteady(watch);
    return true;
  }

  async rate(messagesPerSecond) {
    this.watch.forgetRefusals();
    await this.watch.setRate(messagesPerSecond);
    await untilSteady(this.watch);
    return true;
  }

  /**
   * Back to a load that had passed, from one that had not. Without messages first: those that waited for a server that paused come on top of
   * the others, and would be late for as long as there are any.
   * @returns whether all is normal there, and after how many seconds
   */
  async recede(clients, messagesPerSecond) {
    const { watch } = this;
    await watch.setRate(0);
    if (clients < watch.asked.clients) await watch.setClients(clients);
    for (let looks = 0; looks < recoverySeconds; looks++) {
      const reading = await watch.look(1);
      if (isNormal(reading) && reading.messagesPerSecond === 0 && reading.deliveriesPerSecond === 0) break;
    }
    await watch.setRate(messagesPerSecond);
    await untilSteady(watch);
    return untilNormal(watch, { p99Milliseconds: this.settings.maxP99Ms, mostSeconds: recoverySeconds });
  }

  /** In the midst of an approach only as long as a peak may last: a load that keeps the server from being normal for longer is too much. */
  async _passes() {
    return untilNormal(this.watch, { p99Milliseconds: this.settings.maxP99Ms, mostSeconds: peakSeconds });
  }

  /** Who was refused comes back when told to; a refused few are waited for, as long as somebody still gets in. */
  async _waitForAll(latest) {
    let [reading, without] = [latest, 0];
    while (reading.clients < this.watch.asked.clients && without < patienceLooks) {
      const before = reading.clients;
      reading = await this.watch.look(1);
      without = reading.clients > before ? 0 : without + 1;
    }
    return reading;
  }

  _isTooMuch(seen) {
    const latest = seen.slice(-sureLooks);
    return latest.length === sureLooks && latest.every((percent) => percent !== null) && average(latest) > this.facts.cpuResumePercent + newcomersShare * 100;
  }

  _isTroubled(reading) {
    return ![null, 'normal'].includes(worstState(reading)) || (reading.p99Milliseconds ?? 0) > this.settings.maxP99Ms;
  }

  _isBehind(reading) {
    return reading.clients < (this.watch.asked.clients * this.settings.successRate) / 100;
  }

  _group(latest) {
    const easy = latest.cpuPercent === null || Math.max(latest.cpuPercent, cpuPercentOf(latest, this.facts.cpuLimitCores)) < easyPart * this.facts.cpuRejectPercent;
    if (easy) return Math.max(1, Math.round(this.settings.rampRate));
    const affordable = (newcomersShare * this.facts.cpuLimitCores) / this.handshakeSeconds;
    return Math.max(1, Math.min(Math.round(affordable), Math.ceil(this.watch.asked.clients / 25)));
  }
}

module.exports = { Approach };
