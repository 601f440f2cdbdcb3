import { ARENA_BASE, Arena, makeMemory } from '../../core/arena.js';
import {
  allocate,
  DTYPES,
  type Dtype,
  dtypeOf,
  type NumericArray,
  needsWidening,
  type StoredType,
} from '../../core/dtype.js';
import { type Box, eachRun } from '../../core/region.js';
import type { RegionFile } from '../../io/region-file.js';
import { type ElementStep, makeElementStep } from '../stored/elements.js';

/** Bytes converted at a time, and most that one read gathers runs from. */
const BLOCK_BYTES = 2 ** 20;

/** Bytes between two runs that are rather read than passed over: about what a call costs. */
const GAP_BYTES = 4096;

const bytesOf = ({ buffer, byteOffset, byteLength }: NumericArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** A block of the file on its way to native elements, or back. */
interface Block {
  readonly stored: Uint8Array;
  readonly convert: ElementStep;
}

/** Elements one behind the other in a file, as numbers of this machine. */
export class FileElements {
  readonly dtype: Dtype;
  readonly #file: RegionFile;
  readonly #offset: number;
  readonly #type: StoredType;
  readonly #isNative: boolean;
  #block: Block | null = null;
  #gathered: NumericArray | null = null;

  /** @param offset byte of the first element */
  constructor(file: RegionFile, offset: number, type: StoredType) {
    this.#file = file;
    this.#offset = offset;
    this.#type = type;
    this.dtype = dtypeOf(type);
    this.#isNative = !needsWidening(type) && (type.order === 'little' || type.bytes === 1);
  }

  /** Bytes of the file in which an element lies. */
  position(element: number): number {
    return this.#offset + element * this.#type.bytes;
  }

  #blockOf(): Block {
    if (this.#block) return this.#block;
    const elements = BLOCK_BYTES / this.#type.bytes;
    const bytes = BLOCK_BYTES + elements * DTYPES[this.dtype].bytes + 4096;
    const arena = new Arena(makeMemory(bytes), ARENA_BASE, bytes);
    this.#block = { stored: arena.bytes(BLOCK_BYTES), convert: makeElementStep(this.#type, elements, arena, 'wasm') };
    return this.#block;
  }

  /** Fills `into` with the elements from number `first` on. @throws SourceError when the file ends before */
  read(first: number, into: NumericArray): void {
    if (this.#isNative) {
      this.#file.read(bytesOf(into), this.position(first));
      return;
    }
    const { stored, convert } = this.#blockOf();
    const { bytes } = this.#type;
    const step = stored.length / bytes;
    for (let at = 0; at < into.length; at += step) {
      const part = stored.subarray(0, Math.min(step, into.length - at) * bytes);
      this.#file.read(part, this.position(first + at));
      into.set(convert(part), at);
    }
  }

  /** Writes elements from number `first` on; of types whose numbers need no widening. @throws SinkError, `disk-full` among others */
  write(first: number, data: NumericArray): void {
    if (this.#isNative) {
      this.#file.write(data, this.position(first));
      return;
    }
    const { stored, convert } = this.#blockOf();
    const { bytes } = this.#type;
    const step = stored.length / bytes;
    for (let at = 0; at < data.length; at += step) {
      const part = stored.subarray(0, Math.min(step, data.length - at) * bytes);
      part.set(bytesOf(data.subarray(at, at + step)));
      // Swapping bytes is its own reverse.
      convert(part);
      this.#file.write(part, this.position(first + at));
    }
  }

  /** Fills `into` with a box of an array of `shape`. Short runs that are near each other are read in one call. */
  readBox(box: Box, shape: readonly number[], into: NumericArray): void {
    const { bytes } = this.#type;
    const [gap, most] = [GAP_BYTES / bytes, BLOCK_BYTES / bytes];
    let runs: [from: number, to: number][] = [];
    let size = 0;
    const flush = (): void => {
      const start = runs[0]?.[0] ?? 0;
      const end = (runs[runs.length - 1]?.[0] ?? 0) + size;
      if (runs.length === 1) this.read(start, into.subarray(runs[0]?.[1] ?? 0, (runs[0]?.[1] ?? 0) + size));
      else if (runs.length > 1) {
        this.#gathered ??= allocate(this.dtype, most);
        const gathered = this.#gathered.subarray(0, end - start);
        this.read(start, gathered);
        for (const [from, to] of runs) copyRun(gathered, from - start, into, to, size);
      }
      runs = [];
    };
    eachRun(box, shape, (from, to, length) => {
      size = length;
      const [first, last] = [runs[0], runs[runs.length - 1]];
      const isNear = first && last && from - (last[0] + length) <= gap && from + length - first[0] <= most;
      if (!isNear) flush();
      runs.push([from, to]);
    });
    flush();
  }

  /** Writes a box of an array of `shape`, run by run: what lies between them is left alone. */
  writeBox(box: Box, shape: readonly number[], data: NumericArray): void {
    eachRun(box, shape, (to, from, length) => this.write(to, data.subarray(from, from + length)));
  }
}

/** A view for a few elements costs more than they do. */
function copyRun(source: NumericArray, from: number, into: NumericArray, to: number, length: number): void {
  if (length > 32) into.set(source.subarray(from, from + length), to);
  else for (let i = 0; i < length; i++) into[to + i] = source[from + i] ?? 0;
}
