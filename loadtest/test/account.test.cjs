'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { Faults } = require('../lib/faults.cjs');
const { Ledger } = require('../lib/ledger.cjs');
const { Account, packChannel } = require('../lib/load/account.cjs');
const { mulberry32 } = require('../lib/plans.cjs');
const { Plan } = require('../lib/plans.cjs');
const { Receipts } = require('../lib/receipts.cjs');

/** One process: a ledger of its own, and clients that each get what `fate` lets through of a stream. */
class Process {
  constructor() {
    this.ledger = new Ledger();
    this.faults = new Faults();
    this.clients = [];
  }

  join(index, names) {
    this.clients.push(new Receipts(index, new Plan(names), 0, this.faults));
  }

  give(message, getsIt) {
    for (const client of this.clients) {
      const channel = this.ledger.channel(message.name);
      if (client.plan.slotOf(channel) < 0 || !getsIt(client, message)) continue;
      this.ledger.seen(channel, message.seq, message.own, message.own < 0 ? message.mark ?? 7 : 0);
      client.message({ channel, seq: message.seq, prev: 0, ts: 0 });
    }
  }

  decide(target) {
    const total = { owed: 0, lost: 0 };
    for (const client of this.clients) {
      const one = client.settle(this.ledger, target);
      total.owed += one.owed;
      total.lost += one.lost;
    }
    return total;
  }
}

function unite(processes, publisher) {
  const account = new Account(() => 0);
  if (publisher) for (const channel of publisher.channels) account.acknowledged(packChannel(channel));
  for (const { ledger } of processes) for (const channel of ledger.channels) account.seen(packChannel(channel));
  account.check();
  for (const { ledger } of processes) {
    for (const { name } of account.ledger.channels) {
      const more = account.moreThan(name, ledger.channel(name).length);
      if (more !== null) ledger.channel(name).replace(more);
    }
  }
  return account;
}

it('comes to the same in one process and in many, whoever got what', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = mulberry32(seed);
    const below = (limit) => Math.floor(random() * limit);
    const names = ['A.trade', 'B.trade', 'C.trade'];
    const publisher = new Ledger();
    const stream = Array.from({ length: 30 + below(100) }, (_, i) => ({ name: names[below(3)], seq: i + 1, own: -1 }));
    for (const message of stream.filter(() => below(2) === 0)) {
      const channel = publisher.channel(message.name);
      message.own = channel.published++;
      publisher.acknowledged(channel, message.seq, message.own);
    }
    const subscriptions = Array.from({ length: 6 }, () => names.filter(() => below(3) > 0)).map((list) => (list.length === 0 ? ['*.trade'] : list));
    const isLost = new Set(Array.from({ length: 20 }, () => `${below(6)} ${1 + below(stream.length)}`));
    const run = (count) => {
      const processes = Array.from({ length: count }, () => new Process());
      subscriptions.forEach((list, index) => processes[index % count].join(index, list));
      for (const message of stream) for (const one of processes) one.give(message, (client) => !isLost.has(`${client.clientIndex} ${message.seq}`));
      unite(processes, publisher);
      return processes.map((one) => one.decide(stream.length)).reduce((a, b) => ({ owed: a.owed + b.owed, lost: a.lost + b.lost }));
    };
    const alone = run(1);

    assert.deepEqual(run(2), alone, `seed ${seed}`);
    assert.deepEqual(run(5), alone, `seed ${seed}`);
    assert.ok(alone.owed > 0);
  }
});

it('finds what a whole process did not get, when another one did', () => {
  const [first, second] = [new Process(), new Process()];
  first.join(0, ['A.trade']);
  second.join(1, ['A.trade']);
  for (let seq = 1; seq <= 10; seq++) {
    first.give({ name: 'A.trade', seq, own: -1 }, () => seq !== 5);
    second.give({ name: 'A.trade', seq, own: -1 }, () => true);
  }
  unite([first, second]);

  assert.deepEqual(first.decide(10), { owed: 10, lost: 1 });
  assert.deepEqual(second.decide(10), { owed: 10, lost: 0 });
});

it('counts a publish that was stored twice once, whichever process saw which copy', () => {
  const seen = (...seqs) => {
    const ledger = new Ledger();
    for (const seq of seqs) ledger.seen(ledger.channel('A.trade'), seq, 0);
    return { ledger };
  };
  const publisher = new Ledger();
  publisher.channel('A.trade').published = 1;
  publisher.acknowledged(publisher.channel('A.trade'), 10, 0);

  for (const processes of [[seen(10, 11)], [seen(10), seen(11)], [seen(11, 10), seen(10, 11)], [seen(11), seen(11)]]) {
    assert.equal(unite(processes, publisher).ledger.storedTwice, 1);
  }
  assert.equal(unite([seen(10), seen(10)], publisher).ledger.storedTwice, 0);
});

it('finds a number that was never published, other bytes in another process, and a sequence number on two channels', () => {
  const process = (...messages) => {
    const ledger = new Ledger();
    for (const [name, seq, own, mark] of messages) ledger.seen(ledger.channel(name), seq, own, mark);
    return { ledger };
  };
  const publisher = new Ledger();
  publisher.channel('A.trade').published = 3;
  const corrupt = (...processes) => unite(processes, publisher).faults;

  assert.equal(corrupt(process(['A.trade', 5, 2, 0]), process(['A.trade', 5, 2, 0])).counts.corrupt, 0);
  assert.match(corrupt(process(['A.trade', 5, 3, 0])).examples.corrupt[0], /our number 3, which was never published/);
  assert.match(corrupt(process(['A.trade', 5, -1, 77]), process(['A.trade', 5, -1, 78])).examples.corrupt[0], /seq 5 on A\.trade differs from what a client of another process got/);
  assert.match(corrupt(process(['A.trade', 5, -1, 77]), process(['B.trade', 5, -1, 77])).examples.corrupt[0], /seq 5 is on A\.trade and B\.trade/);
});
