'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { it } = require('node:test');
const { builtServer, startServer } = require('../lib/pinned-server.cjs');
const { assertFailed, runLoadTest, shortRun } = require('./run-load-test.cjs');

it('catches the built server when it drops one delivery in a thousand', { skip: fs.existsSync(builtServer) ? false : `needs ${builtServer} (make build)` }, async () => {
  const server = await startServer([builtServer], { WS_TEST_DROP_ONE_IN: '1000', WS_CONNECT_RATE: 'unlimited', WS_CPU_REJECT_THRESHOLD: '100', WS_CPU_PAUSE_THRESHOLD: '100' });
  try {
    const run = await runLoadTest({ ...shortRun, WS_URL: `ws://127.0.0.1:${server.port}/ws`, TARGET_CONNECTIONS: '50', SUBSCRIPTION_MODE: 'all', DURATION: '2' });
    const { owed, lost } = run.report.completeness;

    assert.equal(run.code, 1, run.stderr);
    assert.ok(run.failed.includes('lost'), run.failed.join());
    assert.ok(owed > 3000, `${owed} deliveries were owed`);
    assert.ok(lost >= owed / 2000 && lost <= owed / 1000 + 1, `${lost} of ${owed}: each worker of the server counts for itself`);
  } finally {
    server.child.kill('SIGTERM');
  }
});
