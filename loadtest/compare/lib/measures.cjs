'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { Generator } = require('./generator.cjs');
const { judge } = require('./judgement.cjs');
const { Server } = require('./server.cjs');

const idleRate = 2; // messages a second while memory is read, so that connections are alive and not merely open
const leastHeard = 0.5; // of a few messages; the first may come before a client is subscribed, the last is under way
const longestMemorySeconds = 240;

/**
 * What a delivery costs the server and how long it takes, at one rate, to all clients.
 * @param place the `cores` of server and generator, and the `link` between them
 */
function measureCost(contestant, rate, settings, place) {
  return measureDeliveries(contestant, { rate }, settings.clients, settings, place);
}

/** The same with many channels, of which each client hears some. */
function measureSpread(contestant, settings, place) {
  return measureDeliveries(contestant, settings.spread, settings.idleClients, settings, place);
}

async function measureDeliveries(contestant, work, clients, settings, place) {
  return withServer(contestant, place, async (server) => {
    const generator = new Generator(place.cores.generator, {
      ...clientsOf(server, clients),
      ...publishingTo(server),
      ...work,
      size: settings.payloadBytes,
      'warm-up': settings.warmUpSeconds,
      seconds: settings.seconds,
      'server-pid': server.pid,
      'server-core': place.cores.server,
    }, place.link.entrance);
    const result = await generator.result;
    return { ...judge(result), result };
  });
}

/** Memory of the server without clients, with some and with all of the idle ones; the slope between is what a client costs. */
async function measureMemory(contestant, settings, place) {
  return withServer(contestant, place, async (server) => {
    const settle = () => sleep(settings.settleSeconds * 1000);
    await sleep(1000);
    const without = server.memoryBytes();
    const first = crowd(server, settings.clients, settings, place, { ...publishingTo(server), rate: idleRate });
    await first.waitUntilReady();
    await settle();
    const some = server.memoryBytes();
    const second = crowd(server, settings.idleClients - settings.clients, settings, place, {});
    await second.waitUntilReady();
    await settle();
    const all = server.memoryBytes();
    const results = await Promise.all([first.end(), second.end()]);
    const figures = {
      bytesPerClient: (all - some) / (settings.idleClients - settings.clients),
      megabytesWithout: without / 1e6,
      megabytesWithSome: some / 1e6,
    };
    return { figures, ...aliveness(results), result: { without, some, all, generators: results } };
  });
}

function crowd(server, clients, settings, place, publishing) {
  return new Generator(place.cores.generator, {
    ...clientsOf(server, clients),
    ...publishing,
    size: settings.payloadBytes,
    'connects-per-second': 2000,
    'warm-up': 0,
    seconds: longestMemorySeconds,
  }, place.link.entrance);
}

function clientsOf(server, clients) {
  return { host: server.address, port: server.port, path: server.contestant.path, subscribe: server.contestant.subscribe, clients };
}

function publishingTo(server) {
  return { publish: server.publish, 'publish-token': server.publishToken };
}

/** Memory of clients who have gone or hear nothing is nobody's. */
function aliveness(results) {
  const closed = results.reduce((sum, result) => sum + result.closed, 0);
  const deaf = results.some((result) => result.messages < leastHeard * result.clients * idleRate * result.seconds);
  const trouble = closed > 0 ? `${closed} idle clients were cut off` : 'idle clients heard less than half of what was published';
  return { disbelief: closed > 0 || deaf ? trouble : null, notes: [] };
}

async function withServer(contestant, { cores, link }, measure) {
  const server = await Server.start(contestant, link.address, cores.server);
  try {
    return await measure(server);
  } catch (error) {
    const said = server.lastLogLine();
    throw new Error(said === '' ? error.message : `${error.message} (the server's last words: ${said})`, { cause: error });
  } finally {
    await server.stop();
  }
}

module.exports = { measureCost, measureSpread, measureMemory };
