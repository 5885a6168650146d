'use strict';

const { shippedCalibration } = require('../knee/calibration.cjs');

const modes = Object.freeze(['sustained', 'baseline', 'ramp', 'saturation', 'burst', 'churn', 'knee']);

/** The variables of the modes, in the manner of settings.cjs. */
const modeVariables = Object.freeze([
  { name: 'MODE', key: 'mode', kind: 'choice', choices: modes, def: 'sustained', text: 'what is done with the load' },
  { name: 'STEP_DURATION', key: 'stepMs', kind: 'duration', unit: 's', def: '10', min: 500, max: 3_600_000, text: 'how long a step is measured, once it has come to rest' },
  { name: 'STEPS', key: 'steps', kind: 'whole', def: '8', min: 2, max: 100, text: 'for ramp: equal steps up to TARGET_CONNECTIONS' },
  { name: 'MAX_RECOVERY', key: 'maxRecoveryMs', kind: 'duration', unit: 's', def: '60', min: 1000, max: 3_600_000, text: 'for saturation and burst: longest time until latency and state are normal again' },
  { name: 'BURST_FACTOR', key: 'burstFactor', kind: 'number', def: '10', min: 1.1, max: 1000, text: 'for burst: times PUBLISH_RATE' },
  { name: 'BURST_DURATION', key: 'burstMs', kind: 'duration', unit: 's', def: '10', min: 500, max: 600_000, text: 'for burst: how long it lasts' },
  { name: 'CHURN_RATE', key: 'churnRate', kind: 'number', def: '20', min: 0.1, max: 5000, text: 'clients a second that leave and come, for churn; knee takes at least 100 for the cost of a handshake' },
  { name: 'KNEE_OF', key: 'kneeOf', kind: 'choice', choices: ['clients', 'rate'], def: 'clients', text: 'for knee: what is stepped up, clients or messages a second' },
  { name: 'KNEE_FROM', key: 'kneeFrom', kind: 'numberOrNone', def: '', shown: 'TARGET_CONNECTIONS or PUBLISH_RATE', min: 0.1, max: 100_000, text: 'the first step' },
  { name: 'KNEE_FACTOR', key: 'kneeFactor', kind: 'number', def: '1.5', min: 1.05, max: 10, text: 'from one step up to the next' },
  { name: 'KNEE_PRECISION', key: 'kneePrecision', kind: 'number', def: '5', min: 0.5, max: 50, text: '% by which what passes and what does not may lie apart at the end' },
  { name: 'KNEE_MAX', key: 'kneeMax', kind: 'number', def: '20000', min: 1, max: 1_000_000, text: 'where the search ends at the latest' },
  { name: 'KNEE_STATE', key: 'kneeStatePercent', kind: 'number', def: '10', min: 0, max: 100, text: '% of a step in which the intake may pause' },
  { name: 'KNEE_FIT_ERROR', key: 'kneeFitError', kind: 'number', def: '15', min: 1, max: 100, text: '% by which the costs that were found may miss the CPU of the middle one of the heavy steps' },
  { name: 'CALIBRATION_FILE', key: 'calibrationFile', kind: 'file', def: '', text: 'for knee: write the costs there' },
  { name: 'CALIBRATION_FROM', key: 'calibrationFrom', kind: 'text', def: '', shown: 'the shipped one', text: 'the calibration that gives what is not measured' },
  { name: 'CALIBRATION_TRANSPORT', key: 'calibrationTransport', kind: 'choice', choices: ['direct', 'stream'], def: 'direct', text: 'how the measured server writes to its clients, told in the file' },
  { name: 'CALIBRATION_LINK', key: 'calibrationLink', kind: 'choice', choices: ['auto', 'loopback', 'cable', 'network'], def: 'auto', text: 'what lies between, told in the file; auto: loopback or network, by the address' },
  { name: 'CALIBRATION_NOTE', key: 'calibrationNote', kind: 'text', def: '', text: 'free text for the file' },
  { name: 'REPORT_HTML', key: 'reportHtml', kind: 'file', def: '', text: 'write the report there as a page with plots' },
]);

const modeReaders = Object.freeze({
  text: (text) => (text.length <= 4096 ? { value: text === '' ? null : text } : { problem: 'must be at most 4096 characters' }),
  numberOrNone: (text, row) => {
    if (text === '') return { value: null };
    const good = /^\d+(\.\d+)?$/.test(text) && Number(text) >= row.min && Number(text) <= row.max;
    return good ? { value: Number(text) } : { problem: `must be a number between ${row.min} and ${row.max}` };
  },
});

/** What can't be meant, once every variable can be read. */
function modeContradictions(settings) {
  const problems = [];
  const { mode, publishRate, channels } = settings;
  if (['baseline', 'saturation', 'burst'].includes(mode) && publishRate === 0) problems.push(`PUBLISH_RATE: MODE=${mode} needs it`);
  if (mode === 'baseline' && channels.length === 0) problems.push('CHANNELS: MODE=baseline needs one');
  if (mode === 'burst' && publishRate * settings.burstFactor > 50_000) {
    problems.push(`BURST_FACTOR=${settings.burstFactor}: times PUBLISH_RATE is ${publishRate * settings.burstFactor} messages/s, at most 50000`);
  }
  if (mode === 'knee') problems.push(...kneeContradictions(settings));
  else if (settings.calibrationFile !== null) problems.push(`CALIBRATION_FILE: only MODE=knee writes one, this is MODE=${mode}`);
  return problems;
}

function kneeContradictions({ kneeOf, kneeFrom, kneeMax, publishRate }) {
  const problems = [];
  if (kneeOf === 'rate' && publishRate === 0 && kneeFrom === null) problems.push('KNEE_OF=rate: needs PUBLISH_RATE or KNEE_FROM');
  if (kneeOf === 'clients' && kneeFrom !== null && !Number.isInteger(kneeFrom)) problems.push(`KNEE_FROM=${kneeFrom}: must be a whole number of clients`);
  if (kneeOf === 'clients' && !Number.isInteger(kneeMax)) problems.push(`KNEE_MAX=${kneeMax}: must be a whole number of clients`);
  if (kneeFrom !== null && kneeFrom > kneeMax) problems.push(`KNEE_FROM=${kneeFrom}: must not be above KNEE_MAX=${kneeMax}`);
  return problems;
}

module.exports = { modes, modeVariables, modeReaders, modeContradictions, shippedCalibration };
