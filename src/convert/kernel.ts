import { ARENA_BASE, makeMemory } from '../core/arena.js';
import { DTYPES, dtypeOfArray, type NumericArray, viewOf } from '../core/dtype.js';
import { instantiate, type WasmExports } from '../core/wasm.js';
import { callKernel, dtypeNumber } from '../kernels/call.js';
import { convertWasm } from '../kernels/convert.wasm.js';
import { isPlainCast, type Scaling } from './scaling.js';

/** Bytes of a side of the window: below, calls cost; above, it is no longer in cache. */
const WINDOW = 2 ** 20;

const instances = new WeakMap<WebAssembly.Memory, WasmExports>();
let windowMemory: WebAssembly.Memory | null = null;

function kernelOn(memory: WebAssembly.Memory): WasmExports {
  const known = instances.get(memory);
  if (known) return known;
  const made = instantiate(convertWasm, memory);
  instances.set(memory, made);
  return made;
}

/** Both arrays lie on one memory: nothing is copied. */
function convertInPlace(memory: WebAssembly.Memory, source: NumericArray, target: NumericArray, by: Scaling): boolean {
  const from = [source.byteOffset, dtypeNumber(source)] as const;
  const to = [target.byteOffset, dtypeNumber(target)] as const;
  return callKernel(kernelOn(memory), 'convert', ...from, ...to, source.length, by.scale, by.offset) === 1;
}

/** Blocks go through a window of WebAssembly memory that stays in cache. */
function convertThroughWindow(source: NumericArray, target: NumericArray, by: Scaling): boolean {
  windowMemory ??= makeMemory(2 * WINDOW);
  const [of, to] = [dtypeOfArray(source), dtypeOfArray(target)];
  const block = WINDOW / Math.max(DTYPES[of].bytes, DTYPES[to].bytes);
  let strange = false;
  for (let at = 0; at < source.length; at += block) {
    const count = Math.min(block, source.length - at);
    const given = viewOf(of, windowMemory.buffer, ARENA_BASE, count);
    const made = viewOf(to, windowMemory.buffer, ARENA_BASE + WINDOW, count);
    given.set(source.subarray(at, at + count));
    if (convertInPlace(windowMemory, given, made, by)) strange = true;
    target.set(made, at);
  }
  return strange;
}

const isUnshared = ({ buffer }: NumericArray): boolean => buffer instanceof ArrayBuffer;

/**
 * Converts in the calling thread, the fastest way the two memories allow.
 *
 * @param memory that both lie on, or null
 * @returns whether a number that became an integer was NaN
 */
export function convertHere(
  source: NumericArray,
  target: NumericArray,
  by: Scaling,
  memory: WebAssembly.Memory | null,
): boolean {
  if (memory) return convertInPlace(memory, source, target, by);
  // Without threads to share it with, `set` needs no window; on shared memory it goes byte by byte.
  if (isPlainCast(target, by) && isUnshared(source) && isUnshared(target)) {
    target.set(source);
    return false;
  }
  return convertThroughWindow(source, target, by);
}
