'use strict';

const { showSize } = require('./settings.cjs');
const { stages } = require('./server-side.cjs');

const modeWords = { new: 'HTTP/1.1, new connection each', kept: 'HTTP/1.1, kept', http2: 'HTTP/2', lines: 'HTTP/1.1, kept, lines' };

/** The rounds as Markdown: what came of them, then where the server says the time went. */
function tables(figures) {
  return [
    '| way | clients | payload | frame | requests/s | messages/s | MB/s | stored | p50 | p90 | p99 | p99.9 | max ms | server cores | µs of CPU a message | generator busy |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...figures.map(row),
    '',
    `| way | clients | payload | ${stages.join(' | ')} |`,
    `|---|---|---|${stages.map(() => '---').join('|')}|`,
    ...figures.filter((one) => one.server !== null).map(stageRow),
    '',
    'Stages: mean ms, and below which 99 % are (upper bound of a bucket), by the server\'s `ws_publish_stage_seconds`.',
    '',
  ].join('\n');
}

function row(one) {
  const l = one.latencyMs;
  const range = one.ratesSeen?.length > 1 ? ` (${whole(Math.min(...one.ratesSeen))}–${whole(Math.max(...one.ratesSeen))})` : '';
  const server = one.server === null ? ['–', '–'] : [one.server.cpuCores.toFixed(2), one.server.cpuMicrosPerMessage?.toFixed(1) ?? '–'];
  const cells = [
    modeWords[one.mode], one.clients, showSize(one.size), one.mode === 'http2' ? showSize(one.frame) : '–', whole(one.requestsPerSecond) + range, whole(one.messagesPerSecond), one.megabytesPerSecond.toFixed(1),
    `${percent(one.successPercent)}`, ms(l.p50), ms(l.p90), ms(l.p99), ms(l.p999), ms(l.max), ...server,
    `${one.generator.loopBusyPercent.toFixed(0)} %${one.generator.isBottleneck ? ' (bottleneck)' : ''}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function stageRow(one) {
  const cells = stages.map((stage) => one.server.stages[stage]).map((stage) => (stage === null ? '–' : `${stage.meanMs.toFixed(3)}, < ${stage.p99BelowMs ?? '?'}`));
  return `| ${modeWords[one.mode]} | ${one.clients} | ${showSize(one.size)} | ${cells.join(' | ')} |`;
}

/** Never rounded up to 100. */
function percent(value) {
  return `${value === 100 ? '100' : (Math.floor(value * 1000) / 1000).toString()} %`;
}

function whole(value) {
  return Math.round(value).toLocaleString('en-GB');
}

function ms(value) {
  return value.toFixed(value < 10 ? 2 : 1);
}

module.exports = { tables };
