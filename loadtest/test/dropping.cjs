'use strict';

// Shows that a server which loses one delivery in 10,000 and says nothing is caught, and that the same one without that passes: 200 clients get
// 100 messages a second for ten seconds, so about twenty are lost. Not part of the tests: it takes half a minute and both cores.
//
//   make build && node loadtest/test/dropping.cjs

const { againstRealServer, expect, failedOf } = require('./with-real-server.cjs');

const load = { TARGET_CONNECTIONS: '200', RAMP_RATE: '200', DURATION: '10', PUBLISH_RATE: '100', SUBSCRIPTION_MODE: 'all', PUBLISH_SUCCESS_RATE: '50', ALLOW_BUSY_GENERATOR: 'true' };

async function main() {
  const honest = await againstRealServer('dropping.cjs', {}, load);
  expect('the server as it is passes', honest.code === 0, honest);

  const dropping = await againstRealServer('dropping.cjs', { WS_TEST_DROP_ONE_IN: '10000' }, load);
  const { owed, lost } = dropping.report.completeness;
  const failed = failedOf(dropping);
  expect(`a server that drops one delivery in 10,000 is caught: ${lost} of ${owed} lost`, dropping.code === 1 && failed.includes('lost') && failed.every((name) => name === 'lost' || name === 'brokenPrev'), dropping);
  // Each worker of the server counts for itself.
  expect('and about as many are found as it dropped', lost >= owed / 20_000 && lost <= owed / 10_000 + 1, dropping);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
