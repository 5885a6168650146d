'use strict';

const { clockFrom } = require('../clock.cjs');
const { Groups } = require('../groups.cjs');
const { Ledger } = require('../ledger.cjs');
const { ProcessWatch } = require('../process-watch.cjs');
const { Publisher } = require('../publisher.cjs');
const { packChannel } = require('./account.cjs');
const { answerCalls, unpacked } = require('./calls.cjs');

// The process that publishes: alone, so that no reader disturbs the times at which messages are meant to leave.
let publisher = null;
let ledger = null;
let watch = null;

answerCalls({
  start({ settings, endpoint, run, epochBase }) {
    const clock = clockFrom(epochBase);
    const plain = unpacked(settings);
    const groups = new Groups(plain.shares);
    ledger = new Ledger((channel) => groups.indexOf(channel));
    watch = new ProcessWatch(clock);
    publisher = new Publisher({ settings: plain, endpoint: unpacked(endpoint), ledger, run, clock });
  },
  setRate({ rate }) {
    publisher.setRate(rate);
  },
  take() {
    return { publishing: publisher.take(), watch: watch.take() };
  },
  async stop() {
    await publisher.stop();
    return { lastAckedSeq: ledger.lastAckedSeq };
  },
  channels() {
    return { count: ledger.channels.length, overflowed: ledger.overflowed };
  },
  channel({ at }) {
    return packChannel(ledger.channels[at]);
  },
  leave() {
    watch.end();
  },
});
