import { fileURLToPath } from 'node:url';
import { openSource } from '../../formats/registry.js';
import { exists } from '../../io/folder.js';
import { type Command, runChild } from './child.js';
import type { Files } from './program.js';
import type { Configuration } from './record.js';

const SCRIPT = fileURLToPath(new URL('../../../bench/peers/virtual_image.py', import.meta.url));

/** A Python that can run the rivals. */
export interface Python {
  readonly program: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Debian packages that bring what the rivals import. */
const PACKAGES: Readonly<Record<string, string>> = {
  python3: 'python3',
  h5py: 'python3-h5py',
  numpy: 'python3-numpy',
  dask: 'python3-dask python3-distributed',
};

const candidates = (): string[] => [...(process.env.PYTHON ? [process.env.PYTHON] : []), 'python3', '/usr/bin/python3'];

/** The first Python that has NumPy and h5py; or what is missing, and which Debian package brings it. */
export async function findPython(signal: AbortSignal): Promise<Python | { readonly reason: string }> {
  if (!exists(SCRIPT)) return { reason: 'the Python script is not part of this installation' };
  let missing = 'python3';
  for (const program of candidates()) {
    try {
      const { code, stdout, stderr } = await runChild({ program, args: [SCRIPT, 'probe'] }, false, signal);
      if (code === 0) return { program, versions: (JSON.parse(stdout) as { versions: Python['versions'] }).versions };
      missing = /No module named '([^'.]+)/.exec(stderr)?.[1] ?? missing;
    } catch {
      // Not installed under this name: the next one may be.
    }
  }
  return { reason: `${missing} is not installed (Debian: ${PACKAGES[missing] ?? `python3-${missing}`})` };
}

/** Why one of the rivals cannot run with this Python, or null. */
export function missingFor(mode: string, python: Python): string | null {
  if (mode !== 'dask' || python.versions.Dask !== undefined) return null;
  return `Dask is not installed (Debian: ${PACKAGES.dask})`;
}

/** The rivals, as many workers as cores where they can use them. */
export function peerRows(cores: number): Configuration[] {
  const rows: [mode: string, workers: number, label: string][] = [
    ['loop', 1, 'h5py, frame by frame'],
    ['blocks', 1, 'h5py, scan rows, matrix-vector product'],
    ['pool', cores, `multiprocessing pool of ${cores}`],
    ['dask', cores, `Dask LocalCluster ${cores} x 1`],
    ['memory', 1, 'NumPy, all in memory first'],
  ];
  return rows.map(
    ([mode, workers, label]): Configuration => ({
      id: `peer-${mode}`,
      row: 'peer',
      label,
      workers,
      threads: 1,
      files: 1,
      set: 'main',
      memoryPerWorker: null,
      engine: { kind: 'peer', mode },
    }),
  );
}

/** One run of a rival on the data set that fanfold reads. */
export async function peerCommand(python: Python, mode: string, workers: number, files: Files): Promise<Command> {
  const { location } = await openSource(files.data.path);
  const dataset = location.startsWith(`${files.data.path}:`) ? location.slice(files.data.path.length + 1) : '/data';
  const args = [SCRIPT, mode, files.data.path, '--dataset', dataset, '--mask', files.mask, '--out', files.out];
  return { program: python.program, args: [...args, '--workers', String(workers)] };
}
