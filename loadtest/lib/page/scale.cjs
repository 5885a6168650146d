'use strict';

/** Round numbers from 0, or from about the least, to at least the most: where lines of a plot go. About `count` of them. */
function ticks(least, most, count = 5) {
  if (!(most > least)) return [least, least + 1];
  const rough = (most - least) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const first = Math.floor(least / step + 1e-9);
  const last = Math.ceil(most / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten, with 2 and 5 between them where there are few, around what is shown. */
function logTicks(least, most) {
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const factors = last - first > 3 ? [1] : [1, 2, 5];
  const all = [];
  for (let power = first; power <= last; power++) for (const factor of factors) all.push(Number((factor * 10 ** power).toPrecision(3)));
  const from = all.filter((tick) => tick <= least).at(-1) ?? all[0];
  const to = all.find((tick) => tick >= most) ?? all.at(-1);
  const kept = all.filter((tick) => tick >= from && tick <= to);
  return kept.length > 1 ? kept : [from, from * 10];
}

/** 12,000 as 12k: labels of an axis are short. */
function short(value) {
  const size = Math.abs(value);
  if (size >= 1e9) return `${trim(value / 1e9)}G`;
  if (size >= 1e6) return `${trim(value / 1e6)}M`;
  if (size >= 1e4) return `${trim(value / 1e3)}k`;
  return trim(value);
}

function trim(value) {
  return String(Number(value.toPrecision(3)));
}

module.exports = { ticks, logTicks, short };
