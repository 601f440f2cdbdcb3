import { unsupported } from './bytes.js';
import type { Cursor } from './cursor.js';
import type { Hdf5File } from './superblock.js';

/** A run of indices along one dimension. */
export interface Interval {
  readonly start: number;
  readonly length: number;
}

/**
 * Selected part of an array: the product of the runs listed for each dimension, in row-major order. `all` covers the
 * array whatever its shape; null selects nothing.
 */
export type Selection =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'runs'; readonly runs: readonly (readonly Interval[])[] };

/** Runs along one dimension at most. */
const MAX_RUNS = 2 ** 22;

function regularRuns(cursor: Cursor, file: Hdf5File, bytes: number): Interval[] {
  const start = cursor.uint(bytes);
  const stride = cursor.uint(bytes);
  const count = cursor.uint(bytes);
  const block = cursor.uint(bytes);
  const unlimited = 2 ** (8 * bytes) - 1;
  if (count >= unlimited || block >= unlimited) throw unsupported(file.path, 'an unlimited virtual data set');
  if (count <= 1 || stride === block) return [{ start, length: count === 0 ? 0 : block * count }];
  if (count > MAX_RUNS || stride < block) throw cursor.fail('an impossible selection');
  return Array.from({ length: count }, (_, i) => ({ start: start + i * stride, length: block }));
}

/** Block lists are accepted when they are a product of runs, as every regular selection is. */
function blockRuns(cursor: Cursor, file: Hdf5File, rank: number, bytes: number): Interval[][] {
  const count = cursor.uint(bytes);
  if (count * rank * 2 * bytes > cursor.remaining) throw cursor.fail('a selection that is too long');
  const perDimension = Array.from({ length: rank }, () => new Map<number, number>());
  for (let i = 0; i < count; i++) {
    const starts = Array.from({ length: rank }, () => cursor.uint(bytes));
    for (let d = 0; d < rank; d++) {
      const start = starts[d] ?? 0;
      const length = cursor.uint(bytes) - start + 1;
      const known = perDimension[d]?.get(start);
      if (length < 1) throw cursor.fail('an impossible selection');
      if (known !== undefined && known !== length) throw unsupported(file.path, 'an irregular selection');
      perDimension[d]?.set(start, length);
    }
  }
  const runs = perDimension.map((found) =>
    [...found].map(([start, length]) => ({ start, length })).sort((a, b) => a.start - b.start),
  );
  // equal to the product of its runs only if it has as many blocks: the blocks of one selection never overlap
  if (runs.reduce((total, list) => total * list.length, 1) !== count)
    throw unsupported(file.path, 'an irregular selection');
  return runs;
}

/** Reads a serialised dataspace selection. @throws SourceError when damaged or not a product of runs */
export function readSelection(cursor: Cursor, file: Hdf5File): Selection {
  const kind = cursor.u32();
  const version = cursor.u32();
  if (kind === 0 || kind === 3) {
    cursor.skip(8);
    return { kind: kind === 0 ? 'none' : 'all' };
  }
  if (kind !== 2) throw unsupported(file.path, 'a selection of single points');
  if (version < 1 || version > 3) throw cursor.fail('a selection of unknown version');
  let flags = 0;
  let bytes = version === 2 ? 8 : 4;
  if (version === 1) cursor.skip(8);
  else {
    flags = cursor.u8();
    if (version === 2) cursor.skip(4);
    else bytes = cursor.u8();
  }
  const rank = cursor.u32();
  if (rank < 1 || rank > 32 || bytes < 1 || bytes > 8) throw cursor.fail('an impossible selection');
  if ((flags & 1) === 0) return { kind: 'runs', runs: blockRuns(cursor, file, rank, bytes) };
  return { kind: 'runs', runs: Array.from({ length: rank }, () => regularRuns(cursor, file, bytes)) };
}

/** Index lists made so far: the mappings of one virtual data set mostly select the same rows and columns. */
export interface IndexLists {
  readonly known: Map<string, Int32Array>;
  total: number;
}

/** Indices listed for one virtual data set at most. */
const MAX_INDICES = 2 ** 25;

/** Selected indices of each dimension of an array of this shape. @throws SourceError when they leave the array */
export function selectedIndices(
  selection: Selection,
  shape: readonly number[],
  file: Hdf5File,
  lists: IndexLists,
): Int32Array[] {
  if (selection.kind === 'none') return shape.map(() => new Int32Array(0));
  const runs = selection.kind === 'all' ? shape.map((length) => [{ start: 0, length }]) : selection.runs;
  if (runs.length !== shape.length) throw unsupported(file.path, 'a selection of another rank than its array');
  return runs.map((list, d) => {
    const count = list.reduce((total, { length }) => total + length, 0);
    const extent = shape[d] ?? 0;
    const inside = list.every(({ start, length }) => start + length <= extent);
    if (!inside || count > MAX_RUNS) throw unsupported(file.path, 'a selection that leaves its array');
    const key = list.length === 1 ? `${list[0]?.start} ${count}` : '';
    const known = lists.known.get(key);
    if (known !== undefined) return known;
    lists.total += count;
    if (lists.total > MAX_INDICES) throw unsupported(file.path, 'a virtual data set of very many pieces');
    const indices = new Int32Array(count);
    let at = 0;
    for (const { start, length } of list) for (let i = 0; i < length; i++) indices[at++] = start + i;
    if (key !== '') lists.known.set(key, indices);
    return indices;
  });
}
