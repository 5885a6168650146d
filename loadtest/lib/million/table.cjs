'use strict';

const { reckon, clientsByCpu, network, movesInTurn } = require('./reckoning.cjs');

/** The page as Markdown: a line each, with its formula, for the plan's bound of clients and for what was measured. */
function table(i) {
  const byCpu = clientsByCpu(i);
  const ways = [reckon(i, i.maxConnections), reckon(i, byCpu)];
  const [any] = ways;
  const b = i.broker;
  const { gigabits, terabytesAMonth } = network(i);
  const micros = (seconds) => one(seconds * 1e6);
  const row = (what, formula, cell) => `| ${what} | ${formula} | ${ways.map(cell).join(' | ')} |`;
  const same = (what, formula, cell) => `| ${what} | ${formula} | ${cell} | the same |`;
  const both = (a, b, read) => (way) => `${read(way[a])}, ${read(way[b])}`;
  const zones = 'all zones, one lost';
  return [
    '| | formula | the plan\'s 10,000 clients a server | as many as two cores carry |',
    '|---|---|---:|---:|',
    same('deliveries a second', `${whole(i.clients)} × ${i.messagesPerSecond}/s × 10 of 100 channels`, whole(i.clients * any.rate)),
    row('clients a server, at most', `given; (${i.cores} cores × ${i.targetUtilisation * 100} %) / (${any.rate}/s × ${micros(i.secondsPerDelivery)} µs)`, (way) => whole(way.mostClients)),
    row('servers', `${i.zones} zones × ⌈clients / most / ${i.zones - 1}⌉: ${i.zones - 1} zones carry all`, (way) => whole(way.servers)),
    row('clients a server', `clients / servers; ${zones}`, both('clients', 'clientsWhenLost', whole)),
    row(`CPU of a server, % of ${i.cores} cores`, `its clients × ${any.rate}/s × ${micros(i.secondsPerDelivery)} µs / ${i.cores}; ${zones}`, both('cpuPercent', 'cpuPercentWhenLost', whole)),
    row('memory of a server, MB, one zone lost', `${one(i.fixedBytes / 1e6)} + clients × (${i.bytesPerClient} + ${whole(i.kernelBytesPerSocket)}) bytes + history ${whole(i.historyBytes / 1e6)} + burst ${whole(i.burstBytes / 1e6)}, both full`, (way) => whole(way.memoryMB)),
    row('network of a server, Mbit/s', `its clients × ${any.rate}/s × (${i.bytesPerMessage} + ${i.bytesPerPacket}) bytes × 8; ${zones}`, both('megabits', 'megabitsWhenLost', whole)),
    same('network in all', `clients × ${any.rate}/s × ${any.wire} bytes; a month at ${i.hourMessagesPerSecond}/s, the peak hour's`, `${one(gigabits)} Gbit/s; ${whole(terabytesAMonth)} TB`),
    same('let in a second, a server', `a quarter of ${i.cores} cores / ${micros(i.secondsPerHandshake)} µs (with TLS here / 1 ms)`, `${whole(any.connectRate)} (${whole(any.tlsConnectRate)})`),
    row('a zone is lost: its clients are in again after, s', 'a third of the clients / (servers left × rate); with TLS here', both('zoneBackSeconds', 'zoneBackTlsSeconds', one)),
    row('everybody comes at once: in again after, s', 'clients of a server / rate', (way) => one(way.allBackSeconds)),
    same('CPU of that herd in all, core-seconds', `clients × ${micros(i.secondsPerDirectHandshake)} µs as measured; × ${micros(i.secondsPerHandshake)} µs as reckoned with`, `${whole(i.clients * i.secondsPerDirectHandshake)}; ${whole(i.clients * i.secondsPerHandshake)}`),
    row('one server drains: goodbyes over, s; told to be back within, s', `the lesser of clients / ${i.goodbyesPerSecond} and (${i.drainSeconds} − 1) / 2; clients / rate, at least 1`, both('goodbyeSeconds', 'returnSeconds', one)),
    row('so each other server gets, clients a second', `clients / (servers − 1) / the latter; it lets in ${whole(any.connectRate)}`, (way) => one(way.arrivalsPerSecond)),
    row('upgrade of all, one at a time, minutes', `servers × (start and two looks ${i.startSeconds} + drain ${i.drainSeconds} + returns)`, (way) => whole(way.upgradeMinutes)),
    row(`the same, a tenth of them at a time, minutes`, '10 × the same', (way) => one(way.hurriedMinutes)),
    row('times a client is moved in it, on average', 'each server\'s clients go evenly to all others, restarted already or not', (way) => movesInTurn(way.servers).toFixed(2)),
    row('CPU of a cluster of three brokers, % of a core, all three', `${one(b.restCores * 100)} % + ${i.messagesPerSecond}/s × ${whole(b.microsPerMessage)} µs with ${b.servers} servers; at most ${two(b.restCoresForEach * 100)} % + ${i.messagesPerSecond}/s × ${one(b.microsForEach)} µs for each one more`, (way) => one(way.brokerPercent)),
    row('messages a second at which they take one core', '(1 core − rest) / µs a message', (way) => (way.brokerFullAt > 0 ? whole(way.brokerFullAt) : 'at rest')),
    row('money a month, servers alone', `servers × ${i.instanceCost}`, (way) => whole(way.costPerMonth)),
    '',
  ].join('\n');
}

function whole(value) {
  return Math.round(value).toLocaleString('en-GB');
}

function one(value) {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 1 });
}

function two(value) {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 2 });
}

module.exports = { table };
