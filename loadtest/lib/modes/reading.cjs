'use strict';

/**
 * One window of the load as the modes look at it: flat, with what follows from the figures. The only place that knows the shape of a window.
 * CPU in cores and in percent of the server's limit, times in milliseconds, shares in percent. What is not known is null.
 */
function readWindow(window, asked = {}) {
  const { clients, publishing, server, generator } = window;
  const answered = server !== null && server !== undefined;
  return {
    seconds: window.seconds,
    clients: clients.subscribed,
    clientsAsked: asked.clients ?? clients.subscribed,
    lost: clients.lost ?? 0,
    refused: clients.refused ?? {},
    failed: clients.failed ?? {},
    connect: window.connect ?? null,
    messagesPerSecond: publishing.acknowledged / window.seconds,
    dueMessages: publishing.due,
    publishedPercent: publishing.due > 0 ? Math.min(100, (publishing.acknowledged / publishing.due) * 100) : 100,
    deliveriesPerSecond: window.deliveredPerSecond,
    gapsAnnounced: window.gapsAnnounced ?? 0,
    gapPercent: percentOf(window.gapsAnnounced ?? 0, window.delivered + (window.gapsAnnounced ?? 0)),
    latency: window.latency,
    p99Milliseconds: window.latency.count === 0 ? null : window.latency.p99,
    serverAnswered: answered,
    cpuCores: server?.cpuCores ?? null,
    cpuPercent: server?.cpuPercent ?? null,
    memoryBytes: server?.memoryBytes ?? null,
    tasks: server?.tasks ?? null,
    states: server?.states ?? {},
    generatorLagMilliseconds: generator.lagP99Ms ?? null,
    generatorCpuPercent: generator.cpuPercent ?? null,
    complaints: generator.complaints ?? [],
  };
}

/** Part of the window, in percent, in which the server was in another state than normal. */
function notNormalPercent(reading) {
  const total = Object.values(reading.states).reduce((sum, looks) => sum + looks, 0);
  return total === 0 ? 0 : ((total - (reading.states.normal ?? 0)) / total) * 100;
}

/** The state of the window that does most. */
function worstState(reading) {
  return ['paused', 'rejecting', 'normal'].find((state) => reading.states[state] > 0) ?? null;
}

function percentOf(part, whole) {
  return whole > 0 ? (part / whole) * 100 : 0;
}

module.exports = { readWindow, notNormalPercent, worstState };
