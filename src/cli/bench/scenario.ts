import { UsageError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { product } from '../../core/stack.js';
import type { Configuration, Engine, FloorKind, Row, SetName } from './record.js';

const GiB = 2 ** 30;
const COUNTS = [1, 2, 4, 8, 16] as const;
const THREADS = [1, 2, 4] as const;

/** Shapes (ry, rx, ky, kx) of the data sets of one scale. */
export interface Scale {
  readonly name: string;
  readonly shapes: Readonly<Record<SetName, readonly number[]>>;
  readonly memoryPerWorker: number;
  /** Limit of rows (g) and (h). */
  readonly smallMemoryPerWorker: number;
}

/** `full` is the published scenario; `small` runs its 4 GiB set in every row; `tiny` is for tests. */
export const SCALES: Readonly<Record<string, Scale>> = {
  tiny: {
    name: 'tiny',
    shapes: { main: [16, 16, 64, 64], small: [16, 16, 64, 64], large: [32, 16, 64, 64] },
    memoryPerWorker: 4 * GiB,
    smallMemoryPerWorker: GiB,
  },
  small: {
    name: 'small',
    shapes: { main: [128, 128, 256, 256], small: [128, 128, 256, 256], large: [1024, 1024, 256, 256] },
    memoryPerWorker: 4 * GiB,
    smallMemoryPerWorker: GiB,
  },
  full: {
    name: 'full',
    shapes: { main: [512, 512, 256, 256], small: [128, 128, 256, 256], large: [1024, 1024, 256, 256] },
    memoryPerWorker: 4 * GiB,
    smallMemoryPerWorker: GiB,
  },
};

export type Content = 'random' | 'counts';
export type Codec = 'raw' | 'gzip';

/** Random floats as in the published scenario, Poisson counts as a detector gives them. */
export const CONTENT_DTYPE = { random: 'float32', counts: 'uint16' } as const;
const ELEMENT_BYTES = { random: 4, counts: 2 } as const;

/** Rows that share one content and one codec, and so one reference result. */
export interface Group {
  readonly name: string;
  readonly content: Content;
  readonly codec: Codec;
}

export function groupsOf(contents: readonly Content[], codecs: readonly Codec[]): Group[] {
  return contents.flatMap((content) => codecs.map((codec) => ({ name: `${content} ${codec}`, content, codec })));
}

/** Decoded bytes of a data set. */
export function setBytes(shape: readonly number[], content: Content): number {
  return product(shape) * ELEMENT_BYTES[content];
}

/** A set of the 2-D frames whose bytes come closest to `bytes` without exceeding it, as wide as the scenario's. */
export function shapeOfSize(bytes: number, like: readonly number[], content: Content): number[] {
  const [, columns = 1, ...frame] = like;
  const row = setBytes([1, columns, ...frame], content);
  return [Math.max(1, Math.floor(bytes / row)), columns, ...frame];
}

function configuration(
  row: Row,
  engine: Engine,
  label: string,
  grid: readonly [workers: number, threads: number],
  rest: { set?: SetName; files?: 1 | 2; memory?: number | null } = {},
): Configuration {
  const [workers, threads] = grid;
  return {
    id: `${row}-${workers}x${threads}`,
    row,
    label,
    workers,
    threads,
    files: rest.files ?? 1,
    set: rest.set ?? 'main',
    memoryPerWorker: rest.memory ?? null,
    engine,
  };
}

/** The 55 configurations of one codec, (a) to (h). */
export function scenarioRows(scale: Scale): Configuration[] {
  const cluster = { kind: 'cluster' } as const;
  const grid = (counts: readonly number[]): [number, number][] =>
    counts.flatMap((workers) => THREADS.map((threads): [number, number] => [workers, threads]));
  const memory = scale.memoryPerWorker;
  const low = scale.smallMemoryPerWorker;
  const { shapes } = scale;
  // One data set under two names would be read, cached and compared as two.
  const small = shapes.small.join() === shapes.main.join() ? 'main' : 'small';
  return [
    ...grid(COUNTS).map((wt) => configuration('a', cluster, `cluster ${wt.join(' x ')}`, wt, { memory })),
    ...grid(COUNTS.slice(1)).map((wt) =>
      configuration('b', cluster, `cluster ${wt.join(' x ')}, two files`, wt, { memory, files: 2 }),
    ),
    ...COUNTS.map((w) => configuration('c', { kind: 'plain' }, `${w} plain`, [w, 1], { memory })),
    ...COUNTS.map((w) => configuration('d', { kind: 'plain' }, `${w} plain, two files`, [w, 1], { memory, files: 2 })),
    configuration('e', { kind: 'serial' }, 'one process reads and computes', [1, 1]),
    configuration('f', { kind: 'resident' }, 'all in memory first, only computation', [1, 1]),
    configuration('g', cluster, 'larger than memory, cluster 8 x 2', [8, 2], { memory: low, set: 'large' }),
    ...grid(COUNTS).map((wt) =>
      configuration('h', cluster, `small set, cluster ${wt.join(' x ')}`, wt, { memory: low, set: small }),
    ),
  ];
}

/** What the rows are held against: reading, decoding and arithmetic, each on its own. @param twoDisks copies lie on two */
export function floorRows(codec: Codec, cores: number, twoDisks: boolean): Configuration[] {
  const floor = (what: FloorKind, threads: number, label: string, files: 1 | 2 = 1): Configuration => ({
    ...configuration('floor', { kind: 'floor', what }, label, [1, threads], { files }),
    id: `floor-${what}-${files === 2 ? 'replica' : threads}`,
  });
  const rows = [floor('direct', 1, 'read past the page cache, 1 thread')];
  if (twoDisks) rows.push(floor('direct', 1, 'read past the page cache, second disk', 2));
  rows.push(floor('cached', 1, 'read from the page cache, 1 thread'));
  if (cores > 1) rows.push(floor('cached', cores, `read from the page cache, ${cores} threads`));
  if (codec === 'gzip') rows.push(floor('decode', 1, 'decode chunks, 1 thread'));
  rows.push(floor('arithmetic', 1, 'mask kernel on frames in cache, 1 thread'));
  return rows;
}

/** Rows named like `a,c,e` or `a-2x1`. @throws UsageError for a row that does not exist */
export function chooseRows(rows: readonly Configuration[], wanted: string | undefined): Configuration[] {
  if (wanted === undefined) return [...rows];
  const names = wanted.split(',').map((name) => name.trim().toLowerCase());
  for (const name of names) {
    if (rows.some(({ id, row }) => id === name || row === name)) continue;
    const guess = nearest(
      name,
      rows.map(({ id }) => id),
    );
    throw new UsageError(
      'unknown-row',
      `There is no row '${name}': rows are ${[...new Set(rows.map(({ row }) => row))].join(', ')}, or one configuration such as ${rows[0]?.id}.${guess ? ` Did you mean ${guess}?` : ''}`,
      { row: name },
    );
  }
  return rows.filter(({ id, row }) => names.includes(id) || names.includes(row));
}

/** @throws UsageError for a name that is not in `known` */
export function chooseNames<T extends string>(text: string, known: readonly T[], flag: string): T[] {
  return text.split(',').map((name) => {
    const found = known.find((one) => one === name.trim());
    if (found !== undefined) return found;
    throw new UsageError('bad-value', `--${flag} takes ${known.join(', ')}, not '${name}'.`, { flag });
  });
}
