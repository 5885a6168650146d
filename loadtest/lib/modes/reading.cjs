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

/** Part of the window, in percent, in which the server was in another state than normal. */
function notNormalPercent(reading) {
  const total = sum(reading.states);
  return total === 0 ? 0 : ((total - (reading.states.normal ?? 0)) / total) * 100;
}

/** The state of the window that does most. */
function worstState(reading) {
  return ['paused', 'rejecting', 'normal'].find((state) => reading.states[state] > 0) ?? null;
}

function sum(counts) {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}

module.exports = { readWindow, notNormalPercent, worstState };
