'use strict';

/** The plan's classes of users and how many messages a second each gets. */
const plannedRates = Object.freeze({ casual: [0.2, 1], active: [1, 5], trader: [5, 20] });
const maxSubscriptions = 100; // a server's default limit

/**
 * How many channels a user of each class needs, so that its rate comes nearest to the middle of the plan's range: a channel carries
 * PUBLISH_RATE / CHANNELS messages a second (on average, when SHARES gives some more than others).
 * @returns {{classes: {name: string, percent: number, range: number[], channels: number, rate: number}[], problems: string[]}}
 */
function userClasses({ userMix, channels, publishRate, given }) {
  if (userMix.length === 0) return { classes: [], problems: [] };
  const problems = [];
  const unknown = userMix.find((one) => plannedRates[one.name] === undefined);
  if (unknown !== undefined) problems.push(`USER_MIX: there is no class "${unknown.name}"; there are ${Object.keys(plannedRates).join(', ')}`);
  if (publishRate === 0) problems.push('USER_MIX: subscriptions are derived from PUBLISH_RATE, which is 0');
  for (const name of ['SUBSCRIPTION_MODE', 'CHANNELS_PER_CLIENT']) {
    if (given.includes(name)) problems.push(`${name}: USER_MIX decides how many channels a client has`);
  }
  if (problems.length > 0) return { classes: [], problems };
  const perChannel = publishRate / channels.length;
  const classes = userMix.map(({ name, percent }) => {
    const range = plannedRates[name];
    const wanted = Math.round((range[0] + range[1]) / 2 / perChannel);
    const count = Math.max(1, Math.min(wanted, channels.length, maxSubscriptions));
    const rate = Number((count * perChannel).toPrecision(4));
    if (rate < range[0] || rate > range[1]) {
      problems.push(`USER_MIX: ${count} of ${channels.length} channels give a user of class ${name} ${rate} messages/s, the plan says ${range[0]} to ${range[1]}: `
        + `${rate < range[0] ? 'raise' : 'lower'} PUBLISH_RATE or have ${rate < range[0] ? 'fewer' : 'more'} CHANNELS`);
    }
    return { name, percent, range, channels: count, rate };
  });
  return { classes, problems };
}

const golden = (Math.sqrt(5) - 1) / 2;

/** The class of a client, as an index: in every stretch of clients the classes have about their shares. */
function classOf(classes, client) {
  let rest = ((client * golden) % 1) * 100;
  const at = classes.findIndex(({ percent }) => (rest -= percent) < 0);
  return at >= 0 ? at : classes.length - 1;
}

module.exports = { userClasses, classOf };
