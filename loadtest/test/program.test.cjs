'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { FakeServer } = require('./fake-server.cjs');
const { against, runLoadTest, shortRun } = require('./run-load-test.cjs');

describe('the program', { concurrency: 3 }, () => {
  it('speaks wss and https, and refuses a certificate that it does not know', async (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loadtest-'));
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
    const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]);
    if (made.status !== 0) {
      t.skip('openssl, which makes the certificate, is not installed');
      return;
    }
    const server = await FakeServer.start({}, { key: fs.readFileSync(key), cert: fs.readFileSync(cert) });
    const known = await runLoadTest({ ...shortRun, ...server.env, NODE_EXTRA_CA_CERTS: cert });
    const unknown = await runLoadTest({ ...shortRun, ...server.env });
    await server.stop();
    fs.rmSync(folder, { recursive: true });

    assert.equal(known.code, 0, known.stdout + known.stderr);
    assert.equal(known.report.server.health.version, '0.0.1');
    assert.equal(unknown.code, 1);
    assert.ok(unknown.report.connections.failed.DEPTH_ZERO_SELF_SIGNED_CERT >= 12, JSON.stringify(unknown.report.connections.failed));
  });

  it('names every bad variable at once and exits 78', async () => {
    const run = await runLoadTest({ TARGET_CONNECTIONS: '0', DURATION: 'long', SUBSCRIPTION_MODE: 'some', PUBLISH_TOKEN: 'hidden word' }, { args: ['--fast'] });

    assert.equal(run.code, 78);
    assert.match(run.stderr, /TARGET_CONNECTIONS="0": must be a whole number between 1 and 1000000 \(default 2000\)/);
    assert.match(run.stderr, /DURATION="long": must be a duration between 1s and 24h/);
    assert.match(run.stderr, /SUBSCRIPTION_MODE="some": must be one of all, single, random/);
    assert.match(run.stderr, /PUBLISH_TOKEN=\*\*\*/);
    assert.match(run.stderr, /argument "--fast": unknown/);
    assert.ok(!run.stderr.includes('hidden word'), 'a secret is not shown');
  });

  it('exits 2 when nothing listens', async () => {
    const server = await FakeServer.start();
    const { env } = server;
    await server.stop();
    const run = await runLoadTest({ ...shortRun, ...env });

    assert.equal(run.code, 2);
    assert.match(run.stderr, /nothing accepts connections at 127\.0\.0\.1:\d+ \(127\.0\.0\.1: ECONNREFUSED\)/);
  });

  it('reports what it has and exits 130 when interrupted', async () => {
    const run = await against({}, { DURATION: '60' }, {
      args: [],
      whileRunning: (child) => child.stdout.once('data', () => setTimeout(() => child.kill('SIGINT'), 1000)),
    });

    assert.equal(run.code, 130, run.stderr);
    assert.match(run.stdout, /interrupted/);
    assert.match(run.stdout, /clients +12 of 12 subscribed/);
    assert.match(run.stdout, /ok +lost/);
    assert.match(run.stdout, /FAIL +complete +the run was interrupted before it was decided/);
    assert.match(run.stdout, /\nFAILED: complete\n/);
  });

  it('says that HTTP/2 is not spoken where it was told to publish', async () => {
    const run = await against({}, { PUBLISH_PROTOCOL: 'http2' });

    assert.equal(run.code, 1, run.stderr);
    assert.match(run.report.criteria.find(({ name }) => name === 'publishing').sentence, /WS_PUBLISH_ADDR/, JSON.stringify(run.report.publishing));
  });

  it('writes a text report and the same figures as JSON to a file', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loadtest-'));
    const file = path.join(folder, 'report.json');
    const run = await against({}, { REPORT_FILE: file, PUBLISH_TOKEN: 'very-secret', WS_TOKEN: 'very-secret' }, { args: [] });
    const report = JSON.parse(fs.readFileSync(file, 'utf8'));
    fs.rmSync(folder, { recursive: true });

    assert.equal(run.code, 0, run.stdout);
    assert.match(run.stdout, /PASSED\n/);
    assert.equal(report.connections.subscribed, 12);
    assert.ok(!JSON.stringify(report).includes('very-secret') && !run.stdout.includes('very-secret'), 'secrets stay out of reports');
  });
});
