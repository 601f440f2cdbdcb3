import { type ChunkTable, chunkGrid } from '../../core/storage.js';
import { malformed } from './bytes.js';
import { UNDEFINED } from './cursor.js';
import type { Hdf5File } from './superblock.js';

/** What an index walk fills: one chunk table of one file. */
export interface ChunkTarget {
  readonly file: Hdf5File;
  readonly table: ChunkTable;
  readonly shape: readonly number[];
  readonly maxShape: readonly number[];
  readonly chunkShape: readonly number[];
  /** Bytes of one decoded chunk: the stored size where no filter is declared. */
  readonly chunkBytes: number;
}

/** Enters one chunk. @throws SourceError when it lies outside the file */
export function putChunk(target: ChunkTarget, index: number, address: number, size: number, mask: number): void {
  if (address === UNDEFINED) return;
  const { file, table } = target;
  const position = file.base + address;
  if (!(position + size <= file.pages.size)) {
    throw malformed(file.path, position, `chunk ${index} of ${size} bytes lies behind the end of the file`);
  }
  table.offset[index] = position;
  table.size[index] = size;
  table.mask[index] = mask;
}

/**
 * Turns the running number of a chunk into its place in the table. Fixed arrays and implicit indexes number the chunks
 * of the largest shape the array may grow to; extensible arrays put the unlimited dimension first.
 *
 * @returns the place, or -1 for a chunk outside the present shape
 */
export function makePlacer(target: ChunkTarget, unlimitedFirst: boolean): (number: number) => number {
  const { shape, maxShape, chunkShape, table } = target;
  const rank = shape.length;
  const most = chunkGrid(maxShape, chunkShape);
  const unlimited = unlimitedFirst ? Math.max(0, maxShape.indexOf(Number.POSITIVE_INFINITY)) : 0;
  const order = [unlimited, ...shape.map((_, i) => i).filter((i) => i !== unlimited)].slice(0, rank);
  const strides = new Array<number>(rank).fill(1);
  for (let i = rank - 2; i >= 0; i--) strides[i] = (strides[i + 1] ?? 1) * (table.grid[i + 1] ?? 1);
  const extents = order.map((dimension) => most[dimension] ?? 1);
  const present = order.map((dimension) => table.grid[dimension] ?? 1);
  const steps = order.map((dimension) => strides[dimension] ?? 1);
  return (number) => {
    let rest = number;
    let place = 0;
    for (let i = rank - 1; i >= 0; i--) {
      const extent = i === 0 ? Number.POSITIVE_INFINITY : (extents[i] as number);
      const coordinate = i === 0 ? rest : rest % extent;
      if (coordinate >= (present[i] as number)) return -1;
      place += coordinate * (steps[i] as number);
      if (i > 0) rest = (rest - coordinate) / extent;
    }
    return place;
  };
}
