import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exists } from '../../../io/folder.js';
import { type Command, runChild } from '../child.js';
import type { Figures, Reading } from '../measure.js';
import { medianOf } from '../spread.js';
import type { GafSize } from './job.js';
import { type GafGroup, type GafRow, gafRow } from './rows.js';

/** A Python with NumPy, and the script that it runs. */
export interface GafPeers {
  readonly program: string;
  readonly script: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Resident bytes of that Python with NumPy loaded and nothing to do. */
  readonly idleBytes: number;
}

const SCRIPT = 'gaf_numpy.py';
/** Where the script lies when nobody says. */
const FOLDER = fileURLToPath(new URL('../../../../bench/peers', import.meta.url));

const PROBE = `import json, resource
import numpy
found = {'numpy': numpy.__version__}
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
try: found['pyts'] = __import__('pyts').__version__
except Exception: pass
print(json.dumps({'versions': found, 'idle': idle}))`;

/** The first Python with NumPy; or what is missing. @param given folder of the script, or undefined to look for it */
export async function findGafPeers(
  given: string | undefined,
  signal: AbortSignal,
): Promise<GafPeers | { readonly reason: string }> {
  const script = join(given ?? FOLDER, SCRIPT);
  if (!exists(script))
    return {
      reason:
        given === undefined
          ? `${SCRIPT} is not part of this installation: name its folder with --scripts`
          : `${script} does not exist`,
    };
  for (const program of [...(process.env.PYTHON ? [process.env.PYTHON] : []), 'python3', '/usr/bin/python3']) {
    try {
      const { code, stdout } = await runChild({ program, args: ['-c', PROBE] }, false, signal);
      if (code !== 0) continue;
      const { versions, idle } = JSON.parse(stdout) as { versions: GafPeers['versions']; idle: number };
      return { program, script, versions, idleBytes: idle };
    } catch {
      // Not installed under this name: the next one may be.
    }
  }
  return { reason: 'NumPy is not installed (Debian: python3-numpy)' };
}

type Variant = readonly [mode: string, label: string, isParallel: boolean, holds: number, flags: readonly string[]];

const MAKING: readonly Variant[] = [
  ['loop', 'NumPy, image by image', false, 1.1, ['--mode', 'loop']],
  ['batch64', 'NumPy, broadcast in float64', false, 1.1, ['--mode', 'batch']],
  ['batch32', 'NumPy, broadcast in float32', false, 1.1, ['--mode', 'batch', '--compute', 'float32']],
  ['pool', 'NumPy, pool, pickled', true, 2, ['--mode', 'pool', '--compute', 'float32']],
  ['shm', 'NumPy, processes on shared memory', true, 2, ['--mode', 'shm', '--compute', 'float32']],
  ['shm-keep', 'the same, not copied out', true, 1.1, ['--mode', 'shm', '--compute', 'float32', '--keep-shared']],
  ['pyts', 'pyts, one process', false, 3, ['--kernel', 'pyts', '--mode', 'batch']],
  ['pyts-pool', 'pyts, pool, pickled', true, 2.2, ['--kernel', 'pyts', '--mode', 'pool']],
  ['pyts-shm', 'pyts, processes on shared memory', true, 2.2, ['--kernel', 'pyts', '--mode', 'shm']],
];

const CONVERTING: readonly Variant[] = [
  ['reuse', 'NumPy, one thread, reused array', false, 1.1, ['--mode', 'reuse']],
  ['single', 'NumPy, one thread, new array', false, 1.4, ['--mode', 'single']],
  ['threads', 'NumPy, threads, concatenated', true, 1.8, ['--mode', 'threads']],
  ['threads-out', 'NumPy, threads into one array', true, 1.4, ['--mode', 'threads-out']],
  ['shm-threads', 'NumPy, threads on shared memory', true, 2.2, ['--mode', 'shm-threads']],
  ['shm-processes', 'NumPy, processes on shared memory', true, 2.2, ['--mode', 'shm-processes']],
];

const variantsOf = ({ from }: GafGroup): readonly Variant[] => (from === null ? MAKING : CONVERTING);

/** Every way of NumPy and pyts, with all workers where it takes them. */
export function gafPeerRows(group: GafGroup, workers: number): GafRow[] {
  return variantsOf(group).map(([mode, label, isParallel, holds]) =>
    gafRow(
      mode,
      'peer',
      isParallel ? `${label}, ${workers} workers` : label,
      isParallel ? workers : 1,
      { kind: 'peer', mode },
      holds,
    ),
  );
}

/** Why a mode cannot run with this Python, or null. */
export function gafPeerReason({ versions }: GafPeers, mode: string): string | null {
  return mode.startsWith('pyts') && versions.pyts === undefined ? 'pyts is not installed' : null;
}

/** One run of a mode. @param memory also sample its memory, which slows it down */
export function gafPeerCommand(
  { program, script }: GafPeers,
  group: GafGroup,
  mode: string,
  workers: number,
  { samples, channels, length, size }: GafSize,
  { bytes, times, memory }: { readonly bytes: number; readonly times: number; readonly memory: boolean },
): Command {
  const flags = variantsOf(group).find(([name]) => name === mode)?.[4] ?? [];
  const { dtype, from } = group;
  const numbers = { samples, channels, length, size };
  const what =
    from === null
      ? ['gaf', ...Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, `${value}`]), '--dtype', dtype]
      : ['convert', '--source', from, '--to', dtype, '--gigabytes', `${bytes / 1e9}`];
  const how = ['--workers', `${workers}`, '--repeat', `${times}`, ...(memory ? ['--memory'] : [])];
  return { program, args: [script, ...what, ...flags, ...how] };
}

/** What the script prints: seconds of every repetition, the first of which touches new memory. */
export function gafPeerReading({ idleBytes }: GafPeers, size: GafSize | null): Reading {
  return {
    figures: (parsed): Figures | null => {
      const { runs, bytes, max_rss: resident, peak_pss: sampled } = parsed;
      if (!Array.isArray(runs) || typeof bytes !== 'number') return null;
      const [coldSeconds, ...later] = runs as number[];
      if (coldSeconds === undefined || !(coldSeconds > 0)) return null;
      return {
        seconds: later.length > 0 ? medianOf(later) : coldSeconds,
        coldSeconds,
        frames: size?.samples ?? null,
        bytes,
        stages: null,
        peakBytes: Number(sampled ?? resident ?? 0),
        idleBytes,
        taskSeconds: null,
        isDirect: false,
        limiter: null,
        notes: [],
      };
    },
    outputs: () => [],
  };
}
