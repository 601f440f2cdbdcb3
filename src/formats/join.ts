import { AS_STORED, describeStored, dtypeOf, type StoredType } from '../core/dtype.js';
import { SourceError } from '../core/errors.js';
import type { SourceHandle } from '../core/source.js';
import { type Axis, formatShape, makeStack, plainAxis, product, type Stack } from '../core/stack.js';
import { type ChunkTable, chunkGrid, type Filter, makeChunkTable, type Storage } from '../core/storage.js';
import { scalesOfFiles } from './join-scales.js';

/** One of several stored arrays that make one stack, with the name that errors call it by. */
export interface StoredPart {
  readonly name: string;
  readonly stack: Stack;
  readonly storage: Storage;
  /** What such parts follow each other along. */
  readonly series?: Axis;
}

/** A part as rows of chunks: at least one position dimension, and a table even where elements lie in one block. */
interface Rows {
  readonly name: string;
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  readonly table: ChunkTable;
  readonly storage: Storage;
}

/** Files that `ChunkTable.file` can number. */
const MAX_FILES = 65536;
const MAX_CHUNKS = 2 ** 28;

function frameBlocks(
  storage: Storage,
  shape: readonly number[],
  frameRank: number,
): Pick<Rows, 'chunkShape' | 'table'> {
  const { layout, type } = storage;
  const lead = shape.length - storage.shape.length;
  if (layout.kind === 'chunked') {
    const chunkShape = [...Array.from({ length: lead }, () => 1), ...layout.chunkShape];
    return { chunkShape, table: { ...layout.table, grid: chunkGrid(shape, chunkShape) } };
  }
  const cut = shape.length - frameRank;
  const chunkShape = shape.map((extent, d) => (d < cut ? 1 : extent));
  const table = makeChunkTable(chunkGrid(shape, chunkShape));
  const bytes = product(shape.slice(cut)) * type.bytes;
  for (let i = 0; i < table.offset.length; i++) {
    table.file[i] = layout.file;
    table.offset[i] = layout.offset + i * layout.frameStride;
    table.size[i] = bytes;
  }
  return { chunkShape, table };
}

function rowsOf({ name, stack, storage }: StoredPart): Rows {
  const frameRank = stack.frameShape.length;
  // Where an image ends, and its last rows may be stored short, is lost when rows follow each other.
  const isAlone = storage.shape.length <= frameRank || storage.shape.length === rowsCutOf(storage);
  const shape = isAlone ? [1, ...storage.shape] : storage.shape;
  return { name, shape, storage, ...frameBlocks(storage, shape, frameRank) };
}

function rowsCutOf({ layout }: Storage): 2 | 3 | undefined {
  return layout.kind === 'chunked' ? layout.rowsCut : undefined;
}

/** Filters but for what may differ from file to file, because there is room for the most that any of them needs. */
function settingsOf({ storage }: Rows): string {
  const plain = storage.pipeline.map((filter) =>
    filter.name === 'image' ? { ...filter, samples: 0, isForeign: false } : filter,
  );
  return JSON.stringify(plain);
}

/** The filters of all parts, with room for what any of their images needs. */
function joinedPipeline(parts: readonly Rows[]): readonly Filter[] {
  const images = parts.flatMap(({ storage }) => storage.pipeline.filter(({ name }) => name === 'image'));
  const samples = images.reduce((most, one) => (one.name === 'image' ? Math.max(most, one.samples) : most), 0);
  const isForeign = images.some((one) => one.name === 'image' && one.isForeign);
  const [first] = parts;
  return (first?.storage.pipeline ?? []).map((filter) =>
    filter.name === 'image' ? { ...filter, samples, isForeign } : filter,
  );
}

/** What must be alike; every file may have a scale of its own. */
function unscaled({ storage }: Rows): StoredType {
  const { scale: _, ...plain } = storage.type;
  return plain;
}

/** @throws SourceError naming the two parts and what differs */
function checkAlike(first: Rows, other: Rows): void {
  const filters = ({ storage }: Rows): string => storage.pipeline.map((filter) => filter.name).join(', ') || 'none';
  const compared: readonly [string, string, string][] = [
    ['frames', formatShape(first.shape.slice(1)), formatShape(other.shape.slice(1))],
    ['elements', describeStored(unscaled(first)), describeStored(unscaled(other))],
    ['filters', filters(first), filters(other)],
    ['filter settings', settingsOf(first), settingsOf(other)],
    ['chunks', formatShape(first.chunkShape), formatShape(other.chunkShape)],
    ['last chunks', rowsCutOf(first.storage) ? 'cut' : 'whole', rowsCutOf(other.storage) ? 'cut' : 'whole'],
  ];
  const found = compared.find(([, ours, theirs]) => ours !== theirs);
  if (found === undefined) return;
  const [what, ours, theirs] = found;
  const isPicture = what === 'frames' && first.storage.pipeline[0]?.name === 'image';
  throw new SourceError(
    'parts-differ',
    `${first.name} and ${other.name} cannot be joined: their ${what} differ, ${ours} against ${theirs}. ` +
      (isPicture
        ? 'Name those of one size by a pattern; fanfold run infer takes images of any size.'
        : 'Open them one by one, or rewrite one like the other.'),
    { first: first.name, second: other.name, what, ours, theirs },
  );
}

function checkFill(first: Rows, other: Rows): void {
  const same = other.storage.fill.every((byte, i) => byte === first.storage.fill[i]);
  if (same || !other.table.offset.includes(-1)) return;
  throw new SourceError(
    'parts-differ',
    `${first.name} and ${other.name} cannot be joined: chunks that were never written stand for different values.`,
    { first: first.name, second: other.name, what: 'fill values' },
  );
}

/** Numbers files across all parts. @throws SourceError for more than can be numbered */
function numberFiles(files: string[], known: Map<string, number>, added: readonly string[]): number[] {
  return added.map((file) => {
    const number = known.get(file) ?? files.push(file) - 1;
    if (number >= MAX_FILES) {
      throw new SourceError(
        'too-many-files',
        `At most ${MAX_FILES} files can be joined. Choose fewer with a pattern.`,
        {
          files: MAX_FILES,
        },
      );
    }
    known.set(file, number);
    return number;
  });
}

function joinTables(parts: readonly Rows[], grid: readonly number[]): { files: string[]; table: ChunkTable } {
  if (product(grid) > MAX_CHUNKS) {
    const chunks = product(grid);
    throw new SourceError('too-many-chunks', `The files hold ${chunks} chunks; ${MAX_CHUNKS} can be indexed.`, {
      chunks,
    });
  }
  const table = makeChunkTable(grid);
  const files: string[] = [];
  const known = new Map<string, number>();
  let at = 0;
  for (const { table: from, storage } of parts) {
    const numbers = numberFiles(files, known, storage.files);
    for (let i = 0; i < from.file.length; i++) table.file[at + i] = numbers[from.file[i] ?? 0] ?? 0;
    table.offset.set(from.offset, at);
    table.size.set(from.size, at);
    table.mask.set(from.mask, at);
    at += from.offset.length;
  }
  return { files, table };
}

/**
 * The axis that all parts say they follow each other along, from where the first begins; else their numbers.
 *
 * @param isNew the parts do not have that dimension themselves
 */
function seriesAxis([first, ...others]: readonly StoredPart[], isNew: boolean): Axis {
  const axis = first?.series;
  const isAgreed =
    axis !== undefined &&
    (isNew || first?.stack.axes[0]?.name === axis.name) &&
    others.every(({ series }) => series?.name === axis.name && series.unit === axis.unit && series.step === axis.step);
  return isAgreed ? axis : plainAxis(0);
}

/**
 * One source over stored arrays that follow each other along their first dimension (frames that are alone get one). All
 * have frames, elements, chunks and filters alike. Parts that end inside a chunk keep its unused end, which is left out
 * by a selection.
 *
 * @param parts at least one, in order
 * @throws SourceError naming the two parts that differ
 */
export function joinStored(parts: readonly StoredPart[]): SourceHandle {
  const rows = parts.map(rowsOf);
  const [first, model] = [rows[0], parts[0]];
  if (first === undefined || model === undefined) throw new TypeError('nothing to join');
  for (const other of rows.slice(1)) checkAlike(first, other);
  for (const other of rows.slice(1)) checkFill(first, other);
  const frameRank = model.stack.frameShape.length;
  const chunk = first.chunkShape[0] ?? 1;
  const extents = rows.map(({ shape }) => shape[0] ?? 0);
  const total = extents.reduce((sum, extent) => sum + extent, 0);
  const whole = extents.slice(0, -1).every((extent) => extent % chunk === 0);
  const chunkRows = extents.reduce((sum, extent) => sum + Math.ceil(extent / chunk), 0);
  const inner = first.shape.slice(1);
  const shape = [whole ? total : chunkRows * chunk, ...inner];
  const { files, table } = joinTables(rows, [chunkRows, ...chunkGrid(inner, first.chunkShape.slice(1))]);
  const axes = [
    seriesAxis(parts, inner.length === model.storage.shape.length),
    ...model.stack.axes.slice(model.storage.shape.length - inner.length),
  ];
  const scales = scalesOfFiles(rows, files);
  const { fill } = first.storage;
  const pipeline = joinedPipeline(rows);
  const type = scales ? { ...first.storage.type, scale: scales[0] ?? AS_STORED } : first.storage.type;
  const stack = makeStack(shape, dtypeOf(type), frameRank, axes);
  const rowsCut = rowsCutOf(first.storage);
  const layout = { kind: 'chunked', chunkShape: first.chunkShape, table, ...(rowsCut ? { rowsCut } : {}) } as const;
  const storage = { files, shape, type, layout, pipeline, fill, ...(scales ? { scales } : {}) };
  const joined: SourceHandle = { kind: 'stored', stack, storage };
  if (whole) return joined;
  const perRow = product(inner.slice(0, inner.length - frameRank));
  let start = 0;
  const firsts = extents.map((extent) => {
    const at = start;
    start += Math.ceil(extent / chunk) * chunk;
    return at * perRow;
  });
  const runs = {
    first: Float64Array.from(firsts),
    length: Float64Array.from(extents, (extent) => extent * perRow),
  };
  return {
    kind: 'selected',
    base: joined,
    runs,
    stack: { ...stack, stackShape: [total, ...stack.stackShape.slice(1)] },
  };
}
