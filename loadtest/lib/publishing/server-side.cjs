'use strict';

const http = require('node:http');
const https = require('node:https');

const timeoutMs = 3000;
const stages = ['accept', 'parse', 'queue', 'puback', 'reply'];

/** What the server says of itself: every sample of /metrics by its series; null when it says nothing. */
function readServer(url) {
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? https : http).get(url, { timeout: timeoutMs, agent: false }, (response) => {
      const parts = [];
      response.on('data', (bytes) => parts.push(bytes));
      response.on('error', () => resolve(null));
      response.on('end', () => resolve(response.statusCode === 200 ? parse(Buffer.concat(parts).toString()) : null));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(null));
  });
}

function parse(text) {
  const samples = new Map();
  for (const line of text.split('\n')) {
    const blank = line.lastIndexOf(' ');
    if (blank > 0 && !line.startsWith('#')) samples.set(line.slice(0, blank), Number(line.slice(blank + 1)));
  }
  return samples;
}

/** What a round cost the server, and how long each stage of a request took: means, and in which bucket 99 % ended. */
function spent(before, after, seconds) {
  const difference = (series) => (after.get(series) ?? 0) - (before.get(series) ?? 0);
  const cpu = difference('process_cpu_seconds_total');
  const stored = difference('ws_publish_requests_total{protocol="http/1.1",outcome="stored"}') + difference('ws_publish_requests_total{protocol="http/2",outcome="stored"}');
  return {
    cpuCores: cpu / seconds,
    stored,
    cpuMicrosPerMessage: stored > 0 ? (cpu / stored) * 1e6 : null,
    memoryBytes: after.get('ws_memory_bytes') ?? null,
    stages: Object.fromEntries(stages.map((stage) => [stage, stageOf(after, difference, stage)])),
  };
}

function stageOf(after, difference, stage) {
  const times = difference(`ws_publish_stage_seconds_count{stage="${stage}"}`);
  if (!(times > 0)) return null;
  const mean = difference(`ws_publish_stage_seconds_sum{stage="${stage}"}`) / times;
  const head = `ws_publish_stage_seconds_bucket{stage="${stage}",le="`;
  const bounds = [...after.keys()].filter((series) => series.startsWith(head)).map((series) => series.slice(head.length, -2)).sort((a, b) => bound(a) - bound(b));
  const reached = bounds.find((le) => difference(`${head}${le}"}`) >= times * 0.99);
  return { meanMs: mean * 1000, p99BelowMs: reached === undefined ? null : bound(reached) * 1000 };
}

function bound(le) {
  return le === '+Inf' ? Infinity : Number(le);
}

module.exports = { readServer, spent, parse, stages };
