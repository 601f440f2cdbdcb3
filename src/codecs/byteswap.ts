import { instantiate } from '../core/wasm.js';
import type { Kernel } from './codec.js';
import { reorderWasm } from './reorder.wasm.js';

/** Reverses the bytes of each element in place. */
function swapBytes(bytes: Uint8Array, elementBytes: number): void {
  for (let at = 0; at + elementBytes <= bytes.length; at += elementBytes) {
    bytes.subarray(at, at + elementBytes).reverse();
  }
}

/**
 * Turns big-endian elements into little-endian ones, or back, in place; single bytes stay.
 * @returns a function on whole elements; with the `wasm` kernel they lie in `memory`
 */
export function makeByteSwap(
  elementBytes: 1 | 2 | 4 | 8,
  memory: WebAssembly.Memory,
  kernel: Kernel,
): (bytes: Uint8Array) => void {
  if (elementBytes === 1) return () => undefined;
  const run = kernel === 'wasm' ? instantiate(reorderWasm, memory).swapBytes : undefined;
  return (bytes) => {
    if (run) run(bytes.byteOffset, bytes.length, elementBytes);
    else swapBytes(bytes, elementBytes);
  };
}
