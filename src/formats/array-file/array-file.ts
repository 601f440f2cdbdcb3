import { LARGEST_MEMORY } from '../../core/arena.js';
import {
  allocate,
  DTYPES,
  type Dtype,
  describeStored,
  dtypeOfArray,
  type NumericArray,
  needsWidening,
  type StoredType,
  viewOf,
} from '../../core/dtype.js';
import { PlanError, UsageError } from '../../core/errors.js';
import { boxOf, type Region } from '../../core/region.js';
import { formatBytes } from '../../core/size.js';
import type { Source, SourceHandle } from '../../core/source.js';
import { formatShape, product } from '../../core/stack.js';
import type { RegionFile } from '../../io/region-file.js';
import { FileElements } from './elements.js';

/** A piece of an array as it is gone through. */
export interface ArrayChunk {
  /** Number of its first element, or row. */
  readonly first: number;
  /** Good until the next chunk is asked for, which takes its place. */
  readonly data: NumericArray;
}

/** Rows of an array as memory. */
export interface MappedArray {
  readonly data: NumericArray;
  /** Number of the first row. */
  readonly first: number;
  /** Lets go of the file; `data` reads as zeros from then on. */
  close(): void;
}

/** What an array in a file is. */
export interface ArrayLayout {
  readonly shape: readonly number[];
  readonly type: StoredType;
  /** Byte of its first element. */
  readonly offset: number;
}

/** Bytes read at a time when chunks are smaller. */
const AHEAD_BYTES = 2 ** 20;

/**
 * An array in a file, of any size: regions are read and written where they lie, and nothing else of it is touched. It is a source, too,
 * and can be given to `run`.
 */
export class ArrayFile implements Source {
  readonly path: string;
  readonly shape: readonly number[];
  /** Of the numbers that are read: 64-bit integers become float64, half floats float32, booleans uint8. */
  readonly dtype: Dtype;
  readonly mode: 'r' | 'r+';
  readonly format: string;
  readonly location: string;
  readonly notes: readonly string[];
  readonly handle: SourceHandle;
  readonly #file: RegionFile;
  readonly #layout: ArrayLayout;
  readonly #elements: FileElements;

  /** @param source the same array as a source */
  constructor(file: RegionFile, layout: ArrayLayout, source: Source) {
    this.path = file.path;
    this.shape = layout.shape;
    this.mode = file.isWritable ? 'r+' : 'r';
    this.format = source.format;
    this.location = source.location;
    this.notes = source.notes;
    this.handle = source.handle;
    this.#file = file;
    this.#layout = layout;
    this.#elements = new FileElements(file, layout.offset, layout.type);
    this.dtype = this.#elements.dtype;
  }

  /** Bytes of all elements in the file. */
  get bytes(): number {
    return product(this.shape) * this.#layout.type.bytes;
  }

  #checkOpen(): void {
    if (!this.#file.isOpen) throw new UsageError('closed', `${this.path} was closed. Open it again.`);
  }

  /** @throws UsageError unless it is an array of so many numbers of this dtype */
  #checkArray(array: NumericArray, length: number, what: string): void {
    const dtype = dtypeOfArray(array);
    if (dtype === this.dtype && array.length === length) return;
    throw new UsageError(
      'wrong-length',
      `${this.path}: ${what} takes ${length} numbers of ${this.dtype}, not ${array.length} of ${dtype}.`,
      { expected: length, found: array.length },
    );
  }

  #allocate(length: number): NumericArray {
    try {
      return allocate(this.dtype, length);
    } catch {
      const bytes = formatBytes(length * DTYPES[this.dtype].bytes);
      throw new PlanError(
        'no-memory',
        `${this.path}: there is no memory for ${bytes} in one array. Read a region, or go through it with chunks() or map().`,
      );
    }
  }

  /**
   * The elements of a region, row-major.
   *
   * @param region absent: all of it
   * @param into an array of the dtype and of as many elements, instead of a new one
   * @throws UsageError for a region outside the array; SourceError when the file was cut off
   */
  read(region: Region = [], into?: NumericArray): NumericArray {
    this.#checkOpen();
    const box = boxOf(region, this.shape, this.path);
    const length = product(box.shape);
    if (into) this.#checkArray(into, length, `a region of ${formatShape(box.shape)}`);
    const target = into ?? this.#allocate(length);
    this.#elements.readBox(box, this.shape, target);
    return target;
  }

  /**
   * Writes a region; it is in the file when this returns, and on the disk after `flush`.
   *
   * @param data as many elements, of the dtype of the array, row-major
   * @throws UsageError for a region outside the array; SinkError when the file was opened for reading, or the disk is full
   */
  write(region: Region, data: NumericArray): void {
    this.#checkOpen();
    this.#file.checkWritable();
    const box = boxOf(region, this.shape, this.path);
    this.#checkArray(data, product(box.shape), `a region of ${formatShape(box.shape)}`);
    this.#elements.writeBox(box, this.shape, data);
  }

  /**
   * Goes through the whole array, `count` elements at a time, or `count` entries of the first axis; the last chunk may be shorter. One
   * buffer serves them all.
   */
  *chunks(count: number, of: 'elements' | 'rows' = 'elements'): Generator<ArrayChunk, void, undefined> {
    if (!Number.isInteger(count) || count < 1)
      throw new UsageError('bad-value', `${this.path}: chunks have a whole number of ${of}, at least 1, not ${count}.`);
    const unit = of === 'rows' ? product(this.shape.slice(1)) : 1;
    const total = product(this.shape);
    const size = Math.min(count * unit, total);
    const ahead = Math.max(1, Math.floor(AHEAD_BYTES / (size * DTYPES[this.dtype].bytes))) * size;
    const buffer = this.#allocate(Math.min(ahead, total));
    for (let start = 0; start < total; start += buffer.length) {
      this.#checkOpen();
      const block = buffer.subarray(0, Math.min(buffer.length, total - start));
      this.#elements.read(start, block);
      for (let at = 0; at < block.length; at += size) {
        yield { first: (start + at) / unit, data: block.subarray(at, Math.min(at + size, block.length)) };
      }
    }
  }

  /**
   * The array, or some of its rows (entries of the first axis), as memory that the system fills and empties page by page. Changes go to
   * the file when it was opened for writing; else they stay in this process.
   *
   * @throws UsageError for types that have to be converted; PlanError above 4 GiB at a time; LayoutError where files cannot be mapped
   */
  async map(rows: readonly [start: number, stop: number] = [0, this.shape[0] ?? 1]): Promise<MappedArray> {
    this.#checkOpen();
    const { type } = this.#layout;
    const box = boxOf([rows], this.shape, this.path);
    const [first, length] = [box.starts[0] ?? 0, product(box.shape)];
    const row = product(this.shape.slice(1));
    const position = this.#elements.position(first * row);
    const isNative = !needsWidening(type) && (type.order === 'little' || type.bytes === 1);
    if (!isNative || position % type.bytes !== 0)
      throw new UsageError(
        'not-mappable',
        `${this.path} holds ${describeStored(type)} from byte ${position} on, which this machine cannot use in place. Use read() or chunks().`,
      );
    const bytes = length * type.bytes;
    if (bytes > LARGEST_MEMORY) {
      const most = Math.floor(LARGEST_MEMORY / (row * type.bytes));
      throw new PlanError(
        'memory-window',
        `${this.path}: ${formatBytes(bytes)} cannot be mapped at once, 4 GiB can.${most > 0 ? ` Map ${most} rows at a time: map([0, ${most}]).` : ' Use read() or chunks().'}`,
        { bytes, rows: most },
      );
    }
    const mapped = await this.#file.map(position, bytes);
    const { buffer, byteOffset } = mapped.bytes;
    return { data: viewOf(this.dtype, buffer, byteOffset, length), first, close: () => mapped.close() };
  }

  /** Waits until everything that was written is on the disk. @throws SinkError */
  flush(): void {
    this.#checkOpen();
    if (this.#file.isWritable) this.#file.flush();
  }

  /** Closes the file and its maps. Safe to call twice. */
  close(): void {
    this.#file.close();
  }
}
