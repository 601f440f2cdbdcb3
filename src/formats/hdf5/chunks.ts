import { SourceError } from '../../core/errors.js';
import { product } from '../../core/stack.js';
import { type ChunkTable, chunkGrid, type Filter, makeChunkTable } from '../../core/storage.js';
import { indexBtree1 } from './btree1.js';
import { indexBtree2 } from './chunkbtree2.js';
import { UNDEFINED } from './cursor.js';
import { indexExtensibleArray } from './extensiblearray.js';
import { indexFixedArray } from './fixedarray.js';
import type { ChunkIndex } from './layout.js';
import { type ChunkTarget, makePlacer, putChunk } from './placer.js';
import type { Hdf5File } from './superblock.js';

/** Largest chunk table: 22 bytes an entry. */
const MAX_CHUNKS = 2 ** 28;

/** Tables up to this size are made for any file; larger ones only for files that could hold as many chunks. */
const SMALL_GRID = 2 ** 20;

/** What the chunk index of one data set needs to be read. */
export interface ChunkedArray {
  readonly file: Hdf5File;
  readonly path: string;
  readonly shape: readonly number[];
  readonly maxShape: readonly number[];
  readonly chunkShape: readonly number[];
  readonly elementBytes: number;
  readonly pipeline: readonly Filter[];
  readonly rawEdges: boolean;
  readonly index: ChunkIndex;
}

/** An empty table. @throws SourceError when the grid is larger than the limit, or than `storedBytes` could fill */
export function makeBoundedTable(
  path: string,
  dataset: string,
  grid: readonly number[],
  storedBytes: number,
): ChunkTable {
  const count = product(grid);
  if (count > MAX_CHUNKS || (count > SMALL_GRID && count > storedBytes)) {
    const reason =
      count > MAX_CHUNKS ? `at most ${MAX_CHUNKS} can be indexed` : `its files hold too little for that many`;
    throw new SourceError(
      'too-many-chunks',
      `${dataset} in ${path} is divided into ${count} chunks, but ${reason}. Rewrite it with larger chunks.`,
      { path, dataset, chunks: count },
    );
  }
  return makeChunkTable(grid);
}

/** Filter masks of the chunks that stick out of the array: such chunks were stored without any filter. */
function markRawEdges(array: ChunkedArray, table: ChunkTable): void {
  const { shape, chunkShape, pipeline } = array;
  const all = pipeline.length >= 32 ? 0xffffffff : 2 ** pipeline.length - 1;
  const whole = shape.map((extent, d) => Math.floor(extent / (chunkShape[d] ?? 1)));
  for (let index = 0; index < table.mask.length; index++) {
    let rest = index;
    let edge = false;
    for (let d = shape.length - 1; d >= 0; d--) {
      const extent = table.grid[d] ?? 1;
      const coordinate = rest % extent;
      if (coordinate >= (whole[d] ?? 0)) edge = true;
      rest = (rest - coordinate) / extent;
    }
    if (edge) table.mask[index] = all;
  }
}

/**
 * Reads the chunk index of a data set, of any of the six kinds, into a table. Chunks outside the present shape are left
 * out; offsets count from the start of the file, user block included.
 *
 * @throws SourceError when the index is damaged or the grid too large
 */
export function indexChunks(array: ChunkedArray): ChunkTable {
  const { file, path, shape, maxShape, chunkShape, elementBytes, pipeline, index } = array;
  const table = makeBoundedTable(file.path, path, chunkGrid(shape, chunkShape), file.pages.size);
  if (index.address === UNDEFINED || table.offset.length === 0) return table;
  const chunkBytes = product(chunkShape) * elementBytes;
  const target: ChunkTarget = { file, table, shape, maxShape, chunkShape, chunkBytes };
  const filtered = pipeline.length > 0;
  switch (index.kind) {
    case 'btree1':
      indexBtree1(target, index.address);
      break;
    case 'single':
      putChunk(target, 0, index.address, index.size ?? chunkBytes, index.mask);
      break;
    case 'implicit':
      indexImplicit(target, index.address);
      break;
    case 'fixed':
      indexFixedArray(target, index.address);
      break;
    case 'extensible':
      indexExtensibleArray(target, index.address);
      break;
    case 'btree2':
      indexBtree2(target, index.address, filtered);
      break;
  }
  if (array.rawEdges && filtered) markRawEdges(array, table);
  return table;
}

/** Implicit index: all chunks of the largest shape lie one behind the other, none filtered, none missing. */
function indexImplicit(target: ChunkTarget, address: number): void {
  const total = product(chunkGrid(target.maxShape, target.chunkShape));
  const { file, chunkBytes } = target;
  if (!(total * chunkBytes <= file.pages.size)) {
    putChunk(target, 0, address, total * chunkBytes, 0);
    return;
  }
  const place = makePlacer(target, false);
  for (let number = 0; number < total; number++) {
    const index = place(number);
    if (index >= 0) putChunk(target, index, address + number * chunkBytes, chunkBytes, 0);
  }
}
