import { DTYPES, type Dtype } from '../../../core/dtype.js';
import type { Configuration, Engine, Row } from '../record.js';
import { type GafJob, type GafSize, imageBytes } from './job.js';

/** Rows that make the same numbers, in one table. */
export interface GafGroup {
  readonly name: string;
  /** `float32` images, or the two dtypes of a conversion. */
  readonly dtype: Dtype;
  readonly from: Dtype | null;
}

/** All tables of the scenario. */
export const GROUPS: readonly GafGroup[] = [
  { name: 'float32', dtype: 'float32', from: null },
  { name: 'uint8', dtype: 'uint8', from: null },
  { name: 'float64 to float32', dtype: 'float32', from: 'float64' },
  { name: 'float32 to uint8', dtype: 'uint8', from: 'float32' },
];

/** What a row holds in memory, as a multiple of what it writes; rows that would not fit are refused. */
export interface GafRow {
  readonly configuration: Configuration;
  readonly holds: number;
}

/** @param what the job of a row of fanfold's own, the target of C, or the mode of a peer */
export function gafRow(id: string, row: Row, label: string, workers: number, engine: Engine, holds: number): GafRow {
  const configuration: Configuration = {
    id,
    row,
    label,
    workers,
    threads: 1,
    files: 1,
    set: 'main',
    memoryPerWorker: null,
    engine,
  };
  return { configuration, holds };
}

const own = (what: string): Engine => ({ kind: 'own', layout: what, flags: [] });
const threads = (workers: number): string => `${workers} thread${workers === 1 ? '' : 's'}`;

/** How images are made: by id, what is said of it, and what it holds of all images. */
const MAKING: readonly (readonly [what: GafJob['what'], label: string, holds: number])[] = [
  ['stream', 'batches through a ring', 0.1],
  ['keep', 'batches, a ring that keeps them all', 1.1],
  ['segment', 'batches of processes, on one segment', 0.2],
  ['files', 'batches of processes, on files in shared memory', 0.2],
  ['copies', 'batches of processes, copied through pipes', 0.2],
  ['run', 'the operator alone, new memory each time', 2.2],
  ['into', 'the operator alone, the same memory each time', 1.1],
];

const CONVERTING: readonly (readonly [what: 'shared' | 'plain', label: string])[] = [
  ['shared', 'shared memory of fanfold'],
  ['plain', 'ordinary arrays'],
];

const ofProcesses = (what: GafJob['what']): boolean => ['segment', 'files', 'copies'].includes(what);
const workersOf = (what: GafJob['what'], n: number): string => (ofProcesses(what) ? `${n} of them` : threads(n));

/** Rows of fanfold's own: one worker, and all. */
export function ownRows({ from }: GafGroup, workers: number): GafRow[] {
  const counts = workers > 1 ? [1, workers] : [1];
  if (from === null)
    return MAKING.flatMap(([what, label, holds]) =>
      counts.map((n) => gafRow(`${what}-${n}`, 'own', `${label}, ${workersOf(what, n)}`, n, own(what), holds)),
    );
  // Threads cannot see ordinary arrays.
  return CONVERTING.flatMap(([what, label]) =>
    (what === 'shared' ? counts : [1]).map((n) =>
      gafRow(`${what}-${n}`, 'own', `${label}, ${threads(n)}`, n, own(what), 1),
    ),
  );
}

/** Plain C that writes as many bytes. */
export function memsetRows(workers: number): GafRow[] {
  return (workers > 1 ? [1, workers] : [1]).map((n) =>
    gafRow(`memset-${n}`, 'native', `C, memset, ${threads(n)}`, n, { kind: 'native', target: 'native' }, 1),
  );
}

/** Bytes that every row of a group writes; of conversion also those it reads. @param given bytes to convert */
export function groupBytes({ dtype, from }: GafGroup, size: GafSize, given: number): number {
  if (from === null) return imageBytes(size, DTYPES[dtype].bytes);
  return given * (1 + DTYPES[dtype].bytes / DTYPES[from].bytes);
}

/** What the program of a row is told. */
export function jobOf(
  { dtype, from }: GafGroup,
  { engine, workers }: Configuration,
  size: GafSize,
  rest: { readonly bytes: number; readonly times: number; readonly out: string },
): GafJob {
  const what = engine.kind === 'own' ? engine.layout : '';
  const making = MAKING.find(([name]) => name === what);
  return {
    ...size,
    ...rest,
    what: making?.[0] ?? 'convert',
    dtype,
    from: from ?? 'float64',
    shared: what === 'shared',
    workers,
  };
}
