'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const http = require('node:http');
const http2 = require('node:http2');
const path = require('node:path');
const { it } = require('node:test');
const h2 = require('../lib/publishing/http2-frames.cjs');
const { readPublishSettings } = require('../lib/publishing/settings.cjs');
const { parse, spent } = require('../lib/publishing/server-side.cjs');
const { complaints } = require('../lib/publishing/verdict.cjs');

const longestRoundMs = 16_000;
const program = path.join(__dirname, '..', 'publish-test.cjs');

for (const mode of ['new', 'kept', 'lines']) {
  it(`counts what a server of HTTP/1.1 has stored, and what it has not (${mode})`, async () => {
    let seen;
    const server = http.createServer((request, response) => {
      if (request.method !== 'POST') return response.writeHead(404).end(); // no metrics: then there is nothing to say of the server
      seen.connections.add(request.socket);
      const parts = [];
      request.on('data', (part) => parts.push(part)).on('end', () => {
        seen.bytes.add(Buffer.concat(parts).length);
        const body = '{"seq":1}\n'.repeat(mode === 'lines' ? 3 : 1);
        response.writeHead(++seen.requests % 10 === 0 ? 503 : 200, { 'content-length': body.length }).end(body);
      });
    });
    const port = await listen(server);

    const { code, report, stderr } = await runUntil(40, () => { seen = { requests: 0, bytes: new Set(), connections: new Set() }; }, { MODES: mode, CLIENTS: '4', LINES: '3', SIZES: '50', SUCCESS_RATE: '100', PUBLISH_URL: `http://127.0.0.1:${port}/publish` });

    const [round] = report.figures;
    assert.equal(code, 1, stderr);
    assert.ok(round.successPercent > 80 && round.successPercent < 95, `${round.successPercent}`);
    assert.deepEqual(Object.keys(round.failures), ['status 503']);
    assert.ok(Math.abs(round.messagesPerSecond - round.requestsPerSecond * (mode === 'lines' ? 3 : 1)) < 1e-6);
    assert.deepEqual([...seen.bytes], [mode === 'lines' ? 153 : 50]);
    assert.ok(mode === 'new' ? seen.connections.size > 20 : seen.connections.size === 4, `${seen.connections.size}`);
    assert.match(stderr, /FAIL .*stored, SUCCESS_RATE is 100: status 503/);
    close(server);
  });
}

it('speaks HTTP/2 with another implementation, through its windows and frames', async () => {
  let seen;
  const server = http2.createServer({ settings: { initialWindowSize: 65_535, maxFrameSize: 32_768 } });
  server.on('session', () => seen.sessions++);
  server.on('stream', (stream, headers) => {
    let bytes = 0;
    stream.on('data', (part) => { bytes += part.length; }).on('error', () => {}).on('end', () => {
      if (stream.destroyed) return; // the round is over, perhaps in the middle of a body
      seen.bytes.add(bytes);
      seen.path = headers[':path'];
      stream.respond({ ':status': ++seen.requests % 20 === 0 ? 503 : 200 });
      stream.end('{"seq":1}');
    });
  });
  const port = await listen(server);

  const { report } = await runUntil(40, () => { seen = { requests: 0, sessions: 0, bytes: new Set() }; }, { MODES: 'http2', CLIENTS: '6', STREAMS: '3', SIZES: '200KB', FRAMES: '1MB', METRICS_URL: 'http://127.0.0.1:1/metrics', PUBLISH_URL: `http://127.0.0.1:${port}/publish` });

  const [round] = report.figures;
  assert.deepEqual(Object.keys(round.failures), ['status 503']);
  assert.deepEqual([...seen.bytes], [200 * 1024]);
  assert.equal(seen.sessions, 2);
  assert.match(seen.path, /^\/publish\/bench\.\d$/);
  close(server);
});

it('says that a request was reset, and that a server was not there', async () => {
  const server = http2.createServer();
  server.on('stream', (stream) => stream.on('error', () => {}).close(http2.constants.NGHTTP2_REFUSED_STREAM));
  const port = await listen(server);

  const reset = await runUntil(1, () => {}, { MODES: 'http2', CLIENTS: '2', PUBLISH_URL: `http://127.0.0.1:${port}/publish` });
  close(server);
  const none = await runUntil(1, () => {}, { MODES: 'http2', CLIENTS: '2', PUBLISH_URL: `http://127.0.0.1:${port}/publish` });

  assert.deepEqual([reset.code, Object.keys(reset.report.figures[0].failures)], [1, ['reset 7']]);
  assert.deepEqual([none.code, Object.keys(none.report.figures[0].failures)], [1, ['ECONNREFUSED']]);
});

it('reads the status of every way to write it', () => {
  const plain = (text) => Buffer.concat([Buffer.from([0x48, 3]), Buffer.from(text)]);

  assert.equal(h2.statusOf(Buffer.from([0x88])), 200);
  assert.equal(h2.statusOf(Buffer.from([0x3f, 0x88])), 200);
  assert.equal(h2.statusOf(Buffer.from([0x8d])), 404);
  assert.equal(h2.statusOf(plain('503')), 503);
  assert.equal(h2.statusOf(Buffer.from([0x08, 3, ...Buffer.from('429')])), 429);
  assert.equal(h2.statusOf(Buffer.from([0x48, 0x82, 0x64, 0x02])), 302);
});

it('cuts frames out of whatever pieces they come in', () => {
  const frames = [];
  const splitter = new h2.FrameSplitter((kind, flags, stream, body) => frames.push([kind, flags, stream, body.length]));
  const bytes = Buffer.concat([h2.frame(h2.type.data, 1, 5, Buffer.alloc(300)), h2.windowUpdate(0, 7), h2.frame(h2.type.ping, 0, 0, Buffer.alloc(8))]);

  for (let at = 0; at < bytes.length; at += 11) splitter.take(bytes.subarray(at, at + 11));

  assert.deepEqual(frames, [[0, 1, 5, 300], [8, 0, 0, 4], [6, 0, 0, 8]]);
});

it('says which variable is wrong and what it may be', () => {
  const problem = (env) => readPublishSettings(env).problems[0];

  assert.match(problem({ MODES: 'kept,http3' }), /^MODES="kept,http3": must be one or several of new, kept, http2, lines/);
  assert.match(problem({ SIZES: '400,1GB' }), /^SIZES="400,1GB": must be sizes/);
  assert.match(problem({ CLIENTS: '0' }), /^CLIENTS="0": must be whole numbers, by comma, each between 1 and 10000/);
  assert.deepEqual(readPublishSettings({ SIZES: '400,256KB' }).settings.sizes, [400, 262_144]);
});

it('tells the stages of a round from two looks at the metrics', () => {
  const look = (count, sum, below) => parse([
    `process_cpu_seconds_total ${count / 1000}`,
    `ws_publish_requests_total{protocol="http/2",outcome="stored"} ${count}`,
    `ws_publish_stage_seconds_bucket{stage="queue",le="0.001"} ${below}`,
    `ws_publish_stage_seconds_bucket{stage="queue",le="0.01"} ${count}`,
    `ws_publish_stage_seconds_bucket{stage="queue",le="+Inf"} ${count}`,
    `ws_publish_stage_seconds_sum{stage="queue"} ${sum}`,
    `ws_publish_stage_seconds_count{stage="queue"} ${count}`,
  ].join('\n'));

  const figures = spent(look(100, 1, 100), look(300, 1.4, 200), 2);

  assert.deepEqual([figures.stages.queue.meanMs.toFixed(6), figures.stages.queue.p99BelowMs], ['2.000000', 10]);
  assert.equal(figures.stages.reply, null);
  assert.deepEqual([figures.stored, Math.round(figures.cpuMicrosPerMessage)], [200, 1000]);
});

it('does not pass a round in which it was the bottleneck itself', () => {
  const round = { mode: 'kept', clients: 1, size: 1, requests: 1, successPercent: 100, messagesPerSecond: 5, failures: {}, generator: { isBottleneck: true, loopBusyPercent: 99 } };
  const settings = { successRate: 100, minRate: 0, allowBusyGenerator: false };

  assert.match(complaints([round], settings)[0], /this program was busy 99 % of the time/);
  assert.deepEqual(complaints([round], { ...settings, allowBusyGenerator: true }), []);
  assert.match(complaints([{ ...round, generator: {} }], { ...settings, minRate: 6 })[0], /5 messages\/s, MIN_RATE is 6/);
});

function listen(server) {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
}

/**
 * Rounds that get longer until one has counted so many requests: how many a busy machine can do in a moment is not what is tested.
 * @param {() => void} begin called before each try, which the server under test sees as if it were the only one
 */
async function runUntil(requests, begin, variables) {
  for (let ms = 500; ms <= longestRoundMs; ms *= 2) {
    begin();
    const tried = await run({ ...variables, DURATION: `${ms}ms` });
    if (tried.report.figures[0].requests >= requests) return tried;
  }
  throw new Error(`less than ${requests} requests were answered in a round of ${longestRoundMs} ms: this machine is too busy, or the program asks nothing`);
}

function close(server) {
  server.close();
  server.closeAllConnections?.();
}

/** The program as people start it, for a short round. */
function run(variables) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, '--json'], { env: { PATH: process.env.PATH, DURATION: '500ms', WARM_UP: '100ms', ALLOW_BUSY_GENERATOR: 'true', ...variables } });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => { stdout += text; });
    child.stderr.on('data', (text) => { stderr += text; });
    child.on('error', reject);
    child.on('exit', (code) => {
      try {
        resolve({ code, report: JSON.parse(stdout), stderr });
      } catch (error) {
        reject(new Error(`${error.message}: ${stdout} ${stderr}`));
      }
    });
  });
}
