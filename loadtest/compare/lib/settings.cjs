'use strict';

const whole = {
  ROUNDS: { full: 5, quick: 1, min: 1, max: 99 },
  SECONDS: { full: 8, quick: 3, min: 1, max: 600 },
  CLIENTS: { full: 2000, quick: 500, min: 16, max: 20_000 },
};

/** Between clients and server: all on loopback, or over a virtual cable. */
const links = ['loopback', 'cable'];

/** Of the fan-out: one send for each message; busy, so that messages can share one. */
const rates = [25, 400];

/** Of the many channels: each client hears 4 messages a second, and a message goes to a twentieth of the clients. */
const spread = { channels: 100, subscriptions: 5, rate: 80 };

/** Idle clients of the memory runs, as a multiple of CLIENTS: what the first bring with them (code, pools) is not counted as theirs. */
const idleFactor = 5;

/**
 * @param {Record<string, string | undefined>} env
 * @param {string[]} names of all contestants
 * @returns {{settings: object, problems: string[]}} settings are of use only when there are no problems
 */
function readSettings(env, names) {
  const problems = [];
  if (![undefined, '', '0', '1'].includes(env.QUICK)) problems.push(`QUICK=${env.QUICK}: must be 0 or 1`);
  const isQuick = env.QUICK === '1';
  const numbers = Object.entries(whole).map(([name, row]) => {
    const text = env[name] ?? String(isQuick ? row.quick : row.full);
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < row.min || value > row.max) problems.push(`${name}=${text}: must be a whole number from ${row.min} to ${row.max}`);
    return value;
  });
  const link = env.LINK || 'loopback';
  if (!links.includes(link)) problems.push(`LINK=${env.LINK}: must be ${links.join(' or ')}`);
  const only = (env.ONLY ?? '').split(/[\s,]+/).filter((name) => name !== '');
  for (const name of only) {
    if (!names.includes(name)) problems.push(`ONLY: there is no ${name}; there are ${names.join(', ')}`);
  }
  const [rounds, seconds, clients] = numbers;
  const settings = {
    isQuick,
    rounds,
    seconds,
    clients,
    idleClients: clients * idleFactor,
    names: names.filter((name) => only.length === 0 || only.includes(name)),
    link,
    rates,
    spread,
    payloadBytes: 400,
    warmUpSeconds: isQuick ? 2 : 3,
    settleSeconds: isQuick ? 3 : 8,
  };
  return { settings: Object.freeze(settings), problems };
}

module.exports = { readSettings };
