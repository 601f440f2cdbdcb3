import { readFileSync } from 'node:fs';

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Numbers of a list such as `0-3,8`. */
export function parseCoreList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}

/** The processors this process may run on, as the system writes them (`0-3,8`); null where it does not tell. */
export function allowedCoreList(): string | null {
  return /^Cpus_allowed_list:\s*(\S+)/m.exec(readText('/proc/self/status') ?? '')?.[1] ?? null;
}

/**
 * The processors this process may run on, one of every core before the second hardware threads of any; none where the system
 * does not tell.
 */
export function allowedCores(): number[] {
  const all = parseCoreList(allowedCoreList() ?? '');
  const rank = (core: number): number => {
    const siblings = readText(`/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`);
    return siblings === null ? 0 : Math.max(0, parseCoreList(siblings).indexOf(core));
  };
  return all
    .map((core) => ({ core, rank: rank(core) }))
    .toSorted((a, b) => a.rank - b.rank || a.core - b.core)
    .map(({ core }) => core);
}
