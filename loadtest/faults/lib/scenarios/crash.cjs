'use strict';

const { pause } = require('../../../lib/clock.cjs');

const calmMs = 5_000;
const backMs = 60_000;

/** `kill -9` of the server under load: its successor, on the same port, fills its history from the stream and resumes every client. */
module.exports = {
  name: 'crash',
  about: 'kill -9 of the server under load and a new start: every client resumes with recovered: true from the refilled history',
  servers: 1,
  needsOwn: 'kills the server: it runs against servers of its own only',
  defaults: { DURATION: '60', KILL_RATE: '0', CHANNELS_PER_CLIENT: '3' },
  serverVariables: () => ({ WS_REPLAY_MAX_AGE: '60s', WS_REPLAY_BUFFER_SIZE: '5000', JS_STREAM_MAX_AGE: '120s' }),

  async disturb(run) {
    const end = run.clock.now() + run.settings.durationMs;
    const [server] = run.installation.servers;
    run.crashes = [];
    do {
      await pause(Math.min(calmMs, run.settings.durationMs / 3));
      const before = run.liveClients();
      const { recovered, notRecovered } = run.figures.resumes;
      const begun = run.clock.now();
      await server.kill();
      run.count('crashes');
      const startMs = await server.start();
      const isBack = await run.until(() => before.every((client) => client.state === 'live'), backMs);
      const { resumes } = run.figures;
      const crash = { connected: before.length, recovered: resumes.recovered - recovered, notRecovered: resumes.notRecovered - notRecovered, readyMs: startMs, allBackMs: isBack ? Math.round(run.clock.now() - begun) : null };
      run.crashes.push(crash);
      run.notes.push(`crash ${run.crashes.length}: ${crash.connected} clients were connected, ready after ${startMs} ms, ${isBack ? `all live again after ${crash.allBackMs} ms` : 'not all came back'}; ${crash.recovered} recovered, ${crash.notRecovered} not`);
    } while (run.clock.now() < end);
  },

  figures: (run) => ({ crashes: run.crashes }),

  criteria(run, add) {
    const { crashes, totals, clients } = run;
    const gaps = totals.gaps.slow + totals.gaps.window + totals.gaps.upstream;
    add('crashes', crashes.length > 0 && crashes.every((crash) => crash.connected === clients.length), `${crashes.length} crashes with ${crashes.map((crash) => crash.connected).join(', ')} of ${clients.length} clients connected`);
    add('allBack', crashes.every((crash) => crash.allBackMs !== null), 'every client came back after every crash');
    const recovered = crashes.reduce((sum, crash) => sum + crash.recovered, 0);
    const wanted = crashes.reduce((sum, crash) => sum + crash.connected, 0);
    const not = crashes.reduce((sum, crash) => sum + crash.notRecovered, 0);
    add('recovered', recovered >= wanted && not === 0, `${recovered} of ${wanted} resumes were recovered, ${not} not`);
    add('noGap', gaps === 0 && totals.resets === 0, `${gaps} gaps and ${totals.resets} resets were announced, allowed 0`);
    add('caughtUp', run.figures.caughtUp > 0, `${run.figures.caughtUp} messages came from the history, at least 1`);
  },
};
