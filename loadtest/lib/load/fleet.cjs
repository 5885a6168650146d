'use strict';

const { packed } = require('./calls.cjs');
const { Peer } = require('./peer.cjs');

/** The processes of a load: those that hold clients and the one that publishes. */
class Fleet {
  /** @param common what every process is told at its start: settings, run, epochBase */
  constructor(common) {
    this.common = { ...common, settings: packed(common.settings) };
    this.crowds = [];
    this.publisher = null;
  }

  get peers() {
    return this.publisher === null ? this.crowds : [...this.crowds, this.publisher];
  }

  async startCrowds(count, endpoint, sources) {
    this.crowds = Array.from({ length: count }, (_, i) => new Peer(`clients ${i + 1}`, 'crowd-process.cjs'));
    await this.all('start', () => ({ ...this.common, endpoint: packed(endpoint), sources }));
  }

  async startPublisher(endpoint) {
    this.publisher = new Peer('publisher', 'publisher-process.cjs');
    await this.publisher.call('start', { ...this.common, endpoint: packed(endpoint) });
  }

  /** Calls all processes with clients. @param {(index: number) => object} argsOf */
  all(name, argsOf = () => ({})) {
    return Promise.all(this.crowds.map((peer, index) => peer.call(name, argsOf(index))));
  }

  async end() {
    await Promise.all(this.peers.map((peer) => peer.end()));
  }
}

/** Ledgers of all processes into the account, and back to each what it doesn't know. Channel by channel: only one is on its way at a time. */
async function uniteLedgers(fleet, account) {
  if (fleet.publisher !== null) await eachChannel(fleet.publisher, account, (packedChannel) => account.acknowledged(packedChannel));
  const lengths = [];
  for (const peer of fleet.crowds) {
    const known = new Map();
    await eachChannel(peer, account, (packedChannel) => {
      known.set(packedChannel.name, packedChannel.seqs.length);
      account.seen(packedChannel);
    });
    lengths.push(known);
  }
  account.check();
  if (account.overflowed) return;
  for (const [index, peer] of fleet.crowds.entries()) {
    for (const { name } of account.ledger.channels) {
      const seqs = account.moreThan(name, lengths[index].get(name) ?? 0);
      if (seqs !== null) await peer.call('learn', { name, seqs });
    }
  }
}

async function eachChannel(peer, account, take) {
  const { count, overflowed } = await peer.call('channels');
  if (overflowed) account.overflowed = true;
  for (let at = 0; at < count && !account.overflowed; at++) take(await peer.call('channel', { at }));
}

module.exports = { Fleet, uniteLedgers };
