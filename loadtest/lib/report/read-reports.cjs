'use strict';

const fs = require('node:fs');

const schema = 2;

/** Reads the reports of several machines. @returns {{reports: object[], problems: string[]}} */
function readReports(files) {
  const reports = [];
  const problems = [];
  for (const file of files) {
    const { report, problem } = readReport(file);
    if (problem !== undefined) problems.push(`${file}: ${problem}`);
    else reports.push(report);
  }
  const runs = reports.map((report) => report.run);
  runs.forEach((run, i) => {
    if (runs.indexOf(run) < i) problems.push(`${files[i]}: is the run ${run} once more; each machine's report goes in once`);
  });
  return { reports, problems };
}

function readReport(file) {
  let report;
  try {
    report = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: 'is no JSON' };
    return { problem: `can't be read (${error.code ?? error.message})` };
  }
  if (report === null || typeof report !== 'object' || !Array.isArray(report.windows)) return { problem: 'is no report of this test (--json or REPORT_FILE)' };
  if (report.schema !== schema) return { problem: `is a report of schema ${report.schema}; ${schema} is needed: all machines must run this version` };
  if (report.machines !== undefined) return { problem: 'was merged already; give the reports of the machines themselves' };
  return { report };
}

module.exports = { readReports };
