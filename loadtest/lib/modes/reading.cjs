'use strict';

/**
 * One window of the load as the modes look at it: flat, with what follows from the figures. The only place that knows the shape of a window.
 * CPU in cores and in percent of the server's limit, times in milliseconds, shares in percent. What is not known is null.
 */
function readWindow(window, asked = {}) {
  const { clients, connecting, publishing, server, generator, latency } = window;
  const gapsAnnounced = sum(server.dropped ?? {});
  const perSecond = (count) => (window.seconds > 0 ? count / window.seconds : 0);
  return {
    seconds: window.seconds,
    clients: clients.subscribed,
    clientsAsked: asked.clients ?? clients.target,
    lost: clients.lost,
    refused: clients.refused,
    failed: clients.failed,
    connects: connecting.subscribed,
    connectP99Milliseconds: connecting.ready.p99,
    messagesPerSecond: perSecond(publishing.acknowledged),
    dueMessages: publishing.due,
    publishedPercent: publishing.due > 0 ? Math.min(100, (publishing.acknowledged / publishing.due) * 100) : 100,
    deliveriesPerSecond: window.deliveredPerSecond,
    gapsAnnounced,
    gapPercent: window.delivered + gapsAnnounced > 0 ? (gapsAnnounced / (window.delivered + gapsAnnounced)) * 100 : 0,
    latency,
    p99Milliseconds: latency.count === 0 ? null : latency.p99,
    serverAnswered: server.looks > 0,
    cpuCores: server.cpuCores ?? null,
    cpuPercent: server.cpuPercent?.mean ?? null,
    memoryBytes: server.memoryBytes?.max ?? null,
    tasks: server.tasks?.max ?? null,
    states: server.states ?? {},
    complaints: generator.complaints,
  };
}

/** Part of the window, in percent, in which the server's intake paused. */
function pausedPercent(reading) {
  const total = sum(reading.states);
  return total === 0 ? 0 : ((reading.states.paused ?? 0) / total) * 100;
}

/** CPU of the window itself in percent of the limit, where that is known: what the server tells is smoothed, and late. */
function cpuPercentOf(reading, cpuLimitCores) {
  return reading.cpuCores !== null && cpuLimitCores > 0 ? (reading.cpuCores / cpuLimitCores) * 100 : reading.cpuPercent;
}

/** The state of the window that does most. */
function worstState(reading) {
  return ['paused', 'rejecting', 'normal'].find((state) => reading.states[state] > 0) ?? null;
}

function sum(counts) {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}

module.exports = { readWindow, pausedPercent, cpuPercentOf, worstState };
