'use strict';

const timeoutMs = 3000;

const hysteresis = 5; // WS_CPU_REJECT_RESUME, unless it is set; no metric tells it
const defaults = Object.freeze({ cpuRejectPercent: 75, cpuPausePercent: 80, memoryRejectPercent: 85 });

/** What the server says of its limits and version, once; what it doesn't tell is null, thresholds are then the defaults. */
async function readServerLimits({ metricsUrl, healthUrl }) {
  const metrics = await textOf(metricsUrl);
  const number = (name) => {
    const match = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(metrics ?? '');
    return match && Number.isFinite(Number(match[1])) ? Number(match[1]) : null;
  };
  const version = /^ws_build_info\{[^}]*version="([^"]*)"/m.exec(metrics ?? '')?.[1] ?? versionOf(await textOf(healthUrl));
  return {
    version,
    cpuLimitCores: number('ws_cpu_limit_cores'),
    cpuRejectPercent: number('ws_cpu_reject_threshold_percent') ?? defaults.cpuRejectPercent,
    cpuResumePercent: (number('ws_cpu_reject_threshold_percent') ?? defaults.cpuRejectPercent) - hysteresis,
    cpuPausePercent: number('ws_cpu_pause_threshold_percent') ?? defaults.cpuPausePercent,
    memoryRejectPercent: defaults.memoryRejectPercent,
    memoryLimitBytes: number('ws_memory_limit_bytes'),
    maxConnections: number('ws_connections_max'),
    maxTasks: number('ws_tasks_max'),
  };
}

async function textOf(url) {
  if (!url) return null;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), headers: { Connection: 'close' } });
    return await answer.text();
  } catch (error) {
    // A server without these addresses can be measured all the same, only its limits are not known.
    if (error.name === 'TypeError' || error.name === 'TimeoutError') return null;
    throw error;
  }
}

function versionOf(health) {
  try {
    return JSON.parse(health ?? 'null')?.version ?? null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

module.exports = { readServerLimits };
