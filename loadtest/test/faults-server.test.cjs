'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { runFaults } = require('./faults-run.cjs');

// Small: what the scenarios prove at length is run by `make soak`. Here it is that they and the server fit together.

const root = path.join(__dirname, '..', '..');
const server = ['src/WsFanout/bin/Release/net10.0/wsfanout', 'artifacts/wsfanout/wsfanout'].map((file) => path.join(root, file)).find((file) => fs.existsSync(file));
const nginx = [...process.env.PATH.split(':'), '/usr/sbin'].map((folder) => path.join(folder, 'nginx')).find((file) => fs.existsSync(file));
const skip = server === undefined && 'the server is not built';
const small = { SERVER: server, CLIENTS: '30', BROKERS: '1', PUBLISH_RATE: '200', SETTLE_TIMEOUT: '40s', ALLOW_BUSY_GENERATOR: 'true' };
const deadlineMs = 110_000;

describe('the server under faults', { concurrency: 2, skip }, () => {
  it('moves clients between two servers, and they notice nothing', async () => {
    const { code, report, told } = await runFaults('moves', { ...small, DURATION: '7', DRAIN_EVERY: '3', CONNECTION_AGE: '4', KILL_RATE: '4' }, deadlineMs);

    assert.equal(code, 0, told);
    assert.ok(report.resumes.recovered > 10 && report.resumes.caughtUp > 0, JSON.stringify(report.resumes));
  });

  it('upgrades the server behind nginx, and its clients notice nothing', { skip: nginx === undefined && 'nginx is not installed' }, async () => {
    const { code, report, told } = await runFaults('upgrade', { ...small, DURATION: '12', DRAIN_EVERY: '2', KILL_RATE: '4' }, deadlineMs);

    assert.equal(code, 0, told);
    assert.ok(report.did['upgrades beside'] > 0, JSON.stringify(report.did));
  });

  it('kills the server, and its successor resumes everybody', async () => {
    const { code, report, told } = await runFaults('crash', { ...small, DURATION: '3' }, deadlineMs);

    assert.equal(code, 0, told);
    assert.equal(report.crashes[0].recovered, 30);
  });
});
