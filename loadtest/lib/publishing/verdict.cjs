'use strict';

/** What keeps a run from passing, a sentence each; none: it passed. */
function complaints(figures, settings) {
  return figures.flatMap((one) => {
    const what = `${one.mode} with ${one.clients} clients, ${one.size} bytes`;
    const reasons = Object.entries(one.failures).sort((a, b) => b[1] - a[1]).map(([reason, times]) => `${reason} (${times})`).join(', ');
    return [
      one.requests === 0 ? `${what}: nothing was answered` : null,
      one.successPercent < settings.successRate ? `${what}: ${one.successPercent.toFixed(3)} % stored, SUCCESS_RATE is ${settings.successRate}: ${reasons}` : null,
      one.messagesPerSecond < settings.minRate ? `${what}: ${Math.round(one.messagesPerSecond)} messages/s, MIN_RATE is ${settings.minRate}` : null,
      one.generator.isBottleneck && !settings.allowBusyGenerator ? `${what}: this program was busy ${one.generator.loopBusyPercent} % of the time, so the figure is its own and not the server's (ALLOW_BUSY_GENERATOR)` : null,
    ].filter((complaint) => complaint !== null);
  });
}

module.exports = { complaints };
