// Numbers in words, short enough for a phone.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** 1234567 as 1,234,567. */
export const count = number => whole.format(number);

/** So many a second: the smaller, the more places. */
export function rate(number) {
  if (number === 0) return '0';
  return number < 1 ? number.toFixed(2) : number < 100 ? number.toFixed(1) : whole.format(number);
}

/** For the axis of a plot: 12000 as 12k. */
export function short(number) {
  if (number >= 1e9) return `${trimmed(number / 1e9)}G`;
  if (number >= 1e6) return `${trimmed(number / 1e6)}M`;
  return number >= 1e4 ? `${trimmed(number / 1e3)}k` : trimmed(number);
}

const trimmed = number => String(Number(number.toPrecision(3)));

/** A latency. What is below a millisecond no clock here can tell. */
export function milliseconds(ms) {
  if (!Number.isFinite(ms)) return '–';
  if (ms <= 1) return '≤ 1 ms';
  return ms < 10_000 ? `${whole.format(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A time that has passed, in at most two units. Seconds. */
export function span(seconds) {
  if (seconds < MINUTE) return `${Math.floor(seconds)} s`;
  if (seconds < HOUR) return two(seconds, MINUTE, 'min', 1, 's');
  return seconds < DAY ? two(seconds, HOUR, 'h', MINUTE, 'min') : two(seconds, DAY, 'd', HOUR, 'h');
}

function two(seconds, large, largeName, small, smallName) {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** How old something is, in one unit. Seconds. */
export function age(seconds) {
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`;
  if (seconds < MINUTE) return `${Math.floor(seconds)} s`;
  return seconds < HOUR ? `${Math.floor(seconds / MINUTE)} min` : `${Math.floor(seconds / HOUR)} h`;
}

/** Bytes, 1024-based as in the settings. */
export function bytes(number) {
  for (const [size, unit] of [[2 ** 30, 'GB'], [2 ** 20, 'MB'], [2 ** 10, 'KB']]) {
    if (number >= size) return `${number < 10 * size ? (number / size).toFixed(1) : whole.format(number / size)} ${unit}`;
  }
  return `${number} bytes`;
}
