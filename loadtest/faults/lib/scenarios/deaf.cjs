'use strict';

const { pause } = require('../../../lib/clock.cjs');
const { Histogram } = require('../../../lib/histogram.cjs');
const { DeafClient } = require('../deaf-client.cjs');
const { ServerCost } = require('../server-cost.cjs');

const lookMs = 250;
const warmUpMs = 8_000;
const calmMs = 5_000;
const fillMs = 10_000;
const graceMs = 5_000;
const connectsPerSecond = 250;
const slowest = 3; // times the latency of the others without deaf clients

/** Clients that subscribe to everything and never read a byte: what they cost, when they are gone, and what the others notice. */
module.exports = {
  name: 'deaf',
  about: 'clients that never read: what memory they take, that all are gone in time, and what the others notice',
  servers: 1,
  needsOwn: 'reads the memory of the server\'s process: it runs against servers of its own only',
  defaults: { CLIENTS: '20', DURATION: '5', KILL_RATE: '0', PUBLISH_RATE: '300', PUBLISH_SIZE: '400', PROXY_SHARE: '0', BROKERS: '1' },
  serverVariables: (settings) => ({ WS_SLOW_CLIENT_TIMEOUT: `${settings.slowClientTimeoutMs}ms`, JS_STREAM_MAX_AGE: '120s' }),
  descriptors: (settings) => settings.deafClients,

  async disturb(run) {
    const { settings, figures, installation } = run;
    const [server] = installation.servers;
    const cost = new ServerCost(server);
    await pause(warmUpMs);
    figures.latency.clear();
    await pause(calmMs);
    const calm = figures.latency.toMilliseconds();
    const base = await cost.look();
    figures.latency.clear();
    const deaf = [];
    const begun = run.clock.now();
    for (let i = 0; i < settings.deafClients; i++) {
      deaf.push(new DeafClient(installation.doors[0].endpoint, settings.token));
      if (i % 5 === 4) await pause(5000 / connectsPerSecond);
    }
    const connectedMs = run.clock.now() - begun;
    run.count('deaf clients', deaf.length);
    const peak = { processMB: 0, kernelMB: 0, bothMB: 0, allKernelMB: 0 };
    let gone = null;
    let most = 0;
    const deadline = connectedMs + settings.slowClientTimeoutMs + fillMs + graceMs;
    while (run.clock.now() - begun < deadline + graceMs) {
      const now = await cost.look();
      const grown = { processMB: now.processMB - base.processMB, kernelMB: now.kernelMB - base.kernelMB, allKernelMB: now.allKernelMB - base.allKernelMB };
      for (const key of Object.keys(grown)) peak[key] = Math.max(peak[key], grown[key]);
      peak.bothMB = Math.max(peak.bothMB, grown.processMB + grown.kernelMB);
      const left = now.connections - settings.clients;
      most = Math.max(most, left);
      if (left <= 0 && most > 0) {
        gone = run.clock.now() - begun;
        break;
      }
      await pause(lookMs);
    }
    const during = figures.latency.toMilliseconds();
    for (const client of deaf) client.abort();
    run.deaf = { subscribed: deaf.filter((client) => client.isSubscribed).length, refused: deaf.filter((client) => client.isRefused).length, most, connectedMs: Math.round(connectedMs), goneMs: gone === null ? null : Math.round(gone), deadlineMs: Math.round(deadline), peak, calm, during, disconnects: await cost.disconnects() };
    await pause(settings.durationMs);
    run.figures.latency = Object.assign(new Histogram(), figures.latency);
  },

  figures: (run) => {
    const { deaf } = run;
    const mb = (value) => value.toFixed(1);
    return {
      deaf,
      lines: [
        `deaf: ${deaf.subscribed} subscribed, ${deaf.most} at once; process + ${mb(deaf.peak.processMB)} MB, kernel memory of the server's sockets + ${mb(deaf.peak.kernelMB)} MB, together at most + ${mb(deaf.peak.bothMB)} MB; TCP memory of the whole machine, their own ends included, + ${mb(deaf.peak.allKernelMB)} MB`,
        `deaf: ${deaf.goneMs === null ? 'not all gone in time' : `all gone ${deaf.goneMs} ms after the first came (connecting took ${deaf.connectedMs} ms)`}; disconnects by reason: ${JSON.stringify(deaf.disconnects)}`,
        `others: p99 ${deaf.calm.p99} ms before, ${deaf.during.p99} ms meanwhile (p50 ${deaf.calm.p50} and ${deaf.during.p50}, max ${deaf.calm.max} and ${deaf.during.max})`,
      ],
    };
  },

  criteria(run, add) {
    const { deaf, settings, totals, figures } = run;
    add('deaf', deaf.subscribed === settings.deafClients && deaf.most >= settings.deafClients * 0.9, `${deaf.subscribed} of ${settings.deafClients} deaf clients subscribed, ${deaf.most} were there at once`);
    add('gone', deaf.goneMs !== null && deaf.goneMs <= deaf.deadlineMs, `all were gone after ${deaf.goneMs} ms, allowed ${deaf.deadlineMs}: connecting, ${fillMs / 1000} s to fill what the kernel takes, WS_SLOW_CLIENT_TIMEOUT, ${graceMs / 1000} s`);
    add('memory', deaf.peak.bothMB < settings.deafMemoryMB, `they cost ${deaf.peak.bothMB.toFixed(1)} MB of process and kernel memory together, allowed ${settings.deafMemoryMB}`);
    add('othersLive', figures.endsBy('4') + figures.endsBy('1') === 0 && totals.gaps.slow === 0, 'no other client was closed or got a gap');
    add('othersFast', deaf.during.p99 <= Math.max(slowest * deaf.calm.p99, 50), `the others' p99 was ${deaf.during.p99} ms, allowed ${slowest} times the ${deaf.calm.p99} ms before, or 50 ms`);
  },
};
