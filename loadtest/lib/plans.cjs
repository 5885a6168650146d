'use strict';

const { isPattern, compilePattern } = require('./names.cjs');
const { classOf } = require('./user-mix.cjs');

/**
 * What a client is subscribed to. Clients with the same names share one plan.
 * A *slot* is the client's index for a channel that concerns it; a pattern's slots appear as its channels do.
 */
class Plan {
  constructor(names) {
    this.names = names;
    this.exact = new Set(names.filter((name) => !isPattern(name)));
    this.patterns = names.filter(isPattern).map(compilePattern);
    this.slots = new Map(); // channel id → slot, or -1 when the channel doesn't concern the plan
    this.channels = []; // by slot
  }

  /** The slot of a channel, -1 when no subscription covers it. */
  slotOf(channel) {
    const known = this.slots.get(channel.id);
    if (known !== undefined) return known;
    const covered = this.exact.has(channel.name) || this.patterns.some((matches) => matches(channel.name));
    const slot = covered ? this.channels.push(channel) - 1 : -1;
    this.slots.set(channel.id, slot);
    return slot;
  }
}

/** Deals subscriptions to clients, the same ones for the same settings and seed. */
class Plans {
  constructor(settings) {
    this.settings = settings;
    this.shared = new Map();
  }

  forClient(index) {
    return this.of(this.namesFor(index));
  }

  of(names) {
    const key = names.join(',');
    let plan = this.shared.get(key);
    if (plan === undefined) {
      plan = new Plan(names);
      this.shared.set(key, plan);
    }
    return plan;
  }

  /** The class of users that the client belongs to, as an index; 0 when there are none. */
  classOf(index) {
    const classes = this.settings.userClasses;
    return classes.length === 0 ? 0 : classOf(classes, index);
  }

  namesFor(index) {
    const { channels, subscriptionMode, seed, userClasses } = this.settings;
    const channelsPerClient = userClasses[this.classOf(index)]?.channels ?? this.settings.channelsPerClient;
    if (channels.length === 0) return ['>'];
    let names;
    if (subscriptionMode === 'all') names = channels.slice();
    else if (subscriptionMode === 'single') names = [channels[index % channels.length]];
    else names = pick(channels, Math.min(channelsPerClient, channels.length), seed + index * 7919);
    if (this._usesPattern(index)) names[names.length - 1] = this._patternFor(index, names[names.length - 1]);
    return names;
  }

  _usesPattern(index) {
    const share = this.settings.patternShare / 100;
    return Math.floor((index + 1) * share + 1e-9) > Math.floor(index * share + 1e-9);
  }

  _patternFor(index, channel) {
    const { patterns } = this.settings;
    if (patterns.length > 0) return patterns[index % patterns.length];
    const last = channel.lastIndexOf('.');
    return channel.slice(0, last + 1) + (index % 2 === 0 ? '>' : '*');
  }
}

/** `count` different entries, drawn by a small seeded generator. */
function pick(list, count, seed) {
  const random = mulberry32(seed);
  const pool = list.slice();
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(random() * (pool.length - i));
    [pool[i], pool[j]] = [pool[j], pool[i]];
  }
  return pool.slice(0, count);
}

function mulberry32(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

module.exports = { Plan, Plans, pick, mulberry32 };
