'use strict';

const http = require('node:http');
const https = require('node:https');
const { extremes, parseMetrics, summarise } = require('./server-metrics.cjs');

const timeoutMs = 3000;
const maxBytes = 1024 * 1024;
const mostSamples = 20_000; // then every other one goes
const missedLooks = 2; // then the server has fallen silent
const leastSilenceMs = 1000; // looks that follow faster than that may be late by chance

/** What the server says about itself, asked now and then; a server that says nothing is no failure. */
class ServerFacts {
  constructor(settings, clock) {
    this.settings = settings;
    this.clock = clock;
    this.health = null; // first answer of /health
    this.samples = []; // {at, values, byLabel}
    this.failures = 0;
    this.lastFailure = null;
    this.asking = null;
  }

  /** One look; a look still under way is joined, not doubled. Never rejects. */
  look() {
    this.asking ??= this._look().finally(() => { this.asking = null; });
    return this.asking;
  }

  /** A look that was begun after this call. */
  async lookAnew() {
    await this.asking;
    await this.look();
  }

  async _look() {
    if (this.health === null && this.settings.healthUrl !== null) {
      const answer = await this._get(this.settings.healthUrl);
      if (answer !== null) this.health = summariseHealth(answer);
    }
    if (this.settings.metricsUrl === null) return;
    const at = this.clock.now();
    const answer = await this._get(this.settings.metricsUrl);
    if (answer === null) return;
    if (answer.status !== 200) return this._failed(this.settings.metricsUrl, `status ${answer.status}`);
    const read = parseMetrics(answer.text);
    if (Object.keys(read.values).length === 0) return this._failed(this.settings.metricsUrl, 'an answer without any series of this server');
    this.samples.push({ at, ...read });
    if (this.samples.length > mostSamples) this.samples = this.samples.filter((_, i) => i % 2 === 0);
  }

  async _get(url) {
    try {
      return await get(url);
    } catch (error) {
      this._failed(url, error.code ?? error.message);
      return null;
    }
  }

  _failed(url, reason) {
    this.failures++;
    this.lastFailure = `${url.href}: ${reason}`;
  }

  /** First, last and highest value of every series over the whole run. */
  summary() {
    return { health: this.health, looks: this.samples.length, failures: this.failures, lastFailure: this.lastFailure, values: extremes(this.samples) };
  }

  /**
   * The same of the looks between two times of the clock, and what grew meanwhile. `silentSince` is the time of the last look that was answered
   * when that is too long ago to say what was so at the end, else null; null too when none ever was.
   */
  between(from, to) {
    const last = this.samples.findLast((sample) => sample.at <= to)?.at ?? Infinity;
    const isSilent = to - last > silenceMs(this.settings.metricsEveryMs);
    return { ...summarise(this.samples.filter((sample) => sample.at >= from && sample.at <= to)), silentSince: isSilent ? last : null };
  }
}

/** After how long without an answer a server that is asked so often has fallen silent. */
function silenceMs(everyMs) {
  return Math.max(leastSilenceMs, missedLooks * everyMs);
}

function summariseHealth({ status, text }) {
  try {
    const body = JSON.parse(text);
    return { httpStatus: status, status: body.status ?? null, version: body.version ?? null };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { httpStatus: status, status: null, version: null };
  }
}

function get(url) {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).get(url, { timeout: timeoutMs, agent: false }, (response) => {
      const parts = [];
      let bytes = 0;
      response.on('data', (chunk) => {
        bytes += chunk.length;
        if (bytes > maxBytes) request.destroy(new Error('an answer of more than 1 MB'));
        else parts.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(parts).toString('utf8') }));
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on('error', reject);
  });
}

module.exports = { ServerFacts, silenceMs };
