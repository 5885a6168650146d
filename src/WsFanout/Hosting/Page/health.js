// What the answer of /health comes to: in words, and as shares of the limits.

import { bytes, count, span } from './words.js';

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
 * @returns {{key: string, percent: number, tone: '' | 'warn' | 'bad', text: string, hint: string, marks: number[]}[]} marks: percent
 *   above which something happens, which the hint says
 */
export function metersOf({ checks: { cpu, memory, capacity, intake }, limits }) {
  const ofCpu = thresholds(limits.cpu_reject_percent, limits.cpu_pause_percent);
  const ofMemory = thresholds(limits.memory_reject_percent, limits.memory_pause_percent);
  const clients = percentOf(capacity.connections, capacity.max_connections);
  const queue = percentOf(intake.queue_depth, intake.queue_capacity);
  return [
    { key: 'cpu', percent: cpu.percent, text: `${cpu.percent.toFixed(0)} % of ${cpu.limit_cores} core${cpu.limit_cores === 1 ? '' : 's'}`, tone: ofCpu.tone(cpu.percent), hint: ofCpu.hint, marks: ofCpu.marks },
    {
      key: 'memory', percent: memory.percent, text: `${bytes(memory.bytes)} of ${bytes(memory.limit_bytes)}, ${memory.percent.toFixed(0)} %`,
      tone: ofMemory.tone(memory.percent), hint: ofMemory.hint, marks: ofMemory.marks,
    },
    { key: 'clients', percent: clients, text: `${count(capacity.connections)} of ${count(capacity.max_connections)}`, tone: toneOf(clients, 80, 100), hint: 'the next one is refused when all are taken', marks: [] },
    { key: 'queue', percent: queue, text: `${count(intake.queue_depth)} of ${count(intake.queue_capacity)} messages`, tone: toneOf(queue, 60, 80), hint: 'between intake and the slowest worker', marks: [] },
  ];
}

/** What has none: `[name, text, tone]`. */
export function factsOf({ checks: { intake, nats, memory }, uptime_seconds: uptime, version }) {
  const headroom = intake.headroom_seconds;
  const stream = nats.status === 'healthy'
    ? `${nats.source}, attached for ${span(nats.attached_seconds)}`
    : `${nats.source}, away for ${span(nats.away_seconds)}${inBrackets(nats.reason)}${nats.detail ? `: ${nats.detail}` : ''}`;
  return [
    ['intake', `${{ healthy: 'reading' }[intake.status] ?? intake.reason}${intake.catching_up ? ', catching up' : ''}`, intake.status === 'healthy' ? '' : 'bad'],
    ['unread in the stream', `${count(intake.lag_messages)} messages`, ''],
    ['headroom', headroom === undefined ? 'nothing unread that could be lost' : headroom <= 0 ? 'none: messages are being lost' : `${span(headroom)} until unread messages are lost`, headroom < 15 ? 'bad' : ''],
    ['stream', stream, nats.status === 'healthy' ? '' : 'bad'],
    ['read up to', `seq ${intake.seq}`, ''],
    ['managed heap', `${bytes(memory.heap_bytes)} of ${bytes(memory.heap_limit_bytes)}`, ''],
    ['up for', `${span(uptime)}, version ${version}`, ''],
  ];
}

/** How long the server was in which state, from the stretches of `States`. */
export function summaryOf(runs) {
  const seconds = new Map();
  for (const { name, from, to } of runs) seconds.set(name, (seconds.get(name) ?? 0) + from - to);
  const parts = [...seconds].map(([name, time]) => `${name} ${span(time)}`);
  return parts.length === 0 ? 'not known yet' : parts.join(', ');
}

function thresholds(reject, pause) {
  const words = [reject < 100 && `no newcomers above ${reject} %`, pause < 100 && `intake pauses above ${pause} %`].filter(Boolean);
  return {
    marks: [reject, pause].filter(percent => percent < 100),
    hint: words.join(', ') || 'no threshold: both are 100 %, off',
    tone: percent => toneOf(percent, reject, pause),
  };
}

const toneOf = (percent, warn, bad) => (percent >= bad ? 'bad' : percent >= warn ? 'warn' : '');

const percentOf = (part, whole) => (whole > 0 ? 100 * part / whole : 0);

const inBrackets = reason => (reason ? ` (${reason})` : '');
