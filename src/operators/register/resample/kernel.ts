import type { Arena } from '../../../core/arena.js';
import type { NumericArray } from '../../../core/dtype.js';
import type { WasmExports } from '../../../core/wasm.js';
import { callKernel, dtypeNumber } from '../../../kernels/call.js';
import { type KernelJob, smoothStep } from '../fit/kernel.js';
import type { Triple } from '../grid.js';
import type { Matrix } from '../rigid.js';
import { POLES } from '../spline.js';
import { DEGREES } from './interpolation.js';
import { shearSteps } from './shears.js';
import type { ResampleSteps } from './steps.js';

/** Five maps of twelve numbers, weights of six taps of four voxels along three axes, then lines for shears. */
const MAP = 96;
const MAPS = 5;
const LINES = MAPS * MAP + 3 * MAP;

const ALONE = Float64Array.of(1);

/** What the kernel keeps in the arena for resampling. */
export interface ResampleJob {
  readonly address: number;
  /** Its map, the correction that is the inverse of, and the maps of voxels left out. */
  readonly maps: Float64Array;
}

function bytesOf(size: Triple): number {
  return LINES + 16 * (Math.max(...size) + 24);
}

/** Bytes of a worker's window that the kernel needs. */
export function resampleBytes(size: Triple): number {
  return bytesOf(size) + 128;
}

export function makeResampleJob(size: Triple, arena: Arena): ResampleJob {
  const address = arena.take(bytesOf(size));
  return { address, maps: new Float64Array(arena.memory.buffer, address, 12 * MAPS) };
}

function placeMaps({ maps }: ResampleJob, all: readonly Matrix[]): void {
  for (const [n, matrix] of all.entries()) for (let i = 0; i < 12; i++) maps[12 * n + i] = matrix[i] ?? 0;
}

/** The steps of resampling by the kernel. */
export function resampleSteps(
  exports: WasmExports,
  tile: NumericArray,
  kernel: KernelJob,
  job: ResampleJob,
): ResampleSteps {
  const { address } = job;
  const smooth = smoothStep(exports, tile, kernel);
  return {
    load(at, how) {
      smooth(at, [ALONE, ALONE, ALONE]);
      const degree = DEGREES[how];
      if (!degree) return;
      const [p = 0, q = 0] = POLES[degree];
      callKernel(exports, 'prefilter', kernel.job, p, q, address + LINES);
    },
    resample(placing, taps, into) {
      placeMaps(job, [placing.map, placing.correction, ...placing.except]);
      const each = placing.each ? 1 : 0;
      callKernel(
        exports,
        'resample',
        kernel.job,
        address,
        taps,
        each,
        placing.except.length,
        placing.reach,
        into.byteOffset,
      );
    },
    shear(shear) {
      const [a, b] = shearSteps(shear);
      callKernel(exports, 'shear', kernel.job, shear.axis, a, b, shear.offset, address + LINES);
    },
    keep(placing, into) {
      placeMaps(job, [placing.map, placing.correction, ...placing.except]);
      callKernel(exports, 'keepInView', kernel.job, address, placing.except.length, into.byteOffset);
    },
    add: (frame, average, squares, covered) =>
      callKernel(
        exports,
        'addFrame',
        frame.byteOffset,
        frame.length,
        average.byteOffset,
        squares.byteOffset,
        covered.byteOffset,
      ),
    store: (frame, outside, _dtype, into) =>
      callKernel(exports, 'storeFrame', frame.byteOffset, frame.length, outside, dtypeNumber(into), into.byteOffset),
  };
}
