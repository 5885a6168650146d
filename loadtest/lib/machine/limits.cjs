'use strict';

const fs = require('node:fs');
const os = require('node:os');

/** Of every process: for the publisher, files and the runtime's own. */
const descriptorsApart = 64;

/**
 * What this machine allows, read from /proc; Infinity (or null, where nothing was expected) for what it doesn't say, as on other systems
 * than Linux: unknown counts as enough.
 */
function readLimits() {
  const open = /Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/.exec(readOrEmpty('/proc/self/limits'));
  const [low, high] = numbers('/proc/sys/net/ipv4/ip_local_port_range');
  const [, , tcpMemoryPages] = numbers('/proc/sys/net/ipv4/tcp_mem');
  return {
    cores: os.availableParallelism?.() ?? os.cpus().length,
    freeBytes: os.freemem(),
    descriptors: numberOr(open?.[1], Infinity),
    descriptorsHard: numberOr(open?.[2], Infinity),
    filesOfSystem: numbers('/proc/sys/fs/file-max')[0] ?? Infinity,
    lowPort: low ?? 0,
    highPort: high ?? 65535,
    ports: high === undefined ? Infinity : high - low + 1,
    timeWaits: Number(/^TCP:.* tw (\d+)/m.exec(readOrEmpty('/proc/net/sockstat'))?.[1] ?? 0),
    timeWaitReuse: numbers('/proc/sys/net/ipv4/tcp_tw_reuse')[0] ?? null,
    maxTimeWaits: numbers('/proc/sys/net/ipv4/tcp_max_tw_buckets')[0] ?? Infinity,
    conntrackMax: numbers('/proc/sys/net/netfilter/nf_conntrack_max')[0] ?? Infinity,
    conntrackUsed: numbers('/proc/sys/net/netfilter/nf_conntrack_count')[0] ?? 0,
    acceptQueue: numbers('/proc/sys/net/core/somaxconn')[0] ?? Infinity,
    synQueue: numbers('/proc/sys/net/ipv4/tcp_max_syn_backlog')[0] ?? Infinity,
    tcpMemoryBytes: tcpMemoryPages === undefined ? Infinity : tcpMemoryPages * 4096,
  };
}

function numbers(path) {
  const text = readOrEmpty(path).trim();
  return text === '' ? [] : text.split(/\s+/).map(Number);
}

function numberOr(text, other) {
  return text === undefined || text === 'unlimited' ? other : Number(text);
}

/** A file of /proc, or '' where there is none. */
function readOrEmpty(path) {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR', 'EPERM'].includes(error.code)) return '';
    throw error;
  }
}

module.exports = { readLimits, readOrEmpty, descriptorsApart };
