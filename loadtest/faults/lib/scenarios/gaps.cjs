'use strict';

const { pause } = require('../../../lib/clock.cjs');

const awaySeconds = 8;
const calmMs = 4_000;
const restMs = 10_000;

/** The stream and the servers keep 5 s, and somebody is away for 8 s: what is lost must be told, and nothing else, to the exact number. */
module.exports = {
  name: 'gaps',
  about: 'a stream that keeps 5 s, and 8 s without intake, clients or broker: every missing message lies in a gap, every gap covers only missing ones',
  servers: 2,
  needsOwn: 'pauses servers and broker: it runs against servers of its own only',
  defaults: { CLIENTS: '200', DURATION: '120', KILL_RATE: '1' },
  serverVariables: () => ({
    WS_TEST_PAUSE: 'true',
    WS_REPLAY_MAX_AGE: '5s',
    WS_REPLAY_BUFFER_SIZE: '5000',
    JS_STREAM_MAX_AGE: '5s',
  }),

  // As long as the stream keeps messages.
  idMemoryMs: 5_000,

  async disturb(run) {
    const end = run.clock.now() + run.settings.durationMs;
    const faults = [pauseOne, clientsAway, pauseAll, brokerAway, pausedAndAway];
    // In an order drawn by lot, each once before any comes again.
    for (let waiting = []; run.clock.now() < end;) {
      if (waiting.length === 0) waiting = faults.slice().sort(() => run.random() - 0.5);
      await waiting.pop()(run);
      const calmUntil = run.clock.now() + calmMs;
      while (run.clock.now() < calmUntil) {
        await pause(1000 / Math.max(run.settings.killRate, 0.1));
        if (run.settings.killRate > 0) run.cutOne(run.draw(run.clients));
      }
    }
  },

  criteria(run, add) {
    const { totals } = run;
    const announced = totals.endToEnd.announced;
    add('announced', announced > 0, `${announced} of ${totals.endToEnd.owed} messages were announced as lost, each of them missing, at least 1: otherwise nothing was tried`);
    add('upstream', totals.gaps.upstream > 0, `${totals.gaps.upstream} gaps of the stream itself (upstream), at least 1`);
    add('window', totals.gaps.window > 0, `${totals.gaps.window} gaps of the history (window), at least 1`);
    add('noReset', totals.resets === 0, `${totals.resets} resets, allowed 0: it was the same stream all the time`);
  },
};

async function pauseOne(run) {
  run.count('pauses of one server');
  await run.draw(run.installation.servers).pause(awaySeconds);
  await pause(awaySeconds * 1000);
}

async function pauseAll(run) {
  run.count('pauses of all servers');
  await Promise.all(run.installation.servers.map((server) => server.pause(awaySeconds)));
  await pause(awaySeconds * 1000);
}

async function clientsAway(run) {
  run.count('absences of a third of the clients');
  const leaving = run.clients.filter(() => run.random() < 1 / 3);
  for (const client of leaving) client.stayAway();
  await pause(awaySeconds * 1000);
  for (const client of leaving) client.comeBack();
}

async function pausedAndAway(run) {
  await Promise.all([pauseOne(run), clientsAway(run)]);
}

/** The whole broker is away. Nothing is published meanwhile: its memory of ids is as short as the stream, a retry would be stored twice. */
async function brokerAway(run) {
  const { publisher, installation } = run;
  run.count('absences of the broker');
  publisher.rest();
  if (!(await run.until(() => publisher.inFlight === 0, restMs))) run.notes.push('publishes were still unanswered when the broker was stopped');
  await Promise.all(installation.servers.map((server) => server.pause(awaySeconds)));
  await installation.broker.stopAll();
  await pause(awaySeconds * 1000);
  installation.broker.startAll();
  await publisher.reachable();
  publisher.goOn();
}
