'use strict';

const { showDuration } = require('../../lib/settings.cjs');
const { rowsFor } = require('./fault-settings.cjs');

/** @param scenario the one whose defaults are shown */
function helpFor(scenarios, scenario) {
  const list = scenarios.map(({ name, about }) => `  ${name.padEnd(7)} ${about}`).join('\n');
  const rows = rowsFor(scenario).map((row) => {
    const def = row.shown ?? (row.def === '' ? 'empty' : row.def + (row.unit ?? ''));
    return `  ${row.name.padEnd(22)} ${row.text}\n${' '.repeat(25)}default ${def}${allowed(row)}`;
  });
  return `Breaks connections and servers on purpose while messages flow, records every frame of every client, and decides afterwards, to the exact
sequence number: order, no duplicates, nothing lost in silence, no gap that lies.

  DURATION=60 node loadtest/faults/run.cjs [scenario] [--json] [--help]

Scenarios:
${list}

Exit code: 0 everything holds and enough happened, 1 not, 2 the run could not be made or did not end, 78 a variable or argument is wrong, 130 interrupted.

Variables (defaults of ${scenario.name}):
${rows.join('\n')}
`;
}

function allowed(row) {
  if (row.kind === 'choice') return `; one of ${row.choices.join(', ')}`;
  if (row.kind === 'flag') return '; true or false';
  if (row.kind === 'duration') return `; ${showDuration(row.min)} to ${showDuration(row.max)}`;
  return row.min === undefined ? '' : `; ${row.min} to ${row.max}`;
}

module.exports = { helpFor };
