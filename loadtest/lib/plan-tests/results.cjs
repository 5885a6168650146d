'use strict';

const { besideExpected } = require('../report/criteria.cjs');

const names = Object.freeze({ cpuPercent: 'CPU, % of 1.8 cores', memoryMB: 'memory, MB', tasks: 'units of concurrency', deliveredPerSecond: 'messages/s delivered', connections: 'connections at the end' });

/** RESULTS.md: the plan's expectation beside what was measured, and a row for each number of workers. */
function resultsText({ date, commit, machine, tests, pools, commands }) {
  return `${[
    '# The four tests of the capacity plan',
    '',
    `Measured on ${date}, commit ${commit}: ${machine}. Written by \`make plan-tests\`, which is \`node loadtest/plan-tests.cjs\`.`,
    '',
    'The server, with the plan\'s environment block unchanged, is held to 1.8 cores and 1,792 MB by a cgroup; its broker, the publisher and the clients share the two cores with it, from which the server comes first. All over loopback. A client follows 10 of 100',
    'channels, messages are 400 bytes; 12 are published a second, 30 in tests 3 and 4. CPU and memory are the server\'s own figures (`ws_cpu_percent`, the mean of the hold; `ws_memory_bytes`, the most), which it takes from the cgroup; version 1 of cgroups leaves the kernel\'s buffers of sockets out. The plan counts the 256 workers it asks for as units of concurrency, the server those that run.',
    '',
    ...tests.flatMap(testText),
    '## Workers',
    '',
    'Test 3 with other values of `WS_WORKER_POOL_SIZE`. Threads are never more than cores.',
    '',
    '| workers | held | CPU, % of 1.8 cores | memory, MB | units of concurrency | delivered/s | p50 ms | p99 ms | p99.9 ms | verdict |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|',
    ...pools.map(poolRow),
    '',
    'Commands, as they were run:',
    '',
    ...commands.map((command) => `    ${command}`),
  ].join('\n')}\n`;
}

function testText({ report, code }) {
  const hold = report.windows.find((window) => window.name === 'hold');
  const failed = report.criteria.filter((criterion) => !criterion.ok);
  const busiest = hold.generator.processes.reduce((most, one) => Math.max(most, one.cpuPercent), 0);
  const refused = Object.entries(report.connections.refused).map(([reason, times]) => `${reason}: ${times}`).join(', ');
  return [
    `## ${report.expectations.title}`,
    '',
    `Pass criteria of the plan: ${report.expectations.criteria}. **${code === 0 ? 'Passed' : 'Failed'}**${failed.map((criterion) => `; ${criterion.name}: ${criterion.sentence}`).join('')}.${(report.expectations.remarks ?? []).map((remark) => ` Not as planned: ${remark}.`).join('')}`,
    '',
    '| | the plan expects | measured | |',
    '|---|---:|---:|---|',
    ...besideExpected(report).map(({ what, expected, measured, is }) => `| ${names[what]} | ${rangeText(expected)} | ${number(measured)} | ${is} |`),
    '',
    `Held for ${Math.round(hold.seconds)} s: ${number(report.connections.subscribed)} clients got in, ${report.connections.lost} were lost; ${number(report.completeness.owed)} messages owed, ${report.completeness.lost} lost, ${report.completeness.announced} announced as gaps. `
      + `Latency from due to received: p50 ${hold.latency.p50} ms, p99 ${hold.latency.p99} ms, p99.9 ${hold.latency.p999} ms, at most ${hold.latency.max} ms. Refused: ${refused || 'nobody'}. `
      + `States in the hold: ${Object.keys(hold.server.states ?? {}).join(', ') || 'not known'}. Busiest process of the generator: ${Math.round(busiest)} % of a core.`,
    '',
  ];
}

function poolRow({ workers, report, code }) {
  const hold = report.windows.find((window) => window.name === 'hold');
  const { server, latency } = hold;
  return `| ${workers} | ${Math.round(hold.seconds)} s | ${number(server.cpuPercent?.mean)} | ${number((server.memoryBytes?.max ?? 0) / 1024 / 1024)} | ${number(server.tasks?.max)} | ${number(hold.deliveredPerSecond)} | ${latency.p50} | ${latency.p99} | ${latency.p999} | ${code === 0 ? 'passed' : 'failed'} |`;
}

function rangeText([from, to]) {
  return from === to ? number(from) : `${number(from)} – ${number(to)}`;
}

function number(value) {
  if (value === null || value === undefined) return 'not measured';
  return value >= 100 ? Math.round(value).toLocaleString('en-GB') : String(Number(value.toFixed(1)));
}

module.exports = { resultsText };
