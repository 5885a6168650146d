'use strict';

const { ClientCheck } = require('./client-check.cjs');
const { Ledger } = require('../../lib/ledger.cjs');

/**
 * Decides the invariants over the whole history of a run, to the exact sequence number, once everything is recorded:
 * I1 order, I2 no duplicates, I3 completeness, I4 honesty.
 *
 * A connection is owed what its acks, syncs, positions and messages say has been sent; that a client has got as far as the publisher did is
 * asked for apart, by `target`.
 */
function check({ clients, table, truths, violations, target = 0 }) {
  const totals = {
    clients: clients.length,
    connections: 0,
    messages: 0,
    owed: 0,
    announced: 0,
    endToEnd: { owed: 0, announced: 0 },
    droppedByRule: 0,
    resumes: { recovered: 0, notRecovered: 0 },
    gaps: { slow: 0, window: 0, upstream: 0 },
    emptyGaps: 0,
    gapsOverOlder: 0,
    resets: 0,
    behind: [],
  };
  const unknown = new Ledger();
  const truthOf = (epoch) => truths.get(epoch) ?? unknown;
  for (const { index, log } of clients) {
    const done = new ClientCheck(index, { truthOf, table, violations, totals }).run(log.entries());
    if (done.position.seq < target) totals.behind.push({ client: index, position: done.position.seq });
  }
  return totals;
}

module.exports = { check };
