'use strict';

const { CannotRun } = require('../endpoint.cjs');

/** The other end of a Peer: answers its calls with what the functions give, and ends with the coordinator. */
function answerCalls(functions) {
  // Ctrl-C reaches every process of the terminal; when the run ends is for the coordinator to say.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(0));
  process.on('message', ({ id, name, args }) => {
    Promise.resolve()
      .then(() => functions[name](args))
      .then((result) => send({ id, result }), (error) => send({ id, error: { message: error.message, stack: error.stack, isCannotRun: error instanceof CannotRun } }));
  });
}

function send(answer) {
  if (process.connected) process.send(answer, () => {}); // a coordinator that is gone ends us by 'disconnect'
}

/** URLs don't go from process to process; everything else of the settings does. */
function packed(value) {
  if (value instanceof URL) return { url: value.href };
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, packed(one)]));
}

function unpacked(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === 'url' && typeof value.url === 'string') return new URL(value.url);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unpacked(one)]));
}

module.exports = { answerCalls, packed, unpacked };
