import type { Arena } from '../../../core/arena.js';
import type { NumericArray } from '../../../core/dtype.js';
import type { WasmExports } from '../../../core/wasm.js';
import { callKernel, dtypeNumber } from '../../../kernels/call.js';
import type { PixelMap } from '../bins/pixel-map.js';
import type { RowMatrix } from '../bins/row-matrix.js';
import type { Integration, Steps } from './state.js';

/** Words and bytes of the kernel's `Job`: sixteen 32-bit words, then two float64. */
const JOB = { words: 16, limits: 64, bytes: 80 } as const;

/** Bytes of accumulators per bin, and the bins more than there are. */
const SLOT_BYTES = 64;
const EXTRA_BINS = 2;

/** Bytes of a worker's window that the kernel needs. */
export function kernelBytes(bins: number): number {
  return (bins + EXTRA_BINS) * SLOT_BYTES + JOB.bytes + 256;
}

/** What the kernel keeps in the arena. */
export interface KernelJob {
  readonly job: number;
  readonly accumulators: number;
}

const addressOf = (array: NumericArray) => (array.length > 0 ? array.byteOffset : 0);

/** Writes addresses and constants to where the kernel finds them. All arrays lie in the arena's memory. */
export function makeJob(state: Integration, map: PixelMap | null, rows: RowMatrix | null, arena: Arena): KernelJob {
  const job = arena.take(JOB.bytes);
  new Uint32Array(arena.memory.buffer, job, JOB.words).set([
    map ? map.first.byteOffset : 0,
    map ? addressOf(map.weight) : 0,
    addressOf(state.norm),
    addressOf(state.dark),
    map ? map.spreadPixel.byteOffset : 0,
    map ? map.spreadEnd.byteOffset : 0,
    map ? map.entryBin.byteOffset : rows ? rows.pixel.byteOffset : 0,
    map ? map.entryWeight.byteOffset : rows ? rows.weight.byteOffset : 0,
    rows ? rows.rowEnd.byteOffset : 0,
    state.bins,
    map ? map.first.BYTES_PER_ELEMENT : 0,
    state.variance ? 1 : 0,
    state.check ? 1 : 0,
    map ? map.onward.length / map.pixels : 0,
    map ? addressOf(map.onward) : 0,
    state.pixels,
  ]);
  new Float64Array(arena.memory.buffer, job + JOB.limits, 2).set([state.low, state.high]);
  return { job, accumulators: arena.take((state.bins + EXTRA_BINS) * SLOT_BYTES) };
}

/** The steps by the kernel, over the elements of one tile. */
export function kernelSteps(exports: WasmExports, { job, accumulators }: KernelJob, data: NumericArray): Steps {
  const dtype = dtypeNumber(data);
  const address = (at: number) => data.byteOffset + at * data.BYTES_PER_ELEMENT;
  return {
    scatter: (at, from, to, sums, missed) =>
      callKernel(
        exports,
        'scatter',
        job,
        dtype,
        address(at),
        from,
        to,
        accumulators,
        sums.byteOffset,
        missed.byteOffset,
      ),
    spread: (at, from, to, sums, missed) =>
      callKernel(exports, 'spread', job, dtype, address(at), from, to, sums.byteOffset, missed.byteOffset),
    gather: (at, from, to, sums, missed) =>
      callKernel(exports, 'gather', job, dtype, address(at), from, to, sums.byteOffset, missed.byteOffset),
  };
}
