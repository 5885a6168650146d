'use strict';

const { html } = require('./escape.cjs');

/**
 * A table, or null without rows.
 * @param columns [{name, of: row → value, number?}]
 */
function drawTable(title, columns, rows) {
  if (rows.length === 0) return null;
  return html`<h2>${title}</h2>
<div class="wide"><table><thead><tr>${columns.map((column) => html`<th${cell(column)}>${column.name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${columns.map((column) => html`<td${cell(column)}>${show(column.of(row))}</td>`)}</tr>
`)}</tbody></table></div>
`;
}

function cell(column) {
  return column.number ? html` class="number"` : null;
}

function show(value) {
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

module.exports = { drawTable };
