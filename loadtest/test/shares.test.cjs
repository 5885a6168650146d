'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { Groups, Turns } = require('../lib/groups.cjs');
const { Plans } = require('../lib/plans.cjs');
const { readSettings } = require('../lib/settings.cjs');
const { against } = require('./run-load-test.cjs');

const shares = 'ethereum:40,boba:20,mantle:20,kava:20';

it('gives groups channels of their own, and each its share of the messages', () => {
  const { settings, problems } = readSettings({ SHARES: shares, PUBLISH_RATE: '100' });
  const turns = new Turns(settings.shares, settings.channels.map((name) => ({ name })));
  const dealt = Array.from({ length: 1000 }, () => turns.next().name);
  const of = (group, list = dealt) => list.filter((name) => name.startsWith(`${group}.`)).length;

  assert.deepEqual(problems, []);
  assert.equal(settings.channels.length, 100);
  assert.deepEqual(['ethereum', 'boba', 'mantle', 'kava'].map((group) => of(group)), [400, 200, 200, 200]);
  assert.deepEqual(['ethereum', 'boba', 'mantle', 'kava'].map((group) => of(group, dealt.slice(0, 10))), [4, 2, 2, 2], 'in every stretch');
  assert.equal(new Set(dealt).size, 100, 'all channels are in use');
});

it('a group is the channel of its name and what begins with the name and a dot', () => {
  const groups = new Groups([{ name: 'eth', percent: 50 }, { name: 'eth2.spot', percent: 50 }]);

  assert.deepEqual(['eth', 'eth.a.b', 'eth2.spot', 'eth2.spot.x', 'eth2', 'ether.a'].map((name) => groups.indexOf(name)), [0, 0, 1, 1, 2, 2]);
  assert.deepEqual(groups.tell((at) => at), { eth: 0, 'eth2.spot': 1, others: 2 });
  assert.deepEqual(new Groups([]).tell(() => 1), {});
});

it('refuses shares and mixes that can\'t be', () => {
  const problem = (env) => readSettings({ PUBLISH_RATE: '12', ...env }).problems.join('\n');

  assert.match(problem({ SHARES: 'a:40,b:50' }), /SHARES="a:40,b:50": the shares add up to 90 %, must be 100/);
  assert.match(problem({ SHARES: 'a:60,a:40' }), /must not name one twice/);
  assert.match(problem({ SHARES: 'a=100' }), /"a=100" is no name:percent/);
  assert.match(problem({ SHARES: 'a:100,b:0' }), /none with 0 %/);
  assert.match(problem({ SHARES: 'a:50,b:50', CHANNELS: 'a.x' }), /SHARES: CHANNELS names no "b" and nothing that begins with "b\."/);
  assert.match(problem({ SHARES: 'a:100', CHANNELS: 'a.x,c.x' }), /"c\.x" of CHANNELS is in none of the groups/);
  assert.match(problem({ SHARES: 'a:50,a.b:50', CHANNELS: 'a.b.c' }), /"a\.b\.c" is in two groups/);
  assert.match(problem({ SHARES: 'a:100', PUBLISH_RATE: '0' }), /SHARES: are shares of PUBLISH_RATE, which is 0/);
  assert.match(problem({ USER_MIX: 'casual:50,whale:50' }), /USER_MIX: there is no class "whale"; there are casual, active, trader/);
  assert.match(problem({ USER_MIX: 'casual:100', PUBLISH_RATE: '0' }), /USER_MIX: subscriptions are derived from PUBLISH_RATE, which is 0/);
  assert.match(problem({ USER_MIX: 'casual:100', CHANNELS_PER_CLIENT: '5' }), /CHANNELS_PER_CLIENT: USER_MIX decides/);
  assert.match(problem({ USER_MIX: 'casual:100', CHANNELS: 'a,b' }), /1 of 2 channels give a user of class casual 6 messages\/s, the plan says 0\.2 to 1: lower PUBLISH_RATE or have more CHANNELS/);
  assert.match(problem({ USER_MIX: 'trader:100', PUBLISH_RATE: '2' }), /100 of 100 channels give a user of class trader 2 messages\/s, the plan says 5 to 20: raise PUBLISH_RATE/);
});

it('deals classes of users by their shares, each with the channels that its rate takes', () => {
  const { settings, problems } = readSettings({ USER_MIX: 'casual:70,active:25,trader:5', PUBLISH_RATE: '12' });
  const plans = new Plans(settings);
  const counts = [0, 0, 0];
  for (let i = 0; i < 1000; i++) counts[plans.classOf(i)]++;

  assert.deepEqual(problems, []);
  assert.deepEqual(settings.userClasses.map(({ channels, rate }) => [channels, rate]), [[5, 0.6], [25, 3], [100, 12]]);
  counts.forEach((count, at) => assert.ok(Math.abs(count - settings.userClasses[at].percent * 10) <= 5, `${count}`));
  for (let i = 0; i < 50; i++) assert.equal(plans.namesFor(i).length, settings.userClasses[plans.classOf(i)].channels);
});

it('tells figures by group and by class', async () => {
  const grouped = await against({}, { CHANNELS: 'eth.{0..3},kava.{0..3}', SHARES: 'eth:75,kava:25', SUBSCRIPTION_MODE: 'all' });
  const mixed = await against({}, { CHANNELS: 'C{00..99}', USER_MIX: 'casual:50,active:50', PUBLISH_RATE: '30', CHANNELS_PER_CLIENT: undefined, DURATION: '2' });

  assert.equal(grouped.code, 0, grouped.stdout + grouped.stderr);
  const { eth, kava } = grouped.report.groups;
  assert.ok(Math.abs(eth.owed / (eth.owed + kava.owed) - 0.75) < 0.02, `${eth.owed} ${kava.owed}`);
  assert.equal(eth.owed + kava.owed, grouped.report.completeness.owed);
  assert.ok(eth.latency.count > 0 && eth.deliveredPerSecond > kava.deliveredPerSecond);
  assert.equal(mixed.code, 0, mixed.stdout + mixed.stderr);
  const { casual, active } = mixed.report.users;
  assert.deepEqual([casual.channels, active.channels], [2, 10]);
  assert.equal(casual.clients + active.clients, 12);
  assert.ok(active.received > casual.received, JSON.stringify(mixed.report.users));
});

it('finds a message lost in one group and says in which', async () => {
  let left = 10;
  const deliver = (client, message, send) => {
    if (client.number !== 0 || !message.channel.startsWith('kava.') || --left !== 0) send(message.text);
  };
  const run = await against({ deliver }, { CHANNELS: 'eth.{0..1},kava.{0..1}', SHARES: 'eth:50,kava:50', SUBSCRIPTION_MODE: 'all' });

  assert.ok(run.failed.includes('lost'), String(run.failed));
  assert.deepEqual([run.report.groups.eth.lost, run.report.groups.kava.lost], [0, 1]);
});
