'use strict';

// Shows that a generator which others keep from its core fails, and says that this was the reason. The built server has core 0, the load test
// core 1 together with programs that only take time. Not part of the tests: it takes a minute and both cores.
//
//   make build && node loadtest/test/starved.cjs

const { spawn } = require('node:child_process');
const { againstRealServer, expect, failedOf } = require('./with-real-server.cjs');

const hogs = 8;
const load = { TARGET_CONNECTIONS: '2000', RAMP_RATE: '500', DURATION: '15', PUBLISH_RATE: '200', SUCCESS_RATE: '90', PUBLISH_SUCCESS_RATE: '50' };
const onCore1 = ['taskset', '-c', '1'];

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

async function main() {
  const calm = await againstRealServer('starved.cjs', {}, load, { prefix: onCore1 });
  expect('alone on its core it passes', calm.code === 0, calm);

  const others = Array.from({ length: hogs }, () => spawn('taskset', ['-c', '1', process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' }));
  try {
    const starved = await againstRealServer('starved.cjs', {}, load, { prefix: onCore1 });
    const reason = starved.report?.criteria.find(({ name }) => name === 'generator').sentence ?? '';
    expect(`with ${hogs} hogs on it the criterion "generator" fails, and no other`, starved.code === 1 && failedOf(starved).join() === 'generator', starved);
    expect('and says that others had the core', /this program was the bottleneck .*other programs had its core for \d+ % of the time/.test(reason), starved);
  } finally {
    for (const hog of others) hog.kill('SIGKILL');
  }
}
