import { readFileSync, readlinkSync, statfsSync, statSync } from 'node:fs';
import { availableParallelism, cpus, freemem, loadavg, release, totalmem, type } from 'node:os';
import { dirname, resolve } from 'node:path';

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Cores this process may use: the scheduler's affinity, lowered by a cgroup quota. */
export function availableCores(): number {
  const [quota, period] = (readText('/sys/fs/cgroup/cpu.max') ?? 'max').split(/\s+/);
  const granted =
    quota && quota !== 'max' && period ? Math.ceil(Number(quota) / Number(period)) : Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(availableParallelism(), granted));
}

/** Bytes that can be used without swapping, a cgroup limit honoured. */
export function availableMemory(): number {
  const line = /^MemAvailable:\s+(\d+) kB/m.exec(readText('/proc/meminfo') ?? '');
  const free = line ? Number(line[1]) * 1024 : freemem();
  const limit = Number(readText('/sys/fs/cgroup/memory.max') ?? Number.NaN);
  const cached = [...(readText('/sys/fs/cgroup/memory.stat') ?? '').matchAll(/^(?:in)?active_file (\d+)$/gm)];
  // The page cache counts as used there, but makes room when asked.
  const reclaimable = cached.reduce((total, [, bytes]) => total + Number(bytes), 0);
  const used = Number(readText('/sys/fs/cgroup/memory.current') ?? Number.NaN) - reclaimable;
  return Number.isFinite(limit - used) ? Math.min(free, limit - used) : free;
}

/** The block device a path lies on, such as `vda`, and whether it spins; null where the system does not tell. */
export function diskOf(path: string): { name: string; rotational: boolean | null } | null {
  try {
    const { dev } = statSync(path);
    const link = readlinkSync(`/sys/dev/block/${dev >> 8}:${dev & 0xff}`);
    const name = link.split('/').pop() ?? '?';
    const flag = readText(`/sys/dev/block/${dev >> 8}:${dev & 0xff}/queue/rotational`)?.trim();
    return { name, rotational: flag === undefined ? null : flag === '1' };
  } catch {
    return null;
  }
}

/** What a benchmark must state about the machine it ran on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly node: string;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableCores(),
    memoryBytes: totalmem(),
    os: `${type()} ${release()}`,
    node: process.version,
  };
}

/** Resident bytes of this process now. */
export function residentBytes(): number {
  return process.memoryUsage.rss();
}

/** Highest resident bytes of this process so far. */
export function peakResidentBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/** Bytes free for a file that is to be written; null where the system does not tell. */
export function freeSpace(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(dirname(resolve(path)));
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** How many programs wanted a core at a time during the last minute. */
export function machineLoad(): number {
  return loadavg()[0] ?? 0;
}
