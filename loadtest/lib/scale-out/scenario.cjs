'use strict';

const { pause } = require('../clock.cjs');
const { LeafBroker } = require('./leaf-broker.cjs');
const { threadTimes, cpuSeconds, machineSeconds } = require('./cpu-times.cjs');

const allBackMs = 60_000;

/** What servers read the stream from. */
const brokers = Object.freeze({
  single: { nodes: 1, text: 'one broker' },
  cluster: { nodes: 3, text: 'a cluster of three, three replicas' },
  leaf: { nodes: 1, text: 'a mirror on a leaf node, the stream on the hub', start: LeafBroker.start, variables: { JS_STREAM_ENSURE: 'false' } },
});

/**
 * N servers on one stream, clients spread evenly. First nothing is broken: what brokers and servers take of the CPU under load and at rest.
 * Then everybody is moved, and every server restarted in turn, while messages flow.
 */
function scaleScenario(broker, servers, settings) {
  return {
    name: 'scale',
    servers,
    defaults: {},
    startBroker: brokers[broker].start,
    serverVariables: () => ({
      // Longer than the longest way back that the rules for clients allow.
      WS_REPLAY_MAX_AGE: '60s',
      WS_REPLAY_BUFFER_SIZE: '5000',
      JS_STREAM_MAX_AGE: '120s',
      ...brokers[broker].variables,
    }),

    /** Evenly at first, and away from where one was. */
    choose(run, client) {
      const { length } = run.installation.doors;
      if (client.door === null) return client.index % length;
      return (client.door.server + 1 + Math.floor(client.random() * Math.max(1, length - 1))) % length;
    },

    async disturb(run) {
      await pause(settings.warmUpMs);
      const hold = await measured(run, settings.holdMs);
      run.publisher.rest();
      await run.until(() => run.publisher.inFlight === 0, allBackMs);
      const rest = await measured(run, settings.restMs);
      run.publisher.goOn();
      await moveAll(run, settings.movesMs);
      if (servers > 1) await restartInTurn(run);
      run.scale = { hold, rest };
    },

    criteria(run, add) {
      const { figures, totals, counts } = run;
      const gaps = totals.gaps.slow + totals.gaps.window + totals.gaps.upstream;
      add('noGap', gaps === 0 && totals.resets === 0, `${gaps} gaps and ${totals.resets} resets were announced, allowed 0`);
      const { recovered, notRecovered, elsewhere } = figures.resumes;
      add('recovered', notRecovered === 0 && recovered >= run.clients.length, `${recovered} resumes were recovered, at least ${run.clients.length}; ${notRecovered} not, allowed 0`);
      if (servers === 1) return;
      add('moved', elsewhere >= run.clients.length, `${elsewhere} resumes were on another server than before, at least ${run.clients.length}`);
      const bad = counts['drains that did not end with 0'] ?? 0;
      add('drains', counts.drains === servers && bad === 0, `${counts.drains ?? 0} of ${servers} servers were drained and started again, ${bad} did not end with exit code 0`);
    },

    figures: (run) => ({ scale: run.scale }),
  };
}

/** What was taken and done in so much time. Cores: CPU seconds a second. */
async function measured(run, ms) {
  const before = look(run);
  await pause(ms);
  const after = look(run);
  const seconds = (after.at - before.at) / 1000;
  const cores = Object.fromEntries([...after.times].map(([name, times]) => [name, cpuSeconds(before.times.get(name), times) / seconds]));
  const of = (names) => Object.fromEntries(names.map((name) => [name, rounded(cores[name])]));
  return {
    seconds: rounded(seconds),
    published: after.published - before.published,
    delivered: after.delivered - before.delivered,
    brokers: of(run.installation.broker.nodes.map((node) => node.name)),
    servers: of(run.installation.servers.map((_, i) => serverName(i))),
    generator: rounded(cores.generator),
    others: rounded(Math.max(0, (after.machine - before.machine) / seconds - Object.values(cores).reduce((sum, one) => sum + one, 0))),
  };
}

function look({ clock, publisher, figures, installation }) {
  const times = new Map();
  for (const node of installation.broker.nodes) times.set(node.name, threadTimes(node.child.pid));
  installation.servers.forEach((server, i) => times.set(serverName(i), threadTimes(server.pid)));
  times.set('generator', threadTimes('self'));
  return { at: clock.now(), machine: machineSeconds(), published: publisher.acknowledged, delivered: figures.messages, times };
}

function serverName(i) {
  return `s${i + 1}`;
}

/** Everybody is cut once, evenly over the time, in an order drawn by lot. */
async function moveAll(run, ms) {
  const order = [...run.clients];
  for (let i = order.length - 1; i > 0; i--) {
    const other = Math.floor(run.random() * (i + 1));
    [order[i], order[other]] = [order[other], order[i]];
  }
  const begun = run.clock.now();
  for (let i = 0; i < order.length; i++) {
    await pause(Math.max(0, begun + (ms * i) / order.length - run.clock.now()));
    run.cutOne(order[i]);
  }
  await allBack(run);
}

/** An upgrade of all servers, one after the other: its clients go to the others, who are served on. */
async function restartInTurn(run) {
  for (const [i, server] of run.installation.servers.entries()) {
    const { how, ms } = await server.drain();
    run.count('drains');
    if (how !== 'exit code 0') run.count('drains that did not end with 0');
    run.notes.push(`server ${i + 1} drained: ${how} after ${ms} ms`);
    await server.start();
    await allBack(run);
  }
}

/** Whoever does not come back is named by the criterion `everybodyBack` at the end. */
function allBack(run) {
  return run.until(() => run.clients.every((client) => client.state === 'live' || client.state === 'done'), allBackMs);
}

function rounded(value) {
  return Number(value.toFixed(5));
}

module.exports = { brokers, scaleScenario };
