'use strict';

const maxNameBytes = 256;

/** Why `name` is no channel name or pattern, or null when it is one. */
function nameProblem(name) {
  if (name === '') return 'is empty';
  if (Buffer.byteLength(name) > maxNameBytes) return `is longer than ${maxNameBytes} bytes`;
  if (/[\u0000-\u0020\u007f-\u009f\s]/u.test(name)) return 'holds white space or a control character';
  const tokens = name.split('.');
  if (tokens.includes('')) return 'has an empty token';
  const rest = tokens.indexOf('>');
  if (rest >= 0 && rest < tokens.length - 1) return 'has ">" before its last token';
  return null;
}

function isPattern(name) {
  return name.split('.').some((token) => token === '*' || token === '>');
}

/** A function that tells whether a channel matches the NATS pattern: `*` is one token, `>` the rest. */
function compilePattern(pattern) {
  const wanted = pattern.split('.');
  const open = wanted[wanted.length - 1] === '>';
  const fixed = open ? wanted.length - 1 : wanted.length;
  return (channel) => {
    const tokens = channel.split('.');
    if (open ? tokens.length <= fixed : tokens.length !== fixed) return false;
    for (let i = 0; i < fixed; i++) {
      if (wanted[i] !== '*' && wanted[i] !== tokens[i]) return false;
    }
    return true;
  };
}

/** Expands one `{000..099}` in a list entry, keeping the width of the first number. */
function expandRange(entry) {
  const match = /^(.*)\{(\d+)\.\.(\d+)\}(.*)$/.exec(entry);
  if (!match) return [entry];
  const [, before, first, last, after] = match;
  const from = Number(first);
  const to = Number(last);
  if (to < from || to - from >= 100000) return [entry];
  return Array.from({ length: to - from + 1 }, (_, i) => before + String(from + i).padStart(first.length, '0') + after);
}

module.exports = { nameProblem, isPattern, compilePattern, expandRange };
