'use strict';

const fs = require('node:fs');
const path = require('node:path');

const scaleOutFile = path.join(__dirname, '..', '..', 'results', 'scale-out-2026-11-30.json');

/** What the page reckons with: of the plan (given), of this repository's measurements (measured), and what somebody has to choose (chosen). */
function inputs() {
  return {
    clients: 1_000_000,

    // The plan: its peak minute, its instance and price, its utilisation.
    messagesPerSecond: 30, // and 12 in its peak hour
    hourMessagesPerSecond: 12,
    shareOfChannels: 0.1, // 10 of 100
    cores: 1.8,
    memoryBytes: 1_792 * 1024 * 1024,
    maxConnections: 10_000,
    instanceCost: 12.23,
    targetUtilisation: 0.7,

    // loadtest/RESULTS.md, test 3: 15.7 % of 1.8 cores for 30,005 deliveries/s to 10,000 clients, all that the server does in it.
    secondsPerDelivery: (0.157 * 1.8) / 30_005,
    // loadtest/compare/results/2026-11-30-2.md: without any client; an idle client; bytes a message over many channels, payload 400.
    fixedBytes: 60.2e6,
    bytesPerClient: 434,
    bytesPerMessage: 486,
    // wsfanout plan: headers of Ethernet, IP and TCP, each delivery alone in its packet. A socket in the kernel: calibration.json.
    bytesPerPacket: 90,
    kernelBytesPerSocket: 4_096,
    // loadtest/README.md, "What a handshake costs": the rate reckons with the first, the second was measured on the direct way.
    secondsPerHandshake: 200e-6,
    secondsPerDirectHandshake: 119e-6,
    secondsPerTlsHandshake: 1e-3,

    // Settings, at their defaults.
    connectShare: 0.25,
    goodbyesPerSecond: 500,
    drainSeconds: 8,
    replaySeconds: 30,
    historyBytes: 64 * 1024 * 1024,
    burstBytes: 2 * 32 * 1024 * 1024,

    // Chosen: zones, any one of which may be lost; time until the balancer has seen a new server (two looks, two seconds apart) and it has started.
    zones: 3,
    startSeconds: 6,
    atATime: 0.1, // of the servers, in a hurried upgrade

    broker: brokerCosts(),
  };
}

/**
 * Of the measurement of several servers: what the cluster took with as many as were measured at most, and what each one more adds. That is
 * hardly to be told from nothing, so that the slope of one broker (whose runs differ least) and twice its error are taken: at most so much.
 */
function brokerCosts() {
  const { summary } = JSON.parse(fs.readFileSync(scaleOutFile, 'utf8'));
  const of = (broker) => summary.find((one) => one.broker === broker);
  const point = of('cluster').points.at(-1);
  const { brokerMicrosPerMessage, brokerRestCores } = of('single').costs;
  const most = ({ slope, slopeError }) => Math.max(0, slope) + 2 * slopeError;
  return {
    servers: point.servers,
    microsPerMessage: point.brokerMicrosPerMessage.median,
    restCores: point.brokerRestCores.median,
    microsForEach: most(brokerMicrosPerMessage),
    restCoresForEach: most(brokerRestCores),
  };
}

module.exports = { inputs };
