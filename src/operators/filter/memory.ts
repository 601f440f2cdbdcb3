import type { Arena } from '../../core/arena.js';
import { DTYPES, dtypeRange, isInteger } from '../../core/dtype.js';
import type { FilterState, Geometry, Taps } from './state.js';
import type { Window } from './window.js';

/** Bytes the kernel makes at a time of a row: four vectors. Lines are whole blocks, and one more is read. */
const BLOCK = 64;

/** Space taken from an arena begins on 64 bytes and ends with as many unused. */
const APART = 128;

/** The most pixels of a median that all windows in a vector find together. */
const TOGETHER = 81;

/** The same where a histogram can follow, which from there on is faster. */
const TOGETHER_BEFORE_COUNTS = 36;

/** What the kernel works in: `job` tells it where everything lies, in the order of the class Job in _filter_job.as.ts. */
export interface KernelMemory {
  readonly job: Uint32Array;
}

/** Weights that count: 0 does not. */
interface Sparse {
  /** Which of them, in the order of the window. */
  readonly places: readonly number[];
  readonly weights: readonly number[];
  readonly areOnes: boolean;
}

function sparse(taps: Taps): Sparse {
  const places = [...taps.keys()].filter((k) => taps[k] !== 0);
  const weights = places.map((k) => taps[k] ?? 0);
  return { places, weights, areOnes: weights.every((weight) => weight === 1) };
}

/** Lengths in bytes of everything the kernel works in. */
function rooms({ height, width, isWide, dtype }: Geometry, { form, rows, columns, full }: Window) {
  const bytes = isWide ? 8 : 4;
  const line = Math.ceil((width * bytes) / BLOCK) * BLOCK + Math.ceil((columns * bytes) / BLOCK) * BLOCK + BLOCK;
  const isMedian = form === 'median';
  const pixels = isMedian ? rows * columns : 0;
  const canCount = isInteger(dtype) && DTYPES[dtype].bytes < 4;
  const areFew = pixels <= (canCount ? TOGETHER_BEFORE_COUNTS : TOGETHER);
  const bins = canCount ? 2 ** (8 * DTYPES[dtype].bytes) : 0;
  const taps = Math.max(columns, full.length);
  return {
    bytes,
    line,
    bins,
    lengths: {
      job: JOB_LENGTH * 4,
      rowOf: (height + rows - 1) * 4,
      columnOf: (width + columns - 1) * 4,
      ring: rows * line,
      work: (isMedian ? 3 : 1) * line,
      spare: BLOCK,
      lines: rows * 4,
      flags: rows * 4,
      offsets: taps * 4,
      weights: taps * bytes,
      ends: rows * 4,
      downRows: rows * 4,
      downWeights: rows * bytes,
      values: areFew ? (pixels + 1) * 32 : 0,
      chosen: pixels * bytes,
      counts: areFew ? 0 : (bins + Math.ceil(bins / 16) + Math.ceil(bins / 256)) * 4,
    },
  };
}

const JOB_LENGTH = 26;

/** Bytes that `placeKernel` takes of a worker's window. */
export function kernelBytes(geometry: Geometry, window: Window): number {
  const { lengths } = rooms(geometry, window);
  return Object.values(lengths).reduce((total, length) => total + length + APART, 0);
}

/** Takes the kernel's memory, and writes down where everything lies and which weights count. */
export function placeKernel(state: Omit<FilterState, 'kernel'>, arena: Arena): KernelMemory {
  const { height, width, dtype, isWide, window, rowOf, columnOf } = state;
  const { rows, columns, form } = window;
  const { bytes, line, bins, lengths } = rooms(state, window);
  const at = Object.fromEntries(
    Object.entries(lengths).map(([name, length]) => [name, arena.take(length)]),
  ) as Readonly<Record<keyof typeof lengths, number>>;
  const { buffer } = arena.memory;
  const integers = (address: number, numbers: ArrayLike<number>) =>
    new Int32Array(buffer, address, numbers.length).set(numbers);
  const floats = (address: number, numbers: readonly number[]) =>
    (isWide
      ? new Float64Array(buffer, address, numbers.length)
      : new Float32Array(buffer, address, numbers.length)
    ).set(numbers);

  const across = sparse(form === 'full' ? state.full : state.horizontal);
  const down = sparse(state.vertical);
  const counts = new Uint32Array(rows);
  for (const k of across.places) {
    const row = Math.floor(k / columns);
    counts[row] = (counts[row] ?? 0) + 1;
  }
  let end = 0;
  const ends = counts.map((count) => {
    end += count;
    return end;
  });
  integers(at.rowOf, rowOf);
  integers(at.columnOf, columnOf);
  integers(
    at.offsets,
    across.places.map((k) => (k % columns) * bytes),
  );
  floats(at.weights, across.weights);
  integers(at.ends, ends);
  integers(at.downRows, down.places);
  floats(at.downWeights, down.weights);

  new Uint8Array(buffer, at.counts, lengths.counts).fill(0);
  const job = new Uint32Array(buffer, at.job, JOB_LENGTH);
  const isBox = across.areOnes && down.areOnes && across.places.length === columns && down.places.length === rows;
  job.set([
    height,
    width,
    rows,
    columns,
    state.hasZeroBorder ? 1 : 0,
    line,
    at.rowOf,
    at.columnOf,
    at.ring,
    at.work,
    at.spare,
    at.lines,
    at.flags,
    at.offsets,
    at.weights,
    across.places.length,
    at.ends,
    at.downRows,
    at.downWeights,
    down.places.length,
    isBox ? 1 : 0,
    lengths.values > 0 ? at.values : 0,
    at.chosen,
    lengths.counts > 0 ? at.counts : 0,
    bins,
    bins > 0 ? dtypeRange(dtype)[0] : 0,
  ]);
  return { job };
}
