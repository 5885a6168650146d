'use strict';

const known = [
  'BTC', 'ETH', 'SOL', 'BNB', 'XRP', 'ADA', 'DOGE', 'TON', 'TRX', 'AVAX',
  'DOT', 'LINK', 'MATIC', 'LTC', 'BCH', 'NEAR', 'UNI', 'ATOM', 'XLM', 'ETC',
  'FIL', 'APT', 'ARB', 'OP', 'INJ', 'SUI', 'SEI', 'TIA', 'RUNE', 'AAVE',
  'MKR', 'LDO', 'CRV', 'SNX', 'GRT', 'ALGO', 'PEPE', 'WIF', 'BONK', 'JUP',
];
const symbols = 100;

/** What `wsfanout feed` publishes on by default; a test holds the names against its source. */
const demoChannels = Object.freeze(Array.from({ length: symbols }, (_, number) => {
  const round = Math.floor(number / known.length) + 1;
  return `${known[number % known.length]}${round === 1 ? '' : round}.trade`;
}));

module.exports = { demoChannels, known };
