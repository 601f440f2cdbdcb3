import { fileURLToPath } from 'node:url';
import { exists } from '../../../io/folder.js';
import { type Command, runChild } from '../child.js';
import type { Figures, Reading } from '../measure.js';
import type { Configuration } from '../record.js';

/** A Python with pyFAI, and the script that runs its published layouts. */
export interface Pyfai {
  readonly program: string;
  readonly script: string;
  readonly versions: Readonly<Record<string, string>>;
}

const beside = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where the script lies when nobody says. */
const SCRIPT = beside('../../../../bench/peers/pyfai_layouts.py');

const PROBE = `import json, pyFAI, h5py, numpy
print(json.dumps({'pyFAI': pyFAI.version, 'h5py': h5py.__version__, 'numpy': numpy.__version__}))`;

/** The first Python that has pyFAI; or what is missing. @param given path of the script, or undefined to look for it */
export async function findPyfai(given: string | undefined, signal: AbortSignal): Promise<Pyfai | { reason: string }> {
  const script = given ?? (exists(SCRIPT) ? SCRIPT : undefined);
  if (script === undefined)
    return { reason: 'pyfai_layouts.py is not part of this installation: name it with --pyfai' };
  if (!exists(script)) return { reason: `${script} does not exist` };
  const pythons = [...(process.env.PYTHON ? [process.env.PYTHON] : []), 'python3', '/usr/bin/python3'];
  for (const program of pythons) {
    try {
      const { code, stdout } = await runChild({ program, args: ['-c', PROBE] }, false, signal);
      if (code === 0) return { program, script, versions: JSON.parse(stdout) as Pyfai['versions'] };
    } catch {
      // Not installed under this name: the next one may be.
    }
  }
  return { reason: 'pyFAI is not installed (Debian: python3-pyfai python3-h5py python3-hdf5plugin bitshuffle)' };
}

/** What tells pyFAI's rows apart. */
interface Variant {
  readonly id: string;
  readonly label: string;
  readonly workers: number;
  readonly flags: readonly string[];
}

function variants(cores: number): Variant[] {
  const decoders = [
    ['safe', 'current LZ4'],
    ['debian', 'packaged LZ4'],
  ] as const;
  const parallel = (layout: '1' | '2', what: string): Variant[] =>
    decoders.map(([decoder, name]) => ({
      id: `pyfai-${layout}-${decoder}`,
      label: `pyFAI layout ${layout}, ${cores} ${what}, ${name}`,
      workers: cores,
      flags: ['--layout', layout, '--workers', `${cores}`, '--decoder', decoder],
    }));
  return [
    {
      id: 'pyfai-split-safe',
      label: 'pyFAI, one thread, current LZ4',
      workers: 1,
      flags: ['--layout', 'split', '--decoder', 'safe', '--omp', '1'],
    },
    {
      id: 'pyfai-0-hdf5',
      label: `pyFAI layout 0, ${cores} threads inside a frame`,
      workers: cores,
      flags: ['--layout', '0', '--workers', `${cores}`],
    },
    ...parallel('1', 'threads'),
    ...parallel('2', 'processes'),
  ];
}

/** One row for each layout of pyFAI, with bitshuffle as it is packaged and with the LZ4 that current builds call. */
export function pyfaiRows(cores: number): Configuration[] {
  return variants(cores).map(({ id, label, workers }) => ({
    id,
    row: 'peer',
    label,
    workers,
    threads: 1,
    files: 1,
    set: 'main',
    memoryPerWorker: null,
    engine: { kind: 'peer', mode: id },
  }));
}

/** The integration that both sides do, as the values of the operator. */
export interface Integration {
  readonly file: string;
  readonly dataset: string;
  readonly frames: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Parameters that the script knows under another name; null for those that change nothing there. */
const FLAGS: Readonly<Record<string, ((value: unknown) => string[]) | null>> = {
  poni: (value) => ['--poni', String(value)],
  npt: (value) => ['--npt', String(value)],
  unit: (value) => ['--unit', String(value)],
  splitting: (value) => ['--split', String(value)],
  noSolidAngle: (value) => (value ? ['--no-solidangle'] : []),
  polarizationFactor: (value) => ['--polarization', String(value)],
  errorModel: (value) => (value === 'none' ? [] : ['--error-model', String(value)]),
  precision: null,
  method: null,
};

/** Why pyFAI cannot do this integration here, or null. */
export function pyfaiReason(values: Integration['values']): string | null {
  const unknown = Object.keys(values).find((name) => !(name in FLAGS));
  return unknown === undefined ? null : `the script has nothing for ${unknown}`;
}

/** One run of pyFAI. */
export function pyfaiCommand(
  { program, script }: Pyfai,
  mode: string,
  cores: number,
  what: Integration,
  out: string,
): Command {
  const { flags = [] } = variants(cores).find(({ id }) => id === mode) ?? {};
  const own = Object.entries(what.values).flatMap(([name, value]) => FLAGS[name]?.(value) ?? []);
  const source = [what.file, '--dataset', what.dataset, '--frames', `${what.frames}`];
  return { program, args: [script, ...source, ...flags, ...own, '--out', out] };
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** What the script prints, with times for reading, decoding and integrating apart where it takes them. */
export const PYFAI_READING: Reading = {
  figures: (parsed): Figures | null => {
    const [seconds, frames] = [numberOf(parsed.seconds), numberOf(parsed.frames)];
    if (!(seconds > 0 && frames > 0)) return null;
    const of = (name: string): number => (numberOf(parsed[name]) * frames) / 1e3;
    const stages = { read: of('read_ms'), decode: of('decode_ms'), compute: of('integrate_ms'), wait: 0 };
    return {
      seconds,
      frames,
      bytes: numberOf(parsed.raw_MB_per_s) * 1e6 * seconds,
      stages: 'decode_ms' in parsed ? stages : null,
      peakBytes: 0,
      taskSeconds: null,
      isDirect: false,
      limiter: null,
      notes: [],
    };
  },
  outputs: () => ['intensity'],
};
