'use strict';

const net = require('node:net');
const os = require('node:os');

/**
 * What a calibration says of its own making, beside figures.
 * @param parts settings, given ({name: text} of the variables that were given, without secrets), limits (of the server), address (of the server), now
 */
function calibrationFacts({ settings, given, limits, address, now }) {
  const link = settings.calibrationLink === 'auto' ? (isLoopback(address) ? 'loopback' : 'network') : settings.calibrationLink;
  return {
    measuredAt: new Date(now).toISOString(),
    measuredBy: commandLine(given),
    server: limits.version ?? 'unknown',
    machine: machineText(limits, link),
    transport: settings.calibrationTransport,
    link,
    payloadBytes: settings.publishSize,
    note: settings.calibrationNote ?? '',
  };
}

/** The command as it could be given again. Quotes only where a shell needs them. */
function commandLine(given) {
  const quoted = (text) => (/^[\w.,:/%@+>*{}-]*$/.test(text) && !/[*>{}]/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  return [...Object.entries(given).map(([name, text]) => `${name}=${quoted(text)}`), 'node loadtest/sustained-load-test.cjs'].join(' ');
}

function machineText({ cpuLimitCores }, link) {
  const held = cpuLimitCores === null ? 'limits of the server not known' : `server held to ${Number(cpuLimitCores.toFixed(3))} CPU`;
  const [first] = os.cpus();
  const here = `${os.cpus().length} cores ${first?.model.trim() ?? ''}, ${os.type()} ${os.release()}`;
  return link === 'network' ? `server on another machine, ${held}; generator: ${here}` : `${here}, ${held}`;
}

function isLoopback(address) {
  return net.isIPv4(address) ? address.startsWith('127.') : address === '::1';
}

/** The variables of the load test that were given and may be told: no secrets, no paths of files that only matter here. */
function givenVariables(env, rows) {
  const told = rows.filter((row) => row.kind !== 'secret' && !['REPORT_FILE', 'REPORT_HTML', 'CALIBRATION_FILE', 'CALIBRATION_FROM', 'CALIBRATION_NOTE'].includes(row.name));
  return Object.fromEntries(told.filter((row) => env[row.name] !== undefined).map((row) => [row.name, env[row.name].trim()]));
}

module.exports = { calibrationFacts, givenVariables, commandLine };
