'use strict';

const { pause } = require('../../../lib/clock.cjs');
const { killing } = require('../killing.cjs');

/** Clients are moved between two servers at random, and must notice nothing: no loss, no duplicate, no inversion, no gap. */
module.exports = {
  name: 'moves',
  about: 'kills, drains and connection age move clients between two servers: nothing is lost, nothing comes twice, no gap is told',
  servers: 2,
  defaults: {},
  serverVariables: (settings) => ({
    WS_MAX_CONNECTION_AGE: `${settings.connectionAge}ms`,
    // Longer than the longest way back that the rules for clients allow.
    WS_REPLAY_MAX_AGE: '60s',
    WS_REPLAY_BUFFER_SIZE: '5000',
    JS_STREAM_MAX_AGE: '120s',
  }),

  async disturb(run) {
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), run.settings.durationMs);
    try {
      await Promise.all([pause(run.settings.durationMs, over.signal), killing(run, over.signal), draining(run, over.signal)]);
    } finally {
      clearTimeout(timer);
    }
  },

  criteria(run, add) {
    const { figures, totals, settings, installation, counts } = run;
    const gaps = totals.gaps.slow + totals.gaps.window + totals.gaps.upstream;
    add('noGap', gaps === 0 && totals.resets === 0, `${gaps} gaps and ${totals.resets} resets were announced, allowed 0 (slow ${totals.gaps.slow}, window ${totals.gaps.window}, upstream ${totals.gaps.upstream})`);
    const { recovered, notRecovered, elsewhere } = figures.resumes;
    add('recovered', notRecovered === 0 && recovered > 0, `${recovered} resumes were recovered, ${notRecovered} not, allowed 0; ${elsewhere} of all were on another server than before`);
    add('moved', figures.resumes.elsewhere > 0 || installation.doors.length < 2, `${elsewhere} resumes on another server, at least 1`);
    const wanted = (settings.durationMs / 1000) * settings.killRate * 0.25;
    add('kills', (counts.kills ?? 0) >= wanted, `${counts.kills ?? 0} connections were cut, at least ${Math.floor(wanted)}`);
    if (!installation.isOwn) return;
    const drained = figures.endsBy('4200');
    const bad = counts['drains that did not end with 0'] ?? 0;
    if (settings.durationMs > settings.drainEveryMs) add('drains', (counts.drains ?? 0) > 0 && drained > 0 && bad === 0, `${counts.drains ?? 0} drains sent ${drained} clients away with 4200, at least 1; ${bad} did not end with exit code 0`);
    const aged = figures.endsBy('4201');
    if (settings.durationMs > settings.connectionAge * 1.5) add('ages', aged > 0, `${aged} connections ended for their age (4201), at least 1`);
  },
};

async function draining(run, over) {
  const { servers } = run.installation;
  for (let turn = 0; servers.length > 0; turn++) {
    await pause(run.settings.drainEveryMs, over);
    if (over.aborted) return;
    const server = servers[turn % servers.length];
    const { how, ms } = await server.drain();
    run.count('drains');
    run.notes.push(`drain of server ${(turn % servers.length) + 1}: ${how} after ${ms} ms`);
    if (how !== 'exit code 0') run.count('drains that did not end with 0');
    await server.start();
  }
}
