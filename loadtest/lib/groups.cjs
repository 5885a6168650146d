'use strict';

/**
 * Groups of channels whose figures are told apart (SHARES): a group is the channel of its name and all that begin with the name and a dot.
 * Without shares everything is one group; with them, what belongs to none is the last group.
 */
class Groups {
  /** @param {{name: string, percent: number}[]} shares */
  constructor(shares) {
    this.shares = shares;
    this.names = shares.length === 0 ? ['all'] : [...shares.map((one) => one.name), 'others'];
  }

  indexOf(channel) {
    const at = this.shares.findIndex(({ name }) => covers(name, channel));
    return at >= 0 ? at : this.names.length - 1;
  }

  /** An object with what `of(index)` gives for each group; empty when nothing is told apart. */
  tell(of) {
    return this.shares.length === 0 ? {} : Object.fromEntries(this.names.map((name, index) => [name, of(index)]));
  }
}

function covers(group, channel) {
  return channel === group || channel.startsWith(`${group}.`);
}

const channelsInAll = 100; // as the demo has

/** Gives the groups channels of their own when CHANNELS names none. */
function completeWithShares(settings) {
  if (settings.shares.length === 0 || settings.given.includes('CHANNELS')) return;
  const each = Math.max(1, Math.floor(channelsInAll / settings.shares.length));
  settings.channels = settings.shares.flatMap(({ name }) => Array.from({ length: each }, (_, i) => `${name}.${i}`));
}

function groupProblems({ shares, channels, given, publishRate }) {
  if (shares.length === 0) return [];
  const problems = [];
  if (publishRate === 0) problems.push('SHARES: are shares of PUBLISH_RATE, which is 0');
  for (const { name } of shares) {
    if (!channels.some((channel) => covers(name, channel))) problems.push(`SHARES: CHANNELS names no "${name}" and nothing that begins with "${name}."`);
  }
  const outside = channels.find((channel) => !shares.some(({ name }) => covers(name, channel)));
  if (outside !== undefined && given.includes('CHANNELS')) problems.push(`SHARES: "${outside}" of CHANNELS is in none of the groups`);
  const twice = channels.find((channel) => shares.filter(({ name }) => covers(name, channel)).length > 1);
  if (twice !== undefined) problems.push(`SHARES: "${twice}" is in two groups`);
  return problems;
}

/** Deals messages to channels: groups by their shares, as evenly as can be, and the channels of a group in turn. */
class Turns {
  /** @param channels objects with a `name` */
  constructor(shares, channels) {
    const of = (name) => channels.filter((channel) => covers(name, channel.name));
    this.lanes = shares.length === 0 ? [{ percent: 100, channels }] : shares.map(({ name, percent }) => ({ percent, channels: of(name) }));
    this.lanes.forEach((lane) => Object.assign(lane, { credit: 0, dealt: 0 }));
  }

  next() {
    let chosen = this.lanes[0];
    for (const lane of this.lanes) {
      lane.credit += lane.percent;
      if (lane.credit > chosen.credit) chosen = lane;
    }
    chosen.credit -= 100;
    return chosen.channels[chosen.dealt++ % chosen.channels.length];
  }
}

module.exports = { Groups, Turns, completeWithShares, groupProblems };
