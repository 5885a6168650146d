'use strict';

const { html } = require('./escape.cjs');
const { drawTable } = require('./table.cjs');
const { besideExpected } = require('../report/criteria.cjs');

const megabyte = 2 ** 20;

function criteriaTable(criteria) {
  return drawTable('Criteria', [
    { name: '', of: (row) => html`<span class="${row.ok ? 'good' : 'bad'}">${row.ok ? 'ok' : 'FAIL'}</span>` },
    { name: 'criterion', of: (row) => row.name },
    { name: 'what was found', of: (row) => row.sentence },
  ], criteria);
}

function stepsTable(points) {
  return drawTable('Steps', [
    { name: 'clients', number: true, of: (row) => row.clients },
    { name: 'messages/s', number: true, of: (row) => row.messagesPerSecond },
    { name: 'deliveries/s', number: true, of: (row) => row.deliveriesPerSecond },
    { name: 'p50 ms', number: true, of: (row) => row.latency?.p50 },
    { name: 'p99 ms', number: true, of: (row) => row.p99Milliseconds },
    { name: 'CPU %', number: true, of: (row) => row.cpuPercent },
    { name: 'cores', number: true, of: (row) => row.cpuCores },
    { name: 'memory MB', number: true, of: (row) => (row.memoryBytes === null ? null : row.memoryBytes / megabyte) },
    { name: '', of: (row) => row.name ?? (row.passed === undefined ? '' : row.passed ? 'passes' : `fails: ${(row.reasons ?? []).join('; ')}`) },
  ], points);
}

/** What a load costs, by the least squares over the steps. */
function costsTable(fit) {
  return drawTable('Costs', [
    { name: 'cost', of: (row) => row.name },
    { name: 'value', number: true, of: (row) => (row.value >= 1000 ? row.value : String(Number(row.value.toPrecision(4)))) },
    { name: '', of: (row) => row.origin },
  ], Object.entries(fit.costs).map(([name, value]) => ({ name, value, origin: fit.takenOver.includes(name) ? 'not measured: taken over' : 'measured' })));
}

/** @param groups [{name, clients, delivered, p50, p99, …}] or an object by name; whatever columns there are */
function groupsTable(title, groups) {
  const rows = Array.isArray(groups) ? groups : Object.entries(groups ?? {}).map(([name, group]) => ({ name, ...group }));
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row).filter((key) => ['string', 'number', 'boolean'].includes(typeof row[key]))))];
  const flat = rows.map((row) => ({ ...row, ...(row.latency ? { p50: row.latency.p50, p99: row.latency.p99 } : {}) }));
  const shown = [...new Set([...keys, ...(rows.some((row) => row.latency) ? ['p50', 'p99'] : [])])];
  return drawTable(title, shown.map((key) => ({ name: key, number: typeof flat[0]?.[key] === 'number', of: (row) => row[key] })), flat);
}

/** What the capacity plan expects beside what came. */
function expectationTable(report) {
  if (!report.expectations?.ranges || !Array.isArray(report.windows)) return null;
  const table = drawTable(`Expected by the plan and measured: ${report.expectations.title}`, [
    { name: '', of: (row) => row.what },
    { name: 'expected', number: true, of: (row) => [...new Set(row.expected)].map((value) => value.toLocaleString('en-US')).join(' to ') },
    { name: 'measured', number: true, of: (row) => row.measured },
    { name: '', of: (row) => html`<span class="${row.is === 'as expected' ? 'good' : 'soft'}">${row.is}</span>` },
  ], besideExpected(report));
  return html`${table}${(report.expectations.remarks ?? []).map((remark) => html`<p class="remark">Not as planned: ${remark}.</p>
`)}`;
}

module.exports = { criteriaTable, stepsTable, costsTable, groupsTable, expectationTable };
