'use strict';

const mostGeneratorShare = 0.9; // of its core; beyond, nobody can say whose delay was measured
const leastMade = 0.98;
const mostForeignShare = 0.1; // of the server's core, taken by other programs

/**
 * What the generator's figures say of the server.
 * @returns {{figures: object, disbelief: string | null, notes: string[]}} with `disbelief` the figures are not to be used
 */
function judge(result) {
  const due = (result.clients * result.rate * result.seconds * result.subscriptions) / result.channels;
  const made = result.messages / due;
  const fellBehind = made < leastMade;
  const latency = (microseconds) => (fellBehind || result.latencyMicroseconds.samples === 0 ? null : microseconds / 1000);
  const figures = {
    deliveriesPerCpuSecond: result.serverCpuSeconds > 0 ? result.messages / result.serverCpuSeconds : null,
    serverShare: result.serverCpuSeconds / result.seconds,
    foreignShare: Math.max(0, result.coreBusySeconds - result.serverCpuSeconds) / result.seconds,
    made,
    p50: latency(result.latencyMicroseconds.p50),
    p99: latency(result.latencyMicroseconds.p99),
    p999: latency(result.latencyMicroseconds.p999),
    messagesPerFrame: result.frames > 0 ? result.messages / result.frames : null,
    bytesPerMessage: result.messages > 0 ? result.bytes / result.messages : null,
  };
  return { figures, disbelief: disbelief(result), notes: notes(result) };
}

function disbelief(result) {
  const { cpuShare, wantedShare } = result.generator;
  const percent = (share) => `${(share * 100).toFixed(1)} %`;
  if (Math.max(cpuShare, wantedShare) > mostGeneratorShare) {
    return `the generator was the bottleneck: its reader wanted ${percent(wantedShare)} of the core, all of it took ${percent(cpuShare)}`;
  }
  if (result.messages === 0) return 'no message arrived';
  return null;
}

function notes(result) {
  const said = [];
  if (result.closed > 0) said.push(`${result.closed} of ${result.clients} clients were cut off: ${result.trouble}`);
  if (result.publisher.refused > 0) said.push(`${result.publisher.refused} publishes were refused: ${result.trouble}`);
  return said;
}

module.exports = { judge, leastMade, mostForeignShare };
