// What the answer of /health comes to: in words, and as shares of the limits.

import { bytes, count, span } from './words.js';

/** Seconds below which the alert StreamHeadroomLow fires. */
const SHORT_HEADROOM = 15;

/** Why the server is in its state, where it says so. */
export const reasonOf = ({ checks }) => checks.cpu.reason ?? checks.memory.reason;

/** `paused (cpu)` */
export const stateOf = health => `${health.state}${health.state === 'normal' ? '' : inBrackets(reasonOf(health))}`;

export const cpuOf = ({ checks }) => `CPU ${checks.cpu.percent.toFixed(0)} % of its limit`;

/** Why newcomers are refused, as a sentence; null when it doesn't say. */
export function whyRefused(health) {
  if (health.state !== 'normal') return `the server takes no newcomers: it is ${stateOf(health)}, ${cpuOf(health)}`;
  const { capacity, nats } = health.checks;
  if (capacity.status !== 'healthy') return `the server is full: ${capacity.connections} of ${capacity.max_connections} clients`;
  return nats.status === 'healthy' ? null : `the server has no stream${inBrackets(nats.reason)}`;
}

/**
 * What has a limit.
 * @returns {{key: string, percent: number, text: string, tone: '' | 'warn' | 'bad', hint: string, marks: number[]}[]} marks: percent
 *   above which something happens, which the hint says
 */
export function metersOf({ checks: { cpu, memory, capacity, intake }, limits }) {
  return [
    meter('cpu', cpu.percent, `${cpu.percent.toFixed(0)} % of ${cpu.limit_cores} core${cpu.limit_cores === 1 ? '' : 's'}`, thresholds(limits.cpu_reject_percent, limits.cpu_pause_percent)),
    meter('memory', memory.percent, `${bytes(memory.bytes)} of ${bytes(memory.limit_bytes)}, ${memory.percent.toFixed(0)} %`, thresholds(limits.memory_reject_percent, limits.memory_pause_percent)),
    meter('clients', ...shareOf(capacity.connections, capacity.max_connections, ''), { warn: 80, bad: 100, hint: 'the next one is refused when all are taken' }),
    meter('queue', ...shareOf(intake.queue_depth, intake.queue_capacity, ' messages'), { warn: 60, bad: 80, hint: 'between intake and the slowest worker' }),
  ];
}

/** What has none: `[name, text, tone]`. */
export function factsOf({ checks: { intake, nats, memory }, uptime_seconds: uptime, version }) {
  const tone = isWell => (isWell ? '' : 'bad');
  const [reads, isAttached] = [intake.status === 'healthy', nats.status === 'healthy'];
  const left = intake.headroom_seconds ?? Infinity;
  return [
    ['intake', `${reads ? 'reading' : intake.reason}${intake.catching_up ? ', catching up' : ''}`, tone(reads)],
    ['unread in the stream', `${count(intake.lag_messages)} messages`, ''],
    ['headroom', headroomOf(left), tone(left >= SHORT_HEADROOM)],
    ['stream', `${nats.source}, ${isAttached ? `attached for ${span(nats.attached_seconds)}` : awayOf(nats)}`, tone(isAttached)],
    ['read up to', `seq ${intake.seq}`, ''],
    ['managed heap', `${bytes(memory.heap_bytes)} of ${bytes(memory.heap_limit_bytes)}`, ''],
    ['up for', `${span(uptime)}, version ${version}`, ''],
  ];
}

function headroomOf(seconds) {
  if (seconds === Infinity) return 'nothing unread that could be lost';
  return seconds <= 0 ? 'none: messages are being lost' : `${span(seconds)} until unread messages are lost`;
}

const awayOf = ({ away_seconds: away, reason, detail }) => `away for ${span(away)}${inBrackets(reason)}${detail ? `: ${detail}` : ''}`;

/** How long the server was in which state, from the stretches of `States`. */
export function summaryOf(runs) {
  const seconds = new Map();
  for (const { name, from, to } of runs) seconds.set(name, (seconds.get(name) ?? 0) + from - to);
  const parts = [...seconds].map(([name, time]) => `${name} ${span(time)}`);
  return parts.length === 0 ? 'not known yet' : parts.join(', ');
}

function meter(key, percent, text, { warn, bad, hint, marks = [] }) {
  return { key, percent, text, tone: percent >= bad ? 'bad' : percent >= warn ? 'warn' : '', hint, marks };
}

function thresholds(reject, pause) {
  const words = [reject < 100 && `no newcomers above ${reject} %`, pause < 100 && `intake pauses above ${pause} %`].filter(Boolean);
  return { warn: reject, bad: pause, hint: words.join(', ') || 'no threshold: both are 100 %, off', marks: [reject, pause].filter(percent => percent < 100) };
}

const shareOf = (part, whole, unit) => [whole > 0 ? 100 * part / whole : 0, `${count(part)} of ${count(whole)}${unit}`];

const inBrackets = reason => (reason ? ` (${reason})` : '');
