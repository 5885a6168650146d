'use strict';

const http = require('node:http');

const everyMs = 250; // a state lasts for one sample of the CPU at least, which takes longer
const patienceMs = 5000;

/** Asks /health again and again and says each change of the server's state. */
class Watch {
  /** @param parts url (of /health), say, clock, lag (seq that was read → messages that the stream holds unread) */
  constructor(parts) {
    Object.assign(this, parts);
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    this.health = null;
    this.state = null;
    this.seen = new Set();
    this.changes = 0;
    this.longestPauseMs = 0;
    this.unread = 0;
    this.mostUnread = 0;
    this.since = 0;
    this.timer = null;
  }

  get cpuPercent() {
    return this.health.checks.cpu.percent;
  }

  /** Ends after the first look. */
  async start() {
    await this._look();
    const again = async () => {
      await this._look();
      if (this.timer !== null) this.timer = setTimeout(again, everyMs);
    };
    this.timer = setTimeout(again, everyMs);
  }

  /** What has been seen so far no longer counts. */
  begin() {
    this.seen = new Set([this.state]);
    this.changes = 0;
    this.longestPauseMs = 0;
    this.mostUnread = 0;
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
    this.agent.destroy();
    this._endState();
  }

  async _look() {
    try {
      this.health = JSON.parse(await get(this.url, this.agent));
    } catch (error) {
      // A busy server may be late once; a dead one ends the demo from outside.
      if (this.health === null) throw error;
      return;
    }
    this.unread = this.lag(this.health.checks.intake.seq);
    this.mostUnread = Math.max(this.mostUnread, this.unread);
    if (this.health.state !== this.state) this._changed();
  }

  _changed() {
    this._endState();
    const { unread } = this;
    const { state, checks, limits } = this.health;
    const reason = state === 'normal' ? '' : ` (${checks.cpu.reason ?? checks.memory.reason ?? 'calm'})`;
    const way = this.state === null ? `the server is ${state}` : `${this.state} → ${state}${reason}`;
    const headroom = checks.intake.headroom_seconds;
    const held = unread > 0 && headroom !== undefined ? `, held for ${Math.round(headroom)} s more` : '';
    this.say(`${way.padEnd(28)} CPU ${checks.cpu.percent.toFixed(0)} % of ${limits.cpu_cores} cores, ${unread} messages unread in the stream${held}`);
    if (this.state !== null) this.changes++;
    this.state = state;
    this.since = this.clock.now();
    this.seen.add(state);
  }

  _endState() {
    if (this.state === 'paused') this.longestPauseMs = Math.max(this.longestPauseMs, this.clock.now() - this.since);
  }
}

function get(url, agent) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, timeout: patienceMs }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => { text += part; });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${patienceMs} ms`)));
    request.on('error', reject);
  });
}

module.exports = { Watch };
