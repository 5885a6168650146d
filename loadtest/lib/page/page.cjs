'use strict';

const { html, Markup } = require('./escape.cjs');
const { style } = require('./style.cjs');
const { timePlots } = require('./time-plots.cjs');
const { curvePlots } = require('./curve-plots.cjs');
const { failedOf, verdictLine } = require('../report/outcome.cjs');
const { totalsTable, timesTable, troublesTable } = require('./totals.cjs');
const { criteriaTable, stepsTable, costsTable, groupsTable, expectationTable } = require('./tables.cjs');

/** A report as one page that needs nothing else: no script, no other file, nothing from elsewhere. @returns the text of the file */
function reportPage(report) {
  const mode = report.mode ?? 'sustained';
  const curves = curvePlots(report);
  const times = timePlots(report.series ?? {}, { limits: report.limits ?? null, everySeconds: (report.settings?.metricsEveryMs ?? 5000) / 1000 });
  return html`<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>Load test ${mode} ${report.run}</title>
<style>${new Markup(style)}</style></head>
<body>
<h1>Load test: ${mode}</h1>
<p class="facts">${facts(report)}</p>
<p class="verdict ${failedOf(report).length === 0 ? 'good' : 'bad'}">${verdictLine(report)}${report.interrupted ? ' (interrupted)' : null}</p>
${criteriaTable(report.criteria ?? [])}
${(report.notes ?? []).map((note) => html`<p class="soft">${note}</p>
`)}
${curves.length > 0 ? html`<h2>The curve</h2><div class="plots">${curves}</div>` : null}
${mode === 'ramp' || mode === 'knee' ? stepsTable(report.points ?? []) : null}
${report.result?.fit ? costsTable(report.result.fit) : null}
${expectationTable(report)}
${totalsTable(report)}
${timesTable(report)}
${troublesTable(report)}
${groupsTable('Groups of channels', report.groups)}
${groupsTable('Users', report.users)}
${times.length > 0 ? html`<h2>Over time</h2><div class="plots">${times}</div>` : null}
<details><summary>Settings</summary><pre>${JSON.stringify(report.settings ?? {}, null, 2)}</pre></details>
</body>
</html>
`.text;
}

function facts(report) {
  const parts = [report.settings?.wsUrl, report.startedAt, report.run ? `run ${report.run}` : null];
  const { limits } = report;
  const version = limits?.version ?? report.server?.health?.version;
  if (version) parts.push(`server ${version}`);
  if (limits?.cpuLimitCores) parts.push(`${limits.cpuLimitCores} cores for it`);
  if (report.machine) parts.push(`generator: ${report.machine.cores} cores, ${report.machine.platform}`);
  return parts.filter((part) => part).join(' · ');
}

module.exports = { reportPage };
