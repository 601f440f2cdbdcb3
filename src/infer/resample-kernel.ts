import { ARENA_BASE, Arena, makeMemory, SLACK } from '../core/arena.js';
import { instantiate, type WasmExports } from '../core/wasm.js';
import { callKernel } from '../kernels/call.js';
import { resampleWasm } from '../kernels/resample.wasm.js';
import type { Taps } from './taps.js';

/** Where images of this thread are resized: taken once, and larger when one needs it. */
interface Window {
  readonly memory: WebAssembly.Memory;
  readonly kernel: WasmExports;
}

let current: Window | null = null;

function windowOf(bytes: number): Window {
  if (current && current.memory.buffer.byteLength - ARENA_BASE >= bytes) return current;
  const memory = makeMemory(1.5 * bytes);
  current = { memory, kernel: instantiate(resampleWasm, memory) };
  return current;
}

/** As `resampleBytes`, by the kernel: the same bits. The result is valid until the next call. */
export function resampleCompiled(
  data: Uint8Array,
  [width, channels]: readonly [number, number],
  [begin, end]: readonly [number, number],
  [horizontal, vertical]: readonly [Taps, Taps],
): Uint8Array {
  const pitch = width * channels;
  const [columns, rows] = [horizontal.first.length, vertical.first.length];
  const across = columns * channels;
  const sizes = [(end - begin) * pitch, (end - begin) * across, rows * across];
  const tables = [horizontal, vertical].map(({ first, whole }) => 8 * first.length + 4 * whole.length);
  const bytes = [...sizes, ...tables].reduce((sum, size) => sum + size, 0) + 16 * (SLACK + 64);
  const { memory, kernel } = windowOf(bytes);
  const arena = new Arena(memory, ARENA_BASE, memory.buffer.byteLength - ARENA_BASE);
  const [source, middle, target] = sizes.map((size) => arena.take(size));
  const placed = [horizontal, vertical].map(({ first, count, whole, most }) => [
    ...[first, count, whole].map((table) => arena.place(table).byteOffset),
    most,
  ]);
  const [x = [], y = []] = placed;
  const from = new Uint8Array(memory.buffer, source, (end - begin) * pitch);
  from.set(data.subarray(begin * pitch, end * pitch));
  callKernel(kernel, 'across', source ?? 0, pitch, end - begin, channels, ...x, columns, middle ?? 0);
  callKernel(kernel, 'down', middle ?? 0, across, begin, ...y, rows, target ?? 0);
  return new Uint8Array(memory.buffer, target, rows * across);
}
