#!/usr/bin/env node
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Broker } = require('./faults/lib/broker.cjs');
const { NoCgroup } = require('./lib/cgroup.cjs');
const { findKnee } = require('./lib/knee/held-server.cjs');
const { programToMeasure, pinSelf } = require('./lib/pinned-server.cjs');
const { readVariables } = require('./lib/settings.cjs');

// What a delivery, a message, a client and a newcomer cost on this machine, measured up to the knee of a server that is held to a part of a
// core: the file that WS_CALIBRATION and `wsfanout plan --calibration` read. The load is the capacity plan's kind: 10 of 100 channels a client.
const variables = [
  { name: 'CORES', key: 'cores', kind: 'number', def: '0.5', min: 0.1, max: 64, text: 'CPU that the server is held to' },
  { name: 'PUBLISH_RATE', key: 'rate', kind: 'number', def: '60', min: 1, max: 1000, text: 'messages a second: about what you plan for, since a delivery gets cheaper with the rate' },
  { name: 'STEP_DURATION', key: 'step', kind: 'text', def: '15s', text: 'how long each load is measured' },
  { name: 'NATS_SERVER', key: 'natsServer', kind: 'text', def: 'nats-server', text: 'the broker to start; none = the built-in source' },
  { name: 'CALIBRATION_FILE', key: 'file', kind: 'text', def: path.join('artifacts', 'calibration.json'), text: 'where the costs go; the page with the curve goes beside it' },
];
const serverVariables = Object.freeze({ WS_MAX_CONNECTIONS: '18000', WS_TRANSPORT: 'direct', WS_CPU_SAMPLE_INTERVAL: '2s', JS_STREAM_STORAGE: 'memory' });
const exit = Object.freeze({ measured: 0, couldNotRun: 2, badSettings: 78 });

async function main() {
  const program = programToMeasure('calibrate.cjs', `Measures what this server costs on this machine, for WS_CALIBRATION and wsfanout plan (about ten minutes; takes root). Variables:\n${variables.map((row) => `  ${row.name}  ${row.text} (default ${row.def})\n`).join('')}`);
  const { settings, problems } = readVariables(process.env, variables, { text: (text) => ({ value: text }) });
  if (problems.length > 0) {
    console.error(problems.join('\n'));
    return exit.badSettings;
  }
  await pinSelf();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'calibrate-'));
  let isMeasured = false;
  const broker = settings.natsServer === 'none' ? null : await Broker.start({ binary: settings.natsServer, nodes: 1, folder });
  try {
    const found = await findKnee({
      program, cores: settings.cores, folder, name: 'calibration',
      server: { ...serverVariables, ...(broker === null ? {} : { NATS_URL: broker.urls[0].href }) },
      load: {
        KNEE_OF: 'clients', TARGET_CONNECTIONS: '1000', KNEE_MAX: '16000', CHANNELS_PER_CLIENT: '10', PUBLISH_RATE: String(settings.rate), RAMP_RATE: '200', MAX_P99: '1000', STEP_DURATION: settings.step,
        CALIBRATION_NOTE: `${broker === null ? 'Built-in source' : 'Through nats-server'}; published over HTTP at the server itself, so a message is a publish and what the stream gives back.`,
      },
    });
    fs.mkdirSync(path.dirname(settings.file), { recursive: true });
    fs.copyFileSync(found.file, settings.file);
    fs.copyFileSync(path.join(folder, 'calibration.html'), `${settings.file.replace(/\.json$/, '')}.html`);
    console.log(`\nWritten: ${settings.file}. Give it to the server and to wsfanout plan: WS_CALIBRATION=${settings.file}`);
    isMeasured = true;
    return exit.measured;
  } finally {
    await broker?.stopAll();
    if (isMeasured) fs.rmSync(folder, { recursive: true, force: true });
    else console.error(`Logs: ${folder}`);
  }
}

main().then((code) => process.exit(code), (error) => {
  console.error(error instanceof NoCgroup ? error.message : error.stack);
  process.exit(exit.couldNotRun);
});
