import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exists } from '../../../io/folder.js';
import { type Command, runChild } from '../child.js';
import type { Figures, Reading } from '../measure.js';
import type { Configuration } from '../record.js';

/** Programs to compare with, and the Python that runs them. */
export interface Peers {
  readonly program: string;
  readonly folder: string;
  readonly mpi: boolean;
  readonly versions: Readonly<Record<string, string>>;
}

const beside = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where the scripts lie when nobody says. */
const FOLDER = beside('../../../../bench/peers');
const NUMBA = 'realign_numba_mpi.py';
const NIPY = 'realign_nipy.py';

const PROBE = `import json
found = {}
for name in ['numba', 'nibabel', 'scipy', 'mpi4py', 'nipy']:
    try: found[name] = __import__(name).__version__
    except Exception: pass
print(json.dumps(found))`;

async function ends(program: string, args: readonly string[], signal: AbortSignal): Promise<string | null> {
  try {
    const { code, stdout } = await runChild({ program, args: [...args] }, false, signal);
    return code === 0 ? stdout : null;
  } catch {
    return null;
  }
}

/** The first Python with numba and nibabel, and the folder of scripts; or what is missing. @param given folder, or undefined to look for it */
export async function findPeers(given: string | undefined, signal: AbortSignal): Promise<Peers | { reason: string }> {
  const folder = given ?? (exists(join(FOLDER, NUMBA)) ? FOLDER : undefined);
  if (folder === undefined)
    return { reason: `${NUMBA} is not part of this installation: name its folder with --scripts` };
  const pythons = [...(process.env.PYTHON ? [process.env.PYTHON] : []), 'python3', '/usr/bin/python3'];
  for (const program of pythons) {
    const stdout = await ends(program, ['-c', PROBE], signal);
    const versions = stdout === null ? {} : (JSON.parse(stdout) as Peers['versions']);
    if (versions.nibabel === undefined || versions.numba === undefined) continue;
    const mpi = versions.mpi4py !== undefined && (await ends('mpirun', ['--version'], signal)) !== null;
    return { program, folder, mpi, versions };
  }
  return { reason: 'numba and nibabel are not installed (Debian: python3-numba python3-nibabel python3-scipy)' };
}

/** What tells the peers' rows apart. */
interface Variant {
  readonly id: string;
  readonly label: string;
  readonly ranks: number;
  readonly script: string;
  readonly flags: readonly string[];
}

/** The fastest settings of that script that are still as accurate as it can be. */
const BEST = ['--variant', 'spm', '--interp', '3', '--margin', '10', '--quality', '0.5', '--stop', '0.01'];

function variants(workers: number): Variant[] {
  const numba = (ranks: number, what: string, flags: readonly string[] = []): Variant => ({
    id: `numba-${ranks}${flags.length > 0 ? '-estimate' : ''}`,
    label: `numba${ranks > 1 ? ` under MPI, ${ranks} ranks` : ', one process'}${what}`,
    ranks,
    script: NUMBA,
    flags: [...BEST, ...flags],
  });
  const all = workers > 1 ? [1, workers] : [1];
  return [
    ...all.map((ranks) => numba(ranks, '')),
    ...all.map((ranks) => numba(ranks, ', the estimate alone', ['--no-reslice'])),
    { id: 'nipy-1', label: 'nipy, one thread', ranks: 1, script: NIPY, flags: ['--tool', 'nipy'] },
  ];
}

export function peerRows(workers: number): Configuration[] {
  return variants(workers).map(({ id, label, ranks }) => ({
    id,
    row: 'peer',
    label,
    workers: ranks,
    threads: 1,
    files: 1,
    set: 'main',
    memoryPerWorker: null,
    engine: { kind: 'peer', mode: id },
  }));
}

const variantOf = (mode: string, workers: number): Variant | undefined =>
  variants(workers).find(({ id }) => id === mode);

/** Why a peer cannot do this series here, or null. */
export function peerReason(peers: Peers, mode: string, workers: number, isFromStart: boolean): string | null {
  const variant = variantOf(mode, workers);
  if (!isFromStart) return 'the script begins with the first frame of a file';
  if (variant?.script === NIPY && peers.versions.nipy === undefined)
    return 'nipy is not installed (Debian: python3-nipy)';
  if ((variant?.ranks ?? 1) > 1 && !peers.mpi) return 'mpirun and mpi4py are not installed (Debian: python3-mpi4py)';
  const path = join(peers.folder, variant?.script ?? '');
  return exists(path) ? null : `${path} does not exist`;
}

/** One run of a peer. @param prefix of its output: the motion comes to `PREFIX_rp.txt` */
export function peerCommand(
  { program, folder }: Peers,
  mode: string,
  workers: number,
  { file, frames }: { readonly file: string; readonly frames: number },
  prefix: string,
): Command {
  const { script = '', flags = [], ranks = 1 } = variantOf(mode, workers) ?? {};
  const args = [join(folder, script), file, '--frames', `${frames}`, ...flags, '--out', prefix];
  if (ranks === 1) return { program, args };
  const mpi = ['--allow-run-as-root', '--oversubscribe', '--bind-to', 'core', '-n', `${ranks}`];
  return { program: 'mpirun', args: [...mpi, program, ...args] };
}

/** What a peer prints: seconds from reading to the last realigned frame in memory, without imports and compilation. */
export function peerReading(bytes: number, errorOf: () => number | null): Reading {
  return {
    figures: (parsed): Figures | null => {
      const { seconds, frames } = parsed;
      if (typeof seconds !== 'number' || typeof frames !== 'number' || !(seconds > 0)) return null;
      return {
        seconds,
        frames,
        bytes,
        stages: null,
        peakBytes: 0,
        taskSeconds: null,
        isDirect: false,
        limiter: null,
        notes: [],
        error: errorOf(),
      };
    },
    outputs: () => [],
  };
}
