import type { Arena } from '../../../core/arena.js';
import type { NumericArray } from '../../../core/dtype.js';
import type { WasmExports } from '../../../core/wasm.js';
import { callKernel, dtypeNumber } from '../../../kernels/call.js';
import type { Triple } from '../grid.js';
import type { Matrix } from '../rigid.js';
import type { Coefficients } from '../volume.js';
import { sumsOf } from './columns.js';
import { accumulateMissed } from './normal-equations.js';
import type { Filters } from './smooth.js';
import { blockRange, type Steps, type Workspace } from './steps.js';

/** Six words that describe a volume, then the twelve numbers of a map. */
const JOB = { words: 6, map: 32, bytes: 128 } as const;

/** The longest filter, mirrored on both sides of a row, that the kernel's scratch has room for. */
const LONGEST = 256;

/** What the kernel keeps in the arena. */
export interface KernelJob {
  readonly job: number;
  readonly map: Float64Array;
  /** Where a filter's taps are written before it is used. */
  readonly taps: Float32Array;
  readonly scratch: number;
}

const wideOf = (nx: number) => Math.ceil(nx / 4) * 4;

function scratchBytes([nx, ny, nz]: Triple): number {
  return 4 * (wideOf(nx) * (Math.max(ny, nz) + 1) + 2 * LONGEST + 8);
}

/** Bytes of a worker's window that the kernel needs. */
export function kernelBytes(size: Triple): number {
  return JOB.bytes + 12 * LONGEST + scratchBytes(size) + 4 * 128;
}

/** Whether filters, with so many more taps, fit the kernel's scratch. */
export function isShort(filters: Filters, more = 0): boolean {
  return filters.every((taps) => taps.length + more <= LONGEST);
}

export function makeKernelJob({ size, row, plane, data }: Coefficients, arena: Arena): KernelJob {
  const job = arena.take(JOB.bytes);
  new Uint32Array(arena.memory.buffer, job, JOB.words).set([...size, data.byteOffset, 4 * row, 4 * plane]);
  return {
    job,
    map: new Float64Array(arena.memory.buffer, job + JOB.map, 12),
    taps: arena.array('float32', 3 * LONGEST) as Float32Array,
    scratch: arena.take(scratchBytes(size)),
  };
}

/** Smoothing, over the elements of one tile. */
export function smoothStep(
  exports: WasmExports,
  tile: NumericArray,
  { job, taps, scratch }: KernelJob,
): Steps['smooth'] {
  const dtype = dtypeNumber(tile);
  return (at, filters) => {
    for (const [k, half] of filters.entries()) taps.set(half, k * LONGEST);
    const [rx, ry, rz] = [filters[0].length - 1, filters[1].length - 1, filters[2].length - 1];
    callKernel(exports, 'smooth', dtype, tile.byteOffset, at, job, taps.byteOffset, LONGEST, rx, ry, rz, scratch);
  };
}

function placeMap({ map }: KernelJob, matrix: Matrix): number {
  for (let i = 0; i < 12; i++) map[i] = matrix[i] ?? 0;
  return map.byteOffset;
}

/** The steps of the estimate by the kernel. */
export function kernelSteps(exports: WasmExports, tile: NumericArray, space: Workspace, kernel: KernelJob): Steps {
  const { samples, missed, sums } = space;
  return {
    smooth: smoothStep(exports, tile, kernel),
    sumBlock(level, block, matrix) {
      const [from, to] = blockRange(level, block);
      const at = block * sumsOf(level.width).length;
      const many = callKernel(
        exports,
        'sumPoints',
        kernel.job,
        level.points.byteOffset,
        level.columns.byteOffset,
        level.width,
        level.count,
        placeMap(kernel, matrix),
        from,
        to,
        samples.byteOffset,
        missed.byteOffset,
        sums.byteOffset + at * 8,
      );
      accumulateMissed(level, missed, many, sums, at);
    },
  };
}
