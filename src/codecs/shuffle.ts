import { instantiate } from '../core/wasm.js';
import type { Codec, Kernel } from './codec.js';
import { reorderWasm } from './reorder.wasm.js';

/** HDF5's shuffle: all first bytes of the elements, then all second ones, ...; bytes that fill no element stay last. */
export function shuffle(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / elementBytes);
  const shuffled = new Uint8Array(bytes);
  for (let plane = 0; plane < elementBytes; plane++) {
    for (let i = 0; i < count; i++) shuffled[plane * count + i] = bytes[i * elementBytes + plane] ?? 0;
  }
  return shuffled;
}

/** Undoes `shuffle` into `output`, which has the same length. */
export function unshuffle(input: Uint8Array, output: Uint8Array, elementBytes: number): void {
  const count = Math.floor(input.length / elementBytes);
  for (let plane = 0; plane < elementBytes; plane++) {
    for (let i = 0; i < count; i++) output[i * elementBytes + plane] = input[plane * count + i] ?? 0;
  }
  output.set(input.subarray(count * elementBytes), count * elementBytes);
}

/** Undoes the shuffle filter. Elements of 2, 4 and 8 bytes go through SIMD. */
export function makeUnshuffle(elementBytes: number, memory: WebAssembly.Memory, kernel: Kernel): Codec {
  const run = kernel === 'wasm' ? instantiate(reorderWasm, memory).unshuffle : undefined;
  return (input, output) => {
    const target = output.subarray(0, input.length);
    // Bytes that fill no element stay; a damaged file may state elements of 4 GiB, and planes that are all empty.
    const size = elementBytes > input.length ? 1 : elementBytes;
    if (run) run(input.byteOffset, target.byteOffset, input.length, size);
    else unshuffle(input, target, size);
    return target;
  };
}
