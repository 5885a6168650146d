'use strict';

const bitsPerByte = 8;
const mega = 1e6;
const monthSeconds = (365 / 12) * 86_400;
const leastReturnSeconds = 1;

/** One way to serve the crowd: so many clients a server at most. */
function reckon(i, mostClients) {
  const rate = i.messagesPerSecond * i.shareOfChannels;
  const wire = i.bytesPerMessage + i.bytesPerPacket;
  const servers = i.zones * Math.ceil(i.clients / mostClients / (i.zones - 1));
  const left = (servers * (i.zones - 1)) / i.zones;
  const clients = i.clients / servers;
  const clientsWhenLost = i.clients / left;
  const cores = (count) => count * rate * i.secondsPerDelivery;
  const connectRate = (i.connectShare * i.cores) / i.secondsPerHandshake;
  const tlsConnectRate = (i.connectShare * i.cores) / i.secondsPerTlsHandshake;
  const returnSeconds = Math.max(leastReturnSeconds, clients / connectRate);
  const stepSeconds = i.startSeconds + i.drainSeconds + returnSeconds;
  return {
    rate, wire, mostClients, servers, left, clients, clientsWhenLost, connectRate, tlsConnectRate, returnSeconds, stepSeconds,
    cpuPercent: (cores(clients) / i.cores) * 100,
    cpuPercentWhenLost: (cores(clientsWhenLost) / i.cores) * 100,
    memoryMB: (i.fixedBytes + clientsWhenLost * (i.bytesPerClient + i.kernelBytesPerSocket) + i.historyBytes + i.burstBytes) / mega,
    megabits: (clients * rate * wire * bitsPerByte) / mega,
    megabitsWhenLost: (clientsWhenLost * rate * wire * bitsPerByte) / mega,
    zoneBackSeconds: i.clients / i.zones / (left * connectRate),
    zoneBackTlsSeconds: i.clients / i.zones / (left * tlsConnectRate),
    allBackSeconds: clients / connectRate,
    goodbyeSeconds: Math.min(clients / i.goodbyesPerSecond, (i.drainSeconds - 1) / 2),
    arrivalsPerSecond: clients / (servers - 1) / returnSeconds,
    upgradeMinutes: (servers * stepSeconds) / 60,
    hurriedMinutes: (Math.ceil(1 / i.atATime) * stepSeconds) / 60,
    brokerPercent: brokerCores(i.broker, servers, i.messagesPerSecond) * 100,
    brokerFullAt: messagesForOneCore(i.broker, servers),
    costPerMonth: servers * i.instanceCost,
  };
}

/** How many clients one server carries by the CPU, at the target utilisation. */
function clientsByCpu(i) {
  return Math.floor((i.cores * i.targetUtilisation) / (i.messagesPerSecond * i.shareOfChannels * i.secondsPerDelivery));
}

/** What the same takes of the network in all, and in a month at the rate of the peak hour. */
function network(i) {
  const wire = i.bytesPerMessage + i.bytesPerPacket;
  const perSecond = (messages) => i.clients * messages * i.shareOfChannels * wire;
  return { gigabits: (perSecond(i.messagesPerSecond) * bitsPerByte) / 1e9, terabytesAMonth: (perSecond(i.hourMessagesPerSecond) * monthSeconds) / 1e12 };
}

/** Servers are restarted in turn, each one's clients spread over all the others: some are moved again. Connections a client, on average. */
function movesInTurn(servers) {
  const moves = new Array(servers).fill(0);
  let later = 0;
  for (let k = servers - 1; k >= 0; k--) {
    moves[k] = 1 + later / (servers - 1);
    later += moves[k];
  }
  return later / servers;
}

function brokerCores(broker, servers, messagesPerSecond) {
  return restOf(broker, servers) + (messagesPerSecond * microsOf(broker, servers)) / mega;
}

/** Messages a second at which the brokers take one core together. */
function messagesForOneCore(broker, servers) {
  return ((1 - restOf(broker, servers)) * mega) / microsOf(broker, servers);
}

function restOf(broker, servers) {
  return broker.restCores + (servers - broker.servers) * broker.restCoresForEach;
}

function microsOf(broker, servers) {
  return broker.microsPerMessage + (servers - broker.servers) * broker.microsForEach;
}

module.exports = { reckon, clientsByCpu, network, movesInTurn, brokerCores, messagesForOneCore };
