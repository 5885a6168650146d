'use strict';

const fs = require('node:fs');
const { reportPage } = require('./page.cjs');

/** Writes the page of a report. */
function writePage(file, report) {
  fs.writeFileSync(file, reportPage(report));
}

/** Reads a report that was kept (REPORT_FILE). @returns {{report: object|null, problem: string|null}} */
function readReport(file) {
  let report;
  try {
    report = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    return { report: null, problem: `${file}: ${error instanceof SyntaxError ? `is no JSON (${error.message})` : `can't be read (${error.code ?? error.message})`}` };
  }
  const isReport = report !== null && typeof report === 'object' && Array.isArray(report.criteria) && typeof report.run === 'string';
  return isReport ? { report, problem: null } : { report: null, problem: `${file}: is no report of this test: it has no "criteria" and "run"` };
}

module.exports = { writePage, readReport };
