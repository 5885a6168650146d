'use strict';

const { reach, CannotRun } = require('../endpoint.cjs');
const { processesFor, sourcesFor } = require('../load/layout.cjs');
const { findingsOf } = require('./check.cjs');
const { readLimits } = require('./limits.cjs');

/** What --check finds for the settings given, as data. The server need not be up. */
async function checkMachine(settings) {
  const limits = readLimits();
  const clients = settings.targetConnections;
  let address = null;
  let unreachable = null;
  try {
    ({ address } = await reach(settings.wsUrl, settings.connectionTimeoutMs));
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    unreachable = error.message;
  }
  const sources = sourcesFor(clients, settings.sourceAddresses, address ?? settings.wsUrl.hostname.replace('localhost', '127.0.0.1'), limits);
  const processes = processesFor(clients, settings.processes, limits);
  const findings = await findingsOf({ clients, processes, sources, address, settings }, limits);
  return { clients, processes, sources, unreachable, findings, ok: findings.every(({ ok }) => ok) };
}

function checkText({ clients, processes, sources, unreachable, findings }) {
  const lines = [`${clients} clients: ${processes} process${processes === 1 ? '' : 'es'}, from ${sources[0] === null ? 'the address the system chooses' : `${sources.length} addresses (${sources.slice(0, 3).join(', ')}${sources.length > 3 ? ' …' : ''})`}`];
  if (unreachable !== null) lines.push(`The server was not asked: ${unreachable}`);
  for (const { ok, needed, name, sentence, cure } of findings) {
    lines.push(`  ${ok ? 'ok  ' : needed ? 'LACK' : 'poor'}  ${name.padEnd(20)} ${sentence}`);
    if (!ok) lines.push(`${' '.repeat(29)}cure: ${cure}`);
  }
  const lacks = findings.filter(({ ok }) => !ok).map(({ name }) => name);
  lines.push(lacks.length === 0 ? 'This machine has what the load needs.' : `This machine lacks: ${lacks.join(', ')}. Values for good: loadtest/sysctl.conf`, '');
  return lines.join('\n');
}

module.exports = { checkMachine, checkText };
