import { product } from '../../core/stack.js';
import { type ChunkTable, chunkGrid, type Filter, makeChunkTable, type Storage } from '../../core/storage.js';
import { unsupported } from './bytes.js';
import { makeBoundedTable } from './chunks.js';
import type { Dataset } from './dataset.js';
import { groupDimensions, pairChunks, type Side, virtualChunkShape } from './pairing.js';
import type { Placement } from './storage.js';

/** Entries of a contiguous source's table of blocks at most. */
const MAX_BLOCKS = 2 ** 22;

/** Files that `ChunkTable.file` can number. */
const MAX_FILES = 65536;

/** A source with the indices that a mapping selects of it and of the virtual array. */
export interface Source {
  readonly storage: Storage;
  readonly virtual: readonly Int32Array[];
  readonly source: readonly Int32Array[];
}

/** Contiguous elements as a table of blocks, each the last `kept` dimensions long; null when there were too many. */
function asBlocks(storage: Storage, kept: number): { chunkShape: number[]; table: ChunkTable } | null {
  const { layout, shape, type } = storage;
  if (layout.kind === 'chunked') return { chunkShape: [...layout.chunkShape], table: layout.table };
  const chunkShape = shape.map((extent, d) => (d < shape.length - kept ? 1 : extent));
  const grid = chunkGrid(shape, chunkShape);
  if (product(grid) > MAX_BLOCKS) return null;
  const table = makeChunkTable(grid);
  const bytes = product(chunkShape) * type.bytes;
  for (let i = 0; i < table.offset.length; i++) {
    table.file[i] = layout.file;
    table.offset[i] = layout.offset + i * bytes;
    table.size[i] = bytes;
  }
  return { chunkShape, table };
}

/** Numbers files across all sources. */
function fileNumbers(files: string[], known: Map<string, number>, added: readonly string[], path: string): number[] {
  return added.map((file) => {
    const number = known.get(file) ?? files.push(file) - 1;
    if (number >= MAX_FILES) throw unsupported(path, `a virtual data set over more than ${MAX_FILES} files`);
    known.set(file, number);
    return number;
  });
}

/** More chunks than a virtual data set over these sources can sensibly have. */
function plausibleChunks(sources: readonly Source[]): number {
  let total = 0;
  for (const storage of new Set(sources.map((source) => source.storage))) {
    total += storage.layout.kind === 'chunked' ? 64 * storage.layout.table.offset.length : product(storage.shape);
  }
  return total;
}

/** One table over all sources, or null when their chunks do not line up with the virtual array. */
export function combineChunks(
  dataset: Dataset,
  sources: readonly Source[],
  pipeline: readonly Filter[],
  kept: number,
): Placement | null {
  const { shape } = dataset.space;
  const { path } = dataset.file;
  const files: string[] = [];
  const known = new Map<string, number>();
  let chunkShape: number[] | null = null;
  let table: ChunkTable | null = null;
  let work = 0;
  const blocks = new Map<Storage, ReturnType<typeof asBlocks>>();
  for (const { storage, virtual, source } of sources) {
    const block = blocks.get(storage) ?? asBlocks(storage, kept);
    blocks.set(storage, block);
    const groups = groupDimensions(virtual, source);
    if (block === null || groups === null) return null;
    const ourChunk = virtualChunkShape(shape.length, groups, block.chunkShape);
    chunkShape ??= ourChunk;
    if (chunkShape.join() !== ourChunk.join()) return null;
    // a chunk that lost dimensions of more than one element holds more than the virtual chunk does
    if (product(ourChunk) !== product(block.chunkShape)) return null;
    const grid: readonly number[] = table?.grid ?? chunkGrid(shape, chunkShape);
    const ours: Side = { indices: virtual, shape, chunkShape, grid };
    table ??= makeBoundedTable(path, dataset.path, grid, plausibleChunks(sources));
    const pairs = pairChunks(
      ours,
      { indices: source, shape: storage.shape, chunkShape: block.chunkShape, grid: block.table.grid },
      groups,
    );
    if (pairs === null) return null;
    work += pairs.reduce((total, { virtual: list }) => total * list.length, 1);
    if (work > 8 * product(grid) + MAX_BLOCKS) throw unsupported(path, 'a virtual data set whose sources overlap');
    const numbers = fileNumbers(files, known, storage.files, path);
    const rawMask = storage.pipeline.length === 0 ? 2 ** pipeline.length - 1 : 0;
    if (!copyChunks(table, block.table, pairs, numbers, rawMask) && !sameBytes(storage.fill, dataset.fill)) {
      throw unsupported(path, 'virtual sources with fill values of their own');
    }
  }
  if (chunkShape === null || table === null) return null;
  return { files, layout: { kind: 'chunked', chunkShape, table }, pipeline };
}

/** Copies table entries over the product of the groups. @returns false when a source chunk was missing */
function copyChunks(
  to: ChunkTable,
  from: ChunkTable,
  pairs: readonly { readonly virtual: readonly number[]; readonly source: readonly number[] }[],
  numbers: readonly number[],
  rawMask: number,
): boolean {
  let complete = true;
  const walk = (group: number, ours: number, theirs: number): void => {
    const pair = pairs[group];
    if (pair !== undefined) {
      for (let k = 0; k < pair.virtual.length; k++) {
        walk(group + 1, ours + (pair.virtual[k] ?? 0), theirs + (pair.source[k] ?? 0));
      }
      return;
    }
    const offset = from.offset[theirs] ?? -1;
    if (offset < 0) complete = false;
    to.file[ours] = numbers[from.file[theirs] ?? 0] ?? 0;
    to.offset[ours] = offset;
    to.size[ours] = from.size[theirs] ?? 0;
    to.mask[ours] = (from.mask[theirs] ?? 0) | rawMask;
  };
  walk(0, 0, 0);
  return complete;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
