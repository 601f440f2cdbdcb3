import { readdirSync, readFileSync, statfsSync } from 'node:fs';

/** Clock ticks per second of /proc; 100 on every Linux that Node runs on. */
const TICKS = 100;

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/**
 * User and system seconds of all children this process has waited for so far, their own children included, in steps of
 * 10 ms; null where the system does not tell. The difference over one child is what that child used.
 */
export function childCpuSeconds(): number | null {
  const text = readOrNull('/proc/self/stat');
  if (text === null) return null;
  // The second field is the program's name in brackets and may itself hold blanks.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[13]), Number(fields[14])];
  return Number.isFinite(user + system) ? (user + system) / TICKS : null;
}

/** Process ids of a process and everything below it. */
function treeOf(pid: number): number[] {
  const tree = [pid];
  for (const id of tree) {
    let threads: string[];
    try {
      threads = readdirSync(`/proc/${id}/task`);
    } catch {
      continue;
    }
    for (const thread of threads) {
      const children = readOrNull(`/proc/${id}/task/${thread}/children`)?.trim();
      if (children) tree.push(...children.split(' ').map(Number));
    }
  }
  return tree;
}

/**
 * Proportional resident bytes of a process tree: pages that several processes share count once. Null where the system
 * does not tell. Walks page tables, so it disturbs what it measures.
 */
export function treeBytes(pid: number): number | null {
  let total: number | null = null;
  for (const id of treeOf(pid)) {
    const line = /^Pss:\s+(\d+) kB/m.exec(readOrNull(`/proc/${id}/smaps_rollup`) ?? '');
    if (line) total = (total ?? 0) + Number(line[1]) * 1024;
  }
  return total;
}

/** Resident bytes of a process; null where the system does not tell, or it has ended. Cheap enough to ask often. */
export function residentBytes(pid: number): number | null {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readOrNull(`/proc/${pid}/status`) ?? '');
  return line ? Number(line[1]) * 1024 : null;
}

/** Bytes that lie in files of shared memory now; 0 where there is none. */
export function sharedMemoryBytes(): number {
  try {
    const { blocks, bfree, bsize } = statfsSync('/dev/shm');
    return (blocks - bfree) * bsize;
  } catch {
    return 0;
  }
}

/** Highest resident bytes of this program so far: not those of what started it, which `maxRSS` of a child begins with. */
export function peakOwnBytes(): number {
  const line = /^VmHWM:\s+(\d+) kB/m.exec(readOrNull('/proc/self/status') ?? '');
  return line ? Number(line[1]) * 1024 : process.resourceUsage().maxRSS * 1024;
}
