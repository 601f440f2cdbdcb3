import { DTYPES, type Dtype, type NumericArray, viewOf } from './dtype.js';
import { OperatorError, PlanError } from './errors.js';

/** Below this address lie the constant tables of the WebAssembly modules. */
export const ARENA_BASE = 65536;

/** Readable bytes after every codec input and writable bytes after every codec output. */
export const SLACK = 64;

/** Bytes that fit one WebAssembly memory beside its tables. */
export const LARGEST_MEMORY = 2 ** 32 - 2 ** 20;

const PAGE = 65536;

/** Shared memory of at least `bytes`, tables included. WebAssembly allows at most 4 GiB in one memory. */
export function makeMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil((bytes + ARENA_BASE) / PAGE);
  if (pages > 65536) {
    throw new PlanError('memory-window', 'One memory holds at most 4 GiB. Use fewer workers or a smaller --memory.');
  }
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/**
 * A window of a shared WebAssembly memory. Space is taken once, in order, and never given back one by one: the byte
 * offset of every array taken here is its address for the kernels.
 */
export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly #end: number;
  #next: number;

  constructor(memory: WebAssembly.Memory, base: number, length: number) {
    this.memory = memory;
    this.#next = base;
    this.#end = base + length;
  }

  /** Address of `bytes` fresh bytes plus slack. @throws OperatorError when the window is full. */
  take(bytes: number, align = 64): number {
    const address = Math.ceil(this.#next / align) * align;
    if (address + bytes + SLACK > this.#end) {
      throw new OperatorError(
        'arena-full',
        `A worker's memory window is ${address + bytes + SLACK - this.#end} bytes short: an operator took more than its cost() declares.`,
      );
    }
    this.#next = address + bytes + SLACK;
    return address;
  }

  bytes(length: number, align = 64): Uint8Array {
    return new Uint8Array(this.memory.buffer, this.take(length, align), length);
  }

  array(dtype: Dtype, length: number): NumericArray {
    return viewOf(dtype, this.memory.buffer, this.take(length * DTYPES[dtype].bytes), length);
  }

  float64(length: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.take(length * 8), length);
  }

  /** A copy of `array` in this window. */
  place<T extends NumericArray>(array: T): T {
    const address = this.take(array.byteLength);
    const type = array.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => T;
    const copy = new type(this.memory.buffer, address, array.length);
    copy.set(array);
    return copy;
  }
}
