'use strict';

const { pause } = require('../../lib/clock.cjs');

/** Cuts connections, at times drawn by lot, whatever this program's timers do: late ones are made up for. */
async function killing(run, over) {
  const { settings, random, clients, clock } = run;
  for (let due = clock.now(); settings.killRate > 0;) {
    due += (-Math.log(1 - random()) * 1000) / settings.killRate;
    await pause(Math.max(0, due - clock.now()), over);
    if (over.aborted) return;
    if (random() * 100 < settings.replayShare) run.draw(clients).askReplay();
    const live = run.liveClients();
    if (live.length > 0) run.cutOne(run.draw(live));
  }
}

module.exports = { killing };
