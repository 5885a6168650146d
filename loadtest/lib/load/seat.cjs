'use strict';

const { clockFrom } = require('../clock.cjs');
const { Crowd } = require('../crowd.cjs');
const { Decoder } = require('../decoder.cjs');
const { Faults } = require('../faults.cjs');
const { Figures } = require('../figures.cjs');
const { Groups } = require('../groups.cjs');
const { Ledger } = require('../ledger.cjs');
const { Plans } = require('../plans.cjs');
const { ProcessWatch } = require('../process-watch.cjs');
const { loadRules } = require('../rules.cjs');
const { packChannel } = require('./account.cjs');
const { unpacked } = require('./calls.cjs');

const lateMs = 60_000; // by so much our publisher's clock may run ahead of what was told, before a number of ours is a lie

/** What stands in one process with clients: the crowd, the ledger of what it was given, the counts. Its methods are the coordinator's calls. */
class Seat {
  static calls = ['start', 'grow', 'halt', 'shrink', 'churn', 'publishing', 'take', 'stopTrying', 'settle', 'abort', 'channels', 'channel', 'learn', 'decide', 'leave'];

  async start({ settings: given, endpoint, sources, run, epochBase }) {
    const settings = unpacked(given);
    this.settings = settings;
    this.clock = clockFrom(epochBase);
    this.watch = new ProcessWatch(this.clock);
    const groups = new Groups(settings.shares);
    this.groups = groups;
    this.ledger = new Ledger((channel) => groups.indexOf(channel));
    this.ledger.canBeOurs = (_, number) => number < this._mostPublished();
    this.rates = []; // {at, rate} of our publisher
    this.faults = new Faults();
    this.figures = new Figures(this.clock, groups.names.length, Math.max(1, settings.userClasses.length));
    this.stopping = new AbortController();
    const plain = unpacked(endpoint);
    const endpoints = sources.map((localAddress) => (localAddress === null ? plain : { ...plain, localAddress }));
    const { Backoff } = await loadRules();
    this.crowd = new Crowd({
      endpointFor: (number) => endpoints[number % endpoints.length],
      decoder: new Decoder(this.ledger, run, settings.publishSize, this.faults),
      faults: this.faults, figures: this.figures, plans: new Plans(settings), settings, clock: this.clock, Backoff,
    });
  }

  grow({ first, end, step, ratePerSecond, delayMs }) {
    const numbers = [];
    for (let number = first; number < end; number += step) numbers.push(number);
    return this.crowd.grow(numbers, ratePerSecond, delayMs);
  }

  halt() {
    this.crowd.halt();
  }

  /** Lets everybody from the number `from` on go. */
  shrink({ from }) {
    return this.crowd.shrink([...this.crowd.places.keys()].filter((number) => number >= from));
  }

  churn({ perSecond }) {
    this.crowd.churn(perSecond);
  }

  /** Our publisher goes on at this rate: what bounds the numbers that can be ours. */
  publishing({ rate }) {
    this.rates.push({ at: this.clock.epoch(), rate });
  }

  /** Everything since the last call. */
  take() {
    return { figures: this.figures.take(), watch: this.watch.take(), census: this._census(), faults: this.faults.total };
  }

  stopTrying() {
    this.crowd.stopTrying();
  }

  settle({ target, timeoutMs }) {
    return this.crowd.settle(target, timeoutMs, this.stopping.signal);
  }

  /** Ends settling under way. */
  abort() {
    this.stopping.abort();
  }

  channels() {
    return { count: this.ledger.channels.length, overflowed: this.ledger.overflowed };
  }

  channel({ at }) {
    return packChannel(this.ledger.channels[at]);
  }

  /** What all processes together know of a channel. */
  learn({ name, seqs }) {
    this.ledger.channel(name).replace(seqs);
  }

  /** Measures every client by the ledger: whoever is connected owes everything up to `target`, who is not, all up to the last thing it got. */
  decide({ target, overflowed }) {
    const total = { owed: 0, lost: 0, announced: 0, decided: !overflowed && this.crowd.forgotten === 0, gotIn: 0 };
    const groups = this.groups.names.map(() => ({ owed: 0, lost: 0, announced: 0 }));
    const settle = (receipts, upTo) => {
      const one = receipts.settle(this.ledger, upTo, (channel, figures) => add(groups[channel.group], figures));
      add(total, one);
      if (receipts.undecided) total.decided = false;
    };
    for (const client of this.crowd.places.values()) {
      if (client.receipts === null) continue;
      total.gotIn++;
      settle(client.receipts, client.state === 'subscribed' && !client.leaving ? target : 0);
    }
    for (const receipts of this.crowd.departed) settle(receipts, 0);
    return { total, groups, faults: { counts: this.faults.counts, examples: this.faults.examples } };
  }

  async leave() {
    await this.crowd.leave();
    this.watch.end();
  }

  _census() {
    const census = this.crowd.census();
    const classes = this.figures.classDeliveries.map(() => 0);
    let unable = 0; // kept out by what this machine lacks
    for (const client of this.crowd.places.values()) {
      if (client.state === 'subscribed') classes[client.userClass]++;
      else if (client.receipts === null && client.isUnable) unable++;
    }
    return { ...census, classes, unable };
  }

  _mostPublished() {
    let most = 0;
    this.rates.forEach(({ at, rate }, i) => {
      const until = this.rates[i + 1]?.at ?? this.clock.epoch();
      most += (rate * (until - at + lateMs)) / 1000 + 1;
    });
    return most;
  }
}

function add(total, one) {
  for (const name of ['owed', 'lost', 'announced']) total[name] += one[name];
}

module.exports = { Seat };
