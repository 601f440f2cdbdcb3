import { ARENA_BASE, SLACK } from '../core/arena.js';
import { DTYPES, type Dtype, type NumericArray, viewOf } from '../core/dtype.js';
import { PlanError, UsageError } from '../core/errors.js';
import { formatBytes } from '../core/size.js';

const PAGE = 65536;
/** Kernels need not know where one array ends and the next begins, but caches do. */
const ALIGN = 4096;

/** A memory that arrays are taken from, and where its free end begins. */
interface Pool {
  readonly memory: WebAssembly.Memory;
  end: number;
}

/** The memory behind a buffer, for as long as somebody holds the buffer. */
const memories = new WeakMap<ArrayBufferLike, WebAssembly.Memory>();
let current: WeakRef<Pool> | null = null;
const pools = new WeakMap<WebAssembly.Memory, Pool>();

/** The memory that is being filled, grown to hold `bytes` more; null when it is gone or full. */
function growCurrent(bytes: number): Pool | null {
  const pool = current?.deref();
  if (!pool) return null;
  const missing = Math.ceil((pool.end + bytes - pool.memory.buffer.byteLength) / PAGE);
  try {
    if (missing > 0) pool.memory.grow(missing);
    return pool;
  } catch {
    return null;
  }
}

function startPool(bytes: number): Pool {
  const pages = Math.ceil((ARENA_BASE + bytes) / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
  const pool = { memory, end: ARENA_BASE };
  pools.set(memory, pool);
  current = new WeakRef(pool);
  return pool;
}

/**
 * A zeroed array on shared WebAssembly memory, where kernels work on it in place and worker threads see it: conversion
 * then needs no copy. Arrays taken one after the other share a memory of up to 4 GiB until it is full; its bytes come
 * back when all of its arrays are gone. Memory is taken from the system when it is first written.
 *
 * @param length in elements
 * @throws UsageError for a length that is not a whole number; PlanError for more than 4 GiB, or more than the system gives
 */
export function allocateShared(dtype: Dtype, length: number): NumericArray {
  if (!Number.isInteger(length) || length < 0)
    throw new UsageError('bad-value', `An array has a whole number of elements, not ${length}.`);
  const bytes = length * DTYPES[dtype].bytes;
  const need = Math.ceil((bytes + SLACK) / ALIGN) * ALIGN;
  if (need + ARENA_BASE > 65536 * PAGE)
    throw new PlanError(
      'memory-window',
      `One shared array holds at most 4 GiB, not ${formatBytes(bytes)}. Split it into several.`,
    );
  let pool = growCurrent(need);
  try {
    pool ??= startPool(need);
  } catch {
    throw new PlanError('no-memory', `There are no ${formatBytes(bytes)} of shared memory. Use a smaller array.`);
  }
  const { memory } = pool;
  const array = viewOf(dtype, memory.buffer, pool.end, length);
  pool.end += need;
  memories.set(array.buffer, memory);
  return array;
}

/** The WebAssembly memory an array lies on; null for memory of any other kind. */
export function memoryOf({ buffer }: NumericArray): WebAssembly.Memory | null {
  return memories.get(buffer) ?? null;
}

/** The WebAssembly memory that both arrays lie on, or null. */
export function commonMemory(source: NumericArray, target: NumericArray): WebAssembly.Memory | null {
  const memory = memoryOf(source);
  return memory !== null && memory === memoryOf(target) ? memory : null;
}
