'use strict';

/**
 * How many clients a server carries by these costs: idle + clients × (at rest + messages/s × share × delivery) + messages/s × message
 * reaches this part of the limit.
 * @param share part of the messages that a client gets
 */
function predictClients({ costs, cpuLimitCores, percent, messagesPerSecond, share }) {
  const budget = (cpuLimitCores * percent) / 100 - costs.idleCores - messagesPerSecond * costs.secondsPerMessage;
  const perClient = costs.secondsPerIdleClientSecond + messagesPerSecond * share * costs.secondsPerDelivery;
  return Math.max(0, Math.floor(budget / perClient));
}

/** By how much two figures differ, in percent of the second. */
function apartPercent(value, from) {
  return Number(((Math.abs(value - from) / from) * 100).toFixed(1));
}

module.exports = { predictClients, apartPercent };
