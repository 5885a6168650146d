'use strict';

/** That the run went to its end. What is cut short may not have got as far as what would have failed. */
function completeCriterion({ interrupted, machines = [] }) {
  if (!interrupted) return { name: 'complete', ok: true, sentence: 'the run went to its end' };
  const whose = machines.filter((machine) => machine.interrupted).map(({ name, run }) => `${name} (${run})`);
  return { name: 'complete', ok: false, sentence: `the run was interrupted before it was decided${whose.length > 0 ? `: ${whose.join(', ')}` : ''}` };
}

/** Names of the criteria that a report fails; none: it passes. Also of a report that was kept from a time when an interrupted run had no criterion for that. */
function failedOf({ criteria = [], interrupted = false }) {
  const failed = criteria.filter(({ ok }) => !ok).map(({ name }) => name);
  return interrupted && !failed.includes('complete') ? ['complete', ...failed] : failed;
}

/** The verdict in a line. */
function verdictLine(report) {
  const failed = failedOf(report);
  return failed.length === 0 ? 'PASSED' : `FAILED: ${failed.join(', ')}`;
}

module.exports = { completeCriterion, failedOf, verdictLine };
