import type { Arena } from '../../core/arena.js';
import { UsageError } from '../../core/errors.js';
import type { Arrays, Tile } from '../../core/operator.js';
import { framePixels, type Stack } from '../../core/stack.js';
import type { WasmExports } from '../../core/wasm.js';
import { asVoxelMap, type Grid } from './grid.js';
import { kernelBytes, makeKernelJob, resampleSteps } from './kernel.js';
import type { Given } from './method.js';
import type { Matrix } from './rigid.js';
import { type Filters, filtersOf } from './smooth.js';
import { resampleReference } from './steps.js';
import { asCoefficients, type Coefficients, coefficientCount } from './volume.js';

/** Leaves the voxels as they are. */
const PLAIN: Filters = [Float64Array.of(1), Float64Array.of(1), Float64Array.of(1)];

/** Moves frames onto the grid of the reference, in one worker. */
export interface Reslicer {
  /** Fills `realigned` of frame `k` of the tile and adds it to what the mean is made of. */
  frame(tile: Tile, k: number, motion: Matrix, exports: WasmExports | null, out: Arrays<string>): void;
}

/** Bytes of a worker's window. */
export function resliceBytes(grid: Grid): number {
  return 4 * (coefficientCount(grid.size) + 4) + kernelBytes(grid.size) + 256;
}

/** @param scratch coefficients of a frame that may be overwritten */
export function makeReslicer(stack: Stack, values: Given, grid: Grid, arena: Arena, scratch?: Coefficients): Reslicer {
  const coefficients =
    scratch ?? asCoefficients(grid.size, arena.array('float32', coefficientCount(grid.size) + 4) as Float32Array);
  const job = makeKernelJob(coefficients, arena);
  const how = values.interpolation === 'linear' ? 'linear' : 'cubic';
  const filters = how === 'cubic' ? filtersOf(grid, 0) : PLAIN;
  const pixels = framePixels(stack);
  return {
    frame(tile, k, motion, exports, { realigned, total, covered }) {
      if (!(realigned instanceof Float32Array) || !total || !covered)
        throw new UsageError(
          'no-output',
          'register has nowhere to write realigned frames. Leave them out with --no-reslice.',
        );
      const steps = exports ? resampleSteps(exports, tile.data, job) : resampleReference(tile.data, coefficients);
      const into = realigned.subarray(k * pixels, (k + 1) * pixels);
      steps.smooth(k * pixels, filters);
      steps.resample(asVoxelMap(grid, motion), how, Number.NaN, into);
      for (let i = 0; i < pixels; i++) {
        const value = into[i] ?? 0;
        if (Number.isNaN(value)) continue;
        total[i] = (total[i] ?? 0) + value;
        covered[i] = (covered[i] ?? 0) + 1;
      }
      if (values.outside === 'zero') replaceNaN(into, 0);
    },
  };
}

function replaceNaN(values: Float32Array, by: number): void {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i] ?? 0)) values[i] = by;
}
