'use strict';

const { leastMade, mostForeignShare } = require('./judgement.cjs');
const { summarize } = require('./statistics.cjs');

const group = (value) => Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ',');
// Memory that was less with more clients says only that they cost less than what else changed.
const bytesOrNoise = (value) => (value > 0 ? group(value) : 'not measurable');
const percent = (value) => `${Math.round(value * 100)} %`;
// A share just below what counts as all of it is not to be rounded up to it.
const percentMade = (value) => (value >= leastMade ? percent(value) : `${Math.floor(value * 100)} %`);
const milliseconds = (value) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

const costColumns = [
  { head: 'deliveries per CPU-second', key: 'deliveriesPerCpuSecond', text: group },
  { head: 'of a core', key: 'serverShare', text: percent },
  { head: 'made', key: 'made', text: percentMade },
  { head: 'p50 ms', key: 'p50', text: milliseconds },
  { head: 'p99 ms', key: 'p99', text: milliseconds },
  { head: 'p99.9 ms', key: 'p999', text: milliseconds },
  { head: 'messages a frame', key: 'messagesPerFrame', text: (value) => value.toFixed(1) },
  { head: 'bytes a message', key: 'bytesPerMessage', text: group },
];

function memoryColumns(settings) {
  return [
    { head: 'bytes an idle client', key: 'bytesPerClient', text: bytesOrNoise },
    { head: `MB with ${group(settings.clients)} clients`, key: 'megabytesWithSome', text: (value) => value.toFixed(1) },
    { head: 'MB without any', key: 'megabytesWithout', text: (value) => value.toFixed(1) },
  ];
}

/** The whole page. `record` is what is written beside it as JSON. */
function page(record) {
  const { settings, contestants, runs } = record;
  const section = (heading, kind, columns, sortKey, direction) => {
    const taking = contestants.filter((each) => runs.some((run) => run.kind === kind && run.contestant === each.name));
    const rows = summarize(runs, kind, taking.map((each) => each.name));
    return [heading, '', ...table(rows, contestants, columns, sortKey, direction), ...remarks(rows, contestants)].join('\n');
  };
  return `${[
    `# Side by side, ${record.date}`,
    facts(record).map((fact) => `* ${fact}`).join('\n'),
    'Each cell: the median of all rounds (the least … the most). Latency runs from the time a message was due to be published to its arrival at a client.',
    ...settings.rates.map((rate) => section(
      `## ${rate} messages/s to ${group(settings.clients)} clients: ${group(rate * settings.clients)} deliveries/s`, costKind(rate), costColumns, 'deliveriesPerCpuSecond', -1)),
    section(
      `## ${group(settings.spread.rate)} messages/s over ${settings.spread.channels} channels to ${group(settings.idleClients)} clients with ${settings.spread.subscriptions} of them each: ${group((settings.spread.rate * settings.idleClients * settings.spread.subscriptions) / settings.spread.channels)} deliveries/s`,
      spreadKind, costColumns, 'deliveriesPerCpuSecond', -1),
    section(`## Memory: the process from ${group(settings.clients)} to ${group(settings.idleClients)} idle clients`, 'memory', memoryColumns(settings), 'bytesPerClient', 1),
  ].join('\n\n')}\n`;
}

const spreadKind = 'channels';

function costKind(rate) {
  return `${rate}/s`;
}

/** Best first; who has no figure comes last and says why. */
function table(rows, contestants, columns, sortKey, direction) {
  const sorted = [...rows].sort((a, b) => rank(a) - rank(b));
  return [
    `| server | ${columns.map((column) => column.head).join(' | ')} |`,
    `|---|${columns.map(() => '---:').join('|')}|`,
    ...sorted.map((row) => `| ${title(row, contestants)} | ${cells(row, columns).join(' | ')} |`),
  ];
  function rank(row) {
    return row.figures[sortKey] ? direction * row.figures[sortKey].median : Infinity;
  }
}

function cells(row, columns) {
  if (!hasFigures(row)) return [row.failures[0] ?? 'not measured', ...columns.slice(1).map(() => '')].map(oneCell);
  return columns.map((column) => cell(row.figures[column.key], column.text));
}

function cell(figure, text) {
  if (!figure) return '–';
  const { median, min, max } = figure;
  return text(min) === text(max) ? text(median) : `${text(median)} (${text(min)} … ${text(max)})`;
}

function oneCell(text) {
  return text.replaceAll('|', '\\|');
}

function title(row, contestants) {
  const contestant = contestants.find((each) => each.name === row.contestant);
  return contestant.isOurs ? `**${contestant.title}**` : contestant.title;
}

/** What a reader must know to read the rows: who fell behind, where others disturbed, what failed. */
function remarks(rows, contestants) {
  const titles = (chosen) => chosen.map((row) => title(row, contestants)).join('; ');
  const behind = rows.filter((row) => row.figures.made?.min < leastMade);
  const disturbed = rows.filter((row) => row.figures.foreignShare?.max > mostForeignShare);
  const said = [];
  if (behind.length > 0) said.push(`Fell behind in at least one round, so that its latency there only says how long the run lasted: ${titles(behind)}.`);
  if (disturbed.length > 0) said.push(`Other programs took more than ${percent(mostForeignShare)} of the server's core in at least one round: ${titles(disturbed)}.`);
  for (const row of rows) {
    if (row.failures.length > 0 && hasFigures(row)) said.push(`${title(row, contestants)}, rounds left out: ${row.failures.map(oneCell).join('; ')}.`);
    said.push(...[...new Set(row.notes)].map((note) => `${title(row, contestants)}: ${note}.`));
  }
  return said.length === 0 ? [] : ['', ...said.map((line) => `* ${line}`)];
}

function hasFigures(row) {
  return Object.keys(row.figures).length > 0;
}

const links = {
  loopback: 'loopback, on which the server is billed for the TCP input of its clients',
  cable: 'clients in a network namespace behind a virtual cable, whose TCP input is handled on their core',
};

function facts({ settings, machine, contestants, commit, load }) {
  return [
    `${machine.model}, ${machine.cores} cores, ${machine.memory}, Linux ${machine.kernel}, TCP ${machine.congestionControl}, ${links[settings.link ?? 'loopback']}. Server on core ${machine.serverCore}, clients and publisher on core ${machine.generatorCore}${machine.isOnePhysicalCore ? ', the other thread of the same physical core' : ''}.`,
    `${settings.rounds} ${settings.rounds === 1 ? 'round' : 'rounds'}, in turn, each server started anew for each measurement: ${settings.warmUpSeconds} s of warming up, ${settings.seconds} s measured. Payload ${settings.payloadBytes} bytes of JSON, no compression.`,
    `Load average before ${load.before}, after ${load.after}. Commit ${commit}.`,
    ...contestants.map((each) => `${each.title}: ${each.version}`),
  ];
}

module.exports = { page, costKind, spreadKind };
