'use strict';

const http = require('node:http');
const https = require('node:https');

const timeoutMs = 3000;
const maxBytes = 1024 * 1024;

/** Series of /metrics that say something about a load, and what the report calls them. */
const series = Object.freeze({
  ws_connections_current: 'connections',
  ws_connections_max: 'maxConnections',
  ws_cpu_percent: 'cpuPercent',
  ws_memory_bytes: 'memoryBytes',
  process_resident_memory_bytes: 'residentBytes',
  process_cpu_seconds_total: 'cpuSeconds',
  ws_tasks_current: 'tasks',
  ws_messages_sent_total: 'messagesSent',
  ws_messages_dropped_total: 'messagesDropped',
  ws_connections_rejected_total: 'rejected',
});

/** What the server says about itself, asked now and then; a server that says nothing is no failure. */
class ServerFacts {
  constructor(settings, clock) {
    this.settings = settings;
    this.clock = clock;
    this.health = null; // first answer of /health
    this.samples = []; // {phase, at, values}
    this.failures = 0;
    this.lastFailure = null;
    this.asking = null;
  }

  /** One look; a look still under way is joined, not doubled. */
  look(phase) {
    this.asking ??= this._look(phase).finally(() => { this.asking = null; });
    return this.asking;
  }

  async _look(phase) {
    if (this.health === null && this.settings.healthUrl !== null) {
      const answer = await this._get(this.settings.healthUrl);
      if (answer !== null) this.health = summariseHealth(answer);
    }
    if (this.settings.metricsUrl === null) return;
    const answer = await this._get(this.settings.metricsUrl);
    if (answer === null || answer.status !== 200) return;
    const values = parseMetrics(answer.text);
    if (Object.keys(values).length > 0) this.samples.push({ phase, at: this.clock.now(), values });
  }

  async _get(url) {
    try {
      return await get(url);
    } catch (error) {
      this.failures++;
      this.lastFailure = `${url.href}: ${error.code ?? error.message}`;
      return null;
    }
  }

  /** First, last and highest value of every series; CPU in cores between the first and the last look of the hold. */
  summary() {
    const out = { health: this.health, looks: this.samples.length, failures: this.failures, lastFailure: this.lastFailure, values: {} };
    for (const name of Object.values(series)) {
      const seen = this.samples.map((sample) => sample.values[name]).filter((value) => value !== undefined);
      if (seen.length > 0) out.values[name] = { first: seen[0], last: seen[seen.length - 1], max: seen.reduce((a, b) => Math.max(a, b)) };
    }
    const hold = this.samples.filter((sample) => sample.phase === 'hold' && sample.values.cpuSeconds !== undefined);
    const [from, to] = [hold[0], hold[hold.length - 1]];
    if (hold.length > 1 && to.at > from.at) {
      const cpuSeconds = to.values.cpuSeconds - from.values.cpuSeconds;
      out.holdCpuCores = cpuSeconds / ((to.at - from.at) / 1000);
      const sent = to.values.messagesSent - from.values.messagesSent;
      if (sent > 0 && cpuSeconds > 0) out.deliveriesPerCpuSecond = Math.round(sent / cpuSeconds);
    }
    return out;
  }
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

/** Values of the series above; those with labels are added up. */
function parseMetrics(text) {
  const values = {};
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)/.exec(line);
    const name = match && series[match[1]];
    if (name && Number.isFinite(Number(match[2]))) values[name] = (values[name] ?? 0) + Number(match[2]);
  }
  return values;
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

module.exports = { ServerFacts, parseMetrics };
