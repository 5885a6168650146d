'use strict';

const { html } = require('./escape.cjs');
const { drawTable } = require('./table.cjs');

/** What came of the whole run: who got in, what arrived, what was published. */
function totalsTable({ connections, messages, completeness, publishing, seconds }) {
  const rows = [];
  const add = (what, value, of) => { if (Number.isFinite(value)) rows.push({ what, value, of }); };
  add('seconds of full load', seconds?.hold);
  add('clients subscribed', connections?.subscribed, connections && `of ${whole(connections.target)}, in ${whole(connections.attempts)} attempts`);
  add('clients lost', connections?.lost);
  add('clients that did not answer at the end', connections?.unresponsive);
  add('messages received', messages?.received, messages && `${whole(messages.own)} our own, ${whole(messages.bytes)} bytes`);
  add('delivered a second in the hold', messages?.perSecondInHold);
  add('messages owed', completeness?.owed);
  add('of these lost', completeness?.lost);
  add('of these announced as gaps', completeness?.announced);
  if (publishing?.due > 0) add('publishes acknowledged', publishing.acknowledged, `of ${whole(publishing.due)} due`);
  return drawTable('Totals', [
    { name: '', of: (row) => row.what },
    { name: 'number', number: true, of: (row) => row.value },
    { name: '', of: (row) => row.of ?? '' },
  ], rows);
}

/** How long everything took, with percentiles. */
function timesTable({ connections, publishing, latency }) {
  const rows = [
    ['connect to 101', connections?.handshake], ['connect to subscription_ack', connections?.ready], ['publish: due to answer', publishing?.latency],
    ['due to received, in the hold', latency?.publishToReceived?.hold], ['due to received, in the ramp', latency?.publishToReceived?.ramp], ['stored to received, in the hold', latency?.streamToReceived?.hold],
  ].filter(([, times]) => times?.count > 0).map(([what, times]) => ({ what, ...times }));
  return drawTable('Times, ms', [
    { name: '', of: (row) => row.what },
    ...[['count', 'count'], ['p50', 'p50'], ['p90', 'p90'], ['p99', 'p99'], ['p99.9', 'p999'], ['most', 'max']].map(([name, key]) => ({ name, number: true, of: (row) => row[key] })),
  ], rows);
}

/** Everything that did not go as asked, with its code and how often. */
function troublesTable({ connections, publishing, messages, refusedSubscriptions, serverErrors, generator }) {
  const kinds = [
    ['refused', connections?.refused], ['failed to connect', connections?.failed], ['disconnected', connections?.disconnects], ['subscription refused', refusedSubscriptions], ['error frame', serverErrors],
    ['publish failed', publishing?.failures], ['publish sent away', publishing?.goaways], ['gap announced', messages?.gapsAnnounced], ['generator lacks', generator?.failures],
  ];
  const rows = kinds.flatMap(([kind, counts]) => Object.entries(counts ?? {}).map(([label, times]) => ({ kind, label, times })));
  if (rows.length === 0 && connections !== undefined) return html`<h2>Refusals, failures, close codes</h2><p class="soft">None.</p>`;
  return drawTable('Refusals, failures, close codes', [
    { name: 'what', of: (row) => row.kind },
    { name: 'code and reason', of: (row) => row.label },
    { name: 'times', number: true, of: (row) => row.times },
  ], rows);
}

function whole(value) {
  return typeof value === 'number' ? Math.round(value).toLocaleString('en-US') : value;
}

module.exports = { totalsTable, timesTable, troublesTable };
