import { describeStored, needsWidening, type StoredType } from '../../core/dtype.js';
import { SourceError, UsageError } from '../../core/errors.js';
import type { Source } from '../../core/source.js';
import { formatShape, product } from '../../core/stack.js';
import { OutputFile } from '../../io/output.js';
import { absolutePath, extensionOf } from '../../io/path.js';
import { RegionFile } from '../../io/region-file.js';
import { takeWriterLock } from '../../io/writer-lock.js';
import { parseElementType } from '../element-type.js';
import { type NpyHeader, npySource, readNpyHeader } from '../npy.js';
import { npyHeader } from '../npy-write.js';
import { ArrayFile, type ArrayLayout } from './array-file.js';

/** What is made: an array of zeros. */
export interface CreateArrayOptions {
  readonly shape: readonly number[];
  /** Such as `float32` or `>u2`; little-endian unless it says otherwise. */
  readonly dtype: string;
  /** Replace a file that exists. */
  readonly overwrite?: boolean;
  /** Take all its space on the disk now, instead of when it is written. */
  readonly reserve?: boolean;
  /** Trailing dimensions that make a frame when it is given to `run`, 2 by default. */
  readonly frameRank?: number;
}

/** How an array is opened, and what a headerless file does not say itself. */
export interface OpenArrayOptions {
  /** `r+` for reading and writing, which one process can have at a time. `r` when absent. */
  readonly mode?: 'r' | 'r+';
  /** Of a headerless file; absent: all elements in one row. */
  readonly shape?: readonly number[];
  /** Of a headerless file, as for `createArrayFile`. */
  readonly dtype?: string;
  /** Bytes of a headerless file before its first element. */
  readonly offset?: number;
  readonly frameRank?: number;
}

/** First elements of a new file begin on such a byte, so that any rows of it can be mapped and read past the page cache. */
const ALIGNMENT = 4096;
/** Zeros are written in such pieces. */
const ZEROS_BYTES = 4 * 2 ** 20;

/** Extensions of files without a header. */
const HEADERLESS = ['.raw', '.bin', '.dat'];

function isNpy(path: string): boolean {
  const extension = extensionOf(path);
  if (extension === '.npy') return true;
  if (HEADERLESS.includes(extension)) return false;
  throw new UsageError(
    'unknown-format',
    `${path}: arrays are kept in .npy files, or without a header in ${HEADERLESS.join(', ')}. Use such a name.`,
    { path },
  );
}

function typeOf(dtype: string | undefined, path: string): StoredType {
  const type = dtype === undefined ? undefined : parseElementType(dtype);
  if (type) return type;
  throw new UsageError(
    'bad-dtype',
    dtype === undefined
      ? `${path} does not say what its elements are. Give a dtype, such as float32 or >u2.`
      : `'${dtype}' is no element type. Use one such as uint16, float32, <f4 or >u2.`,
  );
}

/** @throws UsageError for types that can be read, but not written number by number */
function checkWritable(type: StoredType, path: string, remedy: string): void {
  if (!needsWidening(type) && type.kind !== 'b') return;
  throw new UsageError(
    'not-writable',
    `${path}: ${describeStored(type)} can be read, but not written, as it is not what numbers are here. ${remedy}`,
    { path },
  );
}

/** @throws UsageError for a shape that is none */
function checkShape(shape: readonly number[], path: string): void {
  const isShape =
    Array.isArray(shape) && shape.length > 0 && shape.every((extent) => Number.isSafeInteger(extent) && extent > 0);
  if (isShape && shape.length <= 32) {
    if (Number.isSafeInteger(product(shape) * 8)) return;
    throw new UsageError('bad-shape', `${path}: an array of ${formatShape(shape)} is larger than any file.`);
  }
  throw new UsageError(
    'bad-shape',
    `${path}: no array has the shape ${formatShape(shape ?? [])}. Use whole numbers above 0.`,
  );
}

/** The same array as a source, for `run`. */
function sourceOf(path: string, { shape, type, offset }: ArrayLayout, frameRank: number, format: string): Source {
  const header: NpyHeader = { shape, type, offset };
  return { ...npySource(header, absolutePath(path), 0, path, frameRank), format };
}

/** Writes what the file begins with, and makes it as long as it will be. @throws SinkError */
function fill(file: OutputFile, header: Uint8Array, bytes: number, reserve: boolean): void {
  const total = header.length + bytes;
  file.reserve(total);
  file.write(header, 0);
  if (reserve) {
    const zeros = new Uint8Array(Math.min(ZEROS_BYTES, bytes));
    for (let at = header.length; at < total; at += zeros.length)
      file.write(zeros.subarray(0, Math.min(zeros.length, total - at)), at);
  }
  file.resize(total);
}

/**
 * Makes a file that holds an array of zeros, and opens it for reading and writing. It appears under its name when it is whole. Where
 * nothing was written it takes no space, unless `reserve` says so; whether there is room for all of it is checked either way.
 *
 * @param path ending in .npy, or .raw, .bin or .dat for elements without a header
 * @throws UsageError for a shape, dtype or name that is none; SinkError when it exists, or the disk has no room; nothing is left then
 */
export async function createArrayFile(path: string, options: CreateArrayOptions): Promise<ArrayFile> {
  const { shape, overwrite = false, reserve = false, frameRank } = options;
  const hasHeader = isNpy(path);
  checkShape(shape, path);
  const type = typeOf(options.dtype, path);
  checkWritable(type, path, 'Choose another dtype.');
  const header = hasHeader ? npyHeader(type, shape, ALIGNMENT) : new Uint8Array(0);
  // Whoever has the file open for writing would go on with one that has no name any more.
  const unlock = takeWriterLock(path);
  try {
    const file = OutputFile.create(path, { overwrite });
    try {
      fill(file, header, product(shape) * type.bytes, reserve);
      file.commit();
    } catch (error) {
      file.abort();
      throw error;
    }
  } finally {
    unlock();
  }
  const described = hasHeader ? {} : { shape, dtype: options.dtype };
  return openArrayFile(path, { mode: 'r+', ...described, ...(frameRank === undefined ? {} : { frameRank }) });
}

/** Where the array lies in a headerless file. @throws UsageError, SourceError when it is too short */
function headerlessLayout(path: string, size: number, { shape, dtype, offset = 0 }: OpenArrayOptions): ArrayLayout {
  const type = typeOf(dtype, path);
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new UsageError('bad-value', `${path}: elements begin at a whole number of bytes, not ${offset}.`);
  const extents = shape ?? [(size - offset) / type.bytes];
  if (shape === undefined && !(Number.isInteger(extents[0]) && (extents[0] ?? 0) > 0))
    throw new SourceError(
      'not-whole-elements',
      `${path} has ${Math.max(0, size - offset)} bytes from byte ${offset} on, which is no whole number of ${describeStored(type)}. Check dtype and offset.`,
      { path },
    );
  checkShape(extents, path);
  const expected = product(extents) * type.bytes;
  if (size - offset < expected)
    throw new SourceError(
      'truncated',
      `${path} is truncated: ${formatShape(extents)} elements of ${describeStored(type)} need ${expected} bytes from byte ${offset} on, found ${Math.max(0, size - offset)}.`,
      { path, expected, found: Math.max(0, size - offset) },
    );
  return { shape: extents, type, offset };
}

/**
 * Opens an array in a .npy file, or in one without a header, to read and write regions of it.
 *
 * @throws SourceError when it is missing, truncated or no such file; SinkError when it may not be written, or another process has it
 *   open for that; UsageError for options that do not fit
 */
export async function openArrayFile(path: string, options: OpenArrayOptions = {}): Promise<ArrayFile> {
  const { mode = 'r', frameRank = 2 } = options;
  if (mode !== 'r' && mode !== 'r+')
    throw new UsageError('bad-value', `${path}: mode is 'r' or 'r+', not '${String(mode)}'.`);
  const hasHeader = isNpy(path);
  const said = hasHeader
    ? (['shape', 'dtype', 'offset'] as const).find((name) => options[name] !== undefined)
    : undefined;
  if (said !== undefined) throw new UsageError('bad-option', `${path} says itself what it holds: leave ${said} out.`);
  const file = RegionFile.open(path, mode === 'r+');
  try {
    const layout = hasHeader
      ? readNpyHeader((into, position) => file.read(into, position), file.size, path)
      : headerlessLayout(path, file.size, options);
    if (file.isWritable) checkWritable(layout.type, path, "Open it with mode 'r'.");
    return new ArrayFile(file, layout, sourceOf(path, layout, frameRank, hasHeader ? 'npy' : 'raw'));
  } catch (error) {
    file.close();
    throw error;
  }
}
