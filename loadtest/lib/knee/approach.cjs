'use strict';

const { untilNormal, untilSteady } = require('../modes/steadiness.cjs');
const { worstState } = require('../modes/reading.cjs');

const easyPart = 0.6; // of the rejecting threshold: below, newcomers may come as fast as the ramp lets them
const newcomersShare = 0.02; // of the CPU limit: near the knee those who come must not be what is measured
const usualHandshakeSeconds = 0.0002;
const recoverySeconds = 60;
const peakSeconds = 12; // the smoothed CPU forgets one in five
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
    while (watch.asked.clients < target) {
      await watch.setClients(Math.min(target, watch.asked.clients + this._group(latest)));
      latest = await watch.look(1);
      if (![null, 'normal'].includes(worstState(latest)) && !(await this._calm()).recovered) return false;
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

  /** Waits until the server is in the state normal and latency is what it may be. */
  async calm() {
    return untilNormal(this.watch, { p99Milliseconds: this.settings.maxP99Ms, mostSeconds: recoverySeconds });
  }

  /** In the midst of an approach only as long as a peak may last: a load that keeps the server from being normal for longer is too much. */
  async _calm() {
    return untilNormal(this.watch, { p99Milliseconds: Infinity, mostSeconds: peakSeconds });
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

  _isBehind(reading) {
    return reading.clients < (this.watch.asked.clients * this.settings.successRate) / 100;
  }

  _group(latest) {
    const easy = latest.cpuPercent === null || latest.cpuPercent < easyPart * this.facts.cpuRejectPercent;
    if (easy) return Math.max(1, Math.round(this.settings.rampRate));
    const affordable = (newcomersShare * this.facts.cpuLimitCores) / this.handshakeSeconds;
    return Math.max(1, Math.min(Math.round(affordable), Math.ceil(this.watch.asked.clients / 25)));
  }
}

module.exports = { Approach };
