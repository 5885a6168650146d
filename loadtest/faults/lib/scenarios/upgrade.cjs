'use strict';

const { pause } = require('../../../lib/clock.cjs');
const { killing } = require('../killing.cjs');

const lookMs = 100;
const answerMs = 5_000;
// Clients that are between two connections when the server goes, killed or sent away a moment before: so many of a crowd, and of a small one under many kills.
const mostBetween = Object.freeze({ share: 0.1, clients: 24 });

/** The server behind nginx is replaced, in both ways of docs/OPERATING.md in turn, and its clients must notice nothing. */
module.exports = {
  name: 'upgrade',
  about: 'clients come by TLS through nginx, and the server behind it is upgraded: nothing is lost, nothing comes twice, no gap is told',
  servers: 2,
  running: 1, // at the start
  isBehindNginx: true,
  needsOwn: 'starts and stops servers behind an nginx of its own',
  defaults: { CLIENTS: '1000', PUBLISH_RATE: '100', KILL_RATE: '1', DRAIN_EVERY: '120', CONNECTION_AGE: '100', PROXY_SHARE: '0', BROKERS: '1', CONNECTION_TIMEOUT: '30000', SETTLE_TIMEOUT: '90' },
  serverVariables: (settings) => ({
    WS_TRUSTED_PROXIES: '127.0.0.1/32',
    WS_MAX_CONNECTION_AGE: `${settings.connectionAge}ms`,
    WS_DRAIN_TIMEOUT: '8s',
    // What the TLS of nginx and of this program affords too: so long is the window in which clients are told to come back.
    WS_CONNECT_RATE: '100',
    // Longer than the longest way back, on a busy machine too.
    WS_REPLAY_MAX_AGE: '5m',
    WS_REPLAY_BUFFER_SIZE: '5000',
    JS_STREAM_MAX_AGE: '10m',
  }),

  async disturb(run) {
    run.notes.push(run.installation.front.version);
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), run.settings.durationMs);
    try {
      await Promise.all([pause(run.settings.durationMs, over.signal), killing(run, over.signal), upgrading(run, over.signal)]);
    } finally {
      clearTimeout(timer);
    }
  },

  criteria(run, add) {
    const { figures, totals, settings, counts } = run;
    const gaps = totals.gaps.slow + totals.gaps.window + totals.gaps.upstream;
    add('noGap', gaps === 0 && totals.resets === 0, `${gaps} gaps and ${totals.resets} resets were announced, allowed 0 (slow ${totals.gaps.slow}, window ${totals.gaps.window}, upstream ${totals.gaps.upstream})`);
    const { recovered, notRecovered } = figures.resumes;
    add('recovered', notRecovered === 0 && recovered > 0, `${recovered} resumes were recovered, ${notRecovered} not, allowed 0`);
    const upgrades = (counts['upgrades beside'] ?? 0) + (counts['upgrades in place'] ?? 0);
    add('upgrades', upgrades > 0, `${upgrades} upgrades, at least 1`);
    const bad = counts['servers that did not end with 0'] ?? 0;
    const sentAway = figures.endsBy('4200');
    const wanted = Math.floor(upgrades * (settings.clients - Math.max(settings.clients * mostBetween.share, mostBetween.clients)));
    add('sentAway', sentAway >= wanted && bad === 0, `${sentAway} connections ended with 4200 in ${upgrades} upgrades, at least ${wanted}; ${bad} servers did not end with exit code 0`);
    const aged = figures.endsBy('4201');
    if (settings.durationMs > settings.connectionAge * 1.5) add('ages', aged > 0, `${aged} connections ended for their age (4201), at least 1`);
  },
};

async function upgrading(run, over) {
  let [old, next] = run.installation.servers;
  for (let turn = 0; ; turn++) {
    await pause(run.settings.drainEveryMs, over);
    if (over.aborted) return;
    if (turn % 2 === 0) {
      const readyMs = await next.start();
      // nginx asks both in turn: whoever comes next may be the first.
      const firstMs = await firstClient(next, over);
      await drained(run, old, 'upgrades beside', `the new one was ready after ${readyMs} ms and had a client after ${firstMs} ms more`);
      [old, next] = [next, old];
    } else {
      await drained(run, old, 'upgrades in place', 'then it was started again');
      const readyMs = await old.start();
      run.notes.push(`  ready again after ${readyMs} ms`);
    }
  }
}

async function firstClient(server, over) {
  const begun = Date.now();
  while (!over.aborted) {
    if (await clientsOf(server) > 0) break;
    await pause(lookMs, over);
  }
  return Date.now() - begun;
}

/** 0, too, where a crowd keeps others from being answered. */
async function clientsOf(server) {
  try {
    const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`, { signal: AbortSignal.timeout(answerMs) });
    return Number(/^ws_connections_current (\d+)/m.exec(await answer.text())?.[1] ?? 0);
  } catch {
    return 0;
  }
}

async function drained(run, server, what, more) {
  const { how, ms } = await server.drain();
  run.count(what);
  run.notes.push(`${what}: ${how} ${ms} ms after SIGTERM; ${more}`);
  if (how !== 'exit code 0') run.count('servers that did not end with 0');
}
