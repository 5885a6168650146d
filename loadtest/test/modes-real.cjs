'use strict';

const { calibrationBefore } = require('./scripted-run.cjs');
const { againstRealServer, expect, failedOf } = require('./with-real-server.cjs');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

// Not part of `node --test`: every mode in a short form against the built server (make build), pinned to core 0. About three minutes.
// The server is given 0.2 cores without being held to them, so that a small load makes it refuse and pause.
const governed = Object.freeze({ WS_CPU_LIMIT: '0.2', WS_CPU_REJECT_THRESHOLD: '75', WS_CPU_PAUSE_THRESHOLD: '80' });
const short = Object.freeze({ TARGET_CONNECTIONS: '100', PUBLISH_RATE: '20', DURATION: '6', STEP_DURATION: '3', SUBSCRIPTION_MODE: 'all', PROCESSES: '1', ALLOW_BUSY_GENERATOR: 'true' });
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'modes-real-'));

async function main() {
  const run = (variables, server = {}) => againstRealServer('modes-real.cjs', server, { ...short, ...variables });

  const baseline = await run({ MODE: 'baseline' });
  expect('baseline passes', baseline.code === 0, baseline);
  const ramp = await run({ MODE: 'ramp', STEPS: '4' });
  expect('ramp passes, with the CPU of every step', ramp.code === 0 && ramp.report.points.every(({ cpuCores }) => cpuCores > 0), ramp);
  const burst = await run({ MODE: 'burst', BURST_DURATION: '5' });
  expect('burst passes, nothing lost', burst.code === 0 && burst.report.completeness.lost === 0, burst);
  const churn = await run({ MODE: 'churn', CHURN_RATE: '10' });
  expect('churn passes', churn.code === 0 && churn.report.result.connects >= 30, churn);
  const saturation = await run({ MODE: 'saturation' }, governed);
  expect('saturation is reached and recovered from', saturation.code === 0 && saturation.report.result.recovery.recovered, saturation);

  fs.writeFileSync(path.join(folder, 'before.json'), JSON.stringify(calibrationBefore));
  const file = path.join(folder, 'calibration.json');
  const knee = await run({ MODE: 'knee', KNEE_OF: 'rate', KNEE_FROM: '40', KNEE_FACTOR: '2', KNEE_PRECISION: '20', CALIBRATION_FROM: path.join(folder, 'before.json'), CALIBRATION_FILE: file }, governed);
  expect('knee is found, bound by cpu, and written', failedOf(knee).filter((name) => name !== 'costsFit').length === 0 && knee.report.result.boundBy === 'cpu' && fs.existsSync(file), knee);
}

main().then(() => process.exit(process.exitCode ?? 0));
