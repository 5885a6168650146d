'use strict';

const { variables, showDuration } = require('./settings.cjs');

const usage = `Holds many WebSocket clients on a WsFanout server, checks every message each of them gets, and says whether
the server kept its promise.

  TARGET_CONNECTIONS=2000 DURATION=300 node loadtest/sustained-load-test.cjs [--json] [--help]
  PRESET=capacity node loadtest/sustained-load-test.cjs --check
  node loadtest/sustained-load-test.cjs --merge a.json b.json

  --json    the report as JSON, alone on standard output; progress goes to standard error
  --check   starts nothing; says what this machine lacks for the settings given, and the cure; exit code 1 when something is lacking
  --merge   makes one report of those of several machines (REPORT_FILE), and judges it
  --help    this text

Exit code: 0 all criteria hold, 1 one does not (named), 2 the run could not be made, 78 a variable or argument is
wrong, 130 interrupted (Ctrl-C; what there is gets reported).

Variables:`;

function helpText() {
  const rows = variables.map((row) => {
    const def = row.shown ?? (row.def === '' ? 'empty' : row.def + (row.unit ?? ''));
    return `  ${row.name.padEnd(22)} ${row.text}\n${' '.repeat(25)}default ${def}${allowed(row)}`;
  });
  return `${usage}\n${rows.join('\n')}\n`;
}

function allowed(row) {
  if (row.kind === 'choice') return `; one of ${row.choices.filter(Boolean).join(', ')}`;
  if (row.kind === 'flag') return '; true or false';
  if (row.kind === 'duration') return `; ${showDuration(row.min)} to ${showDuration(row.max)}`;
  return row.min === undefined ? '' : `; ${row.min} to ${row.max}`;
}

module.exports = { helpText };
