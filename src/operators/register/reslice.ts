import type { Arena } from '../../core/arena.js';
import { OperatorError } from '../../core/errors.js';
import type { Arrays, Tile } from '../../core/operator.js';
import { framePixels, type Stack } from '../../core/stack.js';
import type { WasmExports } from '../../core/wasm.js';
import { kernelBytes, makeKernelJob } from './fit/kernel.js';
import { IN_VIEW } from './fit/sample.js';
import { asVoxelMap, type Grid } from './grid.js';
import type { Given } from './method.js';
import { interpolationOf } from './resample/interpolation.js';
import { makeResampleJob, resampleBytes, resampleSteps } from './resample/kernel.js';
import type { Placing } from './resample/resample.js';
import { shearsOf, waysOf } from './resample/shears.js';
import { type ResampleSteps, resampleReference } from './resample/steps.js';
import { TAPS } from './resample/weights.js';
import { determinant, invert, type Matrix } from './rigid.js';
import { MEAN_VIEW } from './spm/sample.js';
import { asCoefficients, type Coefficients, coefficientCount } from './volume.js';

/** Moves frames onto the grid of the reference, in one worker. */
export interface Reslicer {
  /** Fills `realigned` of frame `k` of the tile, where that is asked for, and adds it to what the mean is made of. */
  frame(tile: Tile, k: number, motion: Matrix, exports: WasmExports | null, out: Arrays<string>): void;
}

/** Whether realigned frames are made beside their slot, in float32, or have none. */
const isApart = ({ dtype }: Stack, { realignedDtype, noReslice }: Given) =>
  noReslice || (realignedDtype === 'input' && dtype !== 'float32');

/** Bytes of a worker's window. */
export function resliceBytes(stack: Stack, values: Given, grid: Grid): number {
  const apart = isApart(stack, values) ? 4 * framePixels(stack) : 0;
  return 4 * (coefficientCount(grid.size) + 4) + kernelBytes(grid.size) + resampleBytes(grid.size) + apart + 512;
}

/** Below this determinant the inverse of a correction is not one, and not worth taking for every voxel. */
const SINGULAR = 1e-10;

/** SPM shows voxels up to 0.05 outside the frame. Shears are lines of voxels, with nothing beyond their ends. */
function reachOf(values: Given): number {
  return values.method === 'spm' && interpolationOf(values) !== 'shear' ? MEAN_VIEW : IN_VIEW;
}

function placingOf(grid: Grid, motion: Matrix, values: Given): Placing {
  const correction = invert(asVoxelMap(grid, motion));
  const each = values.inverse === 'voxel' && Math.abs(determinant(correction)) > SINGULAR;
  return { correction, map: invert(correction), each, except: [], reach: reachOf(values) };
}

/** @param scratch coefficients of a frame that may be overwritten */
export function makeReslicer(stack: Stack, values: Given, grid: Grid, arena: Arena, scratch?: Coefficients): Reslicer {
  const coefficients =
    scratch ?? asCoefficients(grid.size, arena.array('float32', coefficientCount(grid.size) + 4) as Float32Array);
  const [kernel, job] = [makeKernelJob(coefficients, arena), makeResampleJob(grid.size, arena)];
  const pixels = framePixels(stack);
  const apart = isApart(stack, values) ? (arena.array('float32', pixels) as Float32Array) : null;
  const wanted = interpolationOf(values);
  const how = wanted === 'shear' ? 'cubic' : wanted;
  const outside = values.outside === 'nan' ? Number.NaN : 0;

  function move(steps: ResampleSteps, at: number, placing: Placing, into: Float32Array): void {
    const shears = wanted === 'shear' ? shearsOf(placing.map, grid.size) : null;
    // What leaves the view between two shears is lost to them.
    const partly = shears ? { ...placing, except: waysOf(shears) } : placing;
    steps.load(at, how);
    steps.resample(partly, TAPS[how], into);
    if (!shears) return;
    steps.load(at, 'linear');
    for (const shear of shears) steps.shear(shear);
    steps.keep(partly, into);
  }

  return {
    frame(tile, k, motion, exports, { realigned, average, squares, covered }) {
      const slot = realigned?.subarray(k * pixels, (k + 1) * pixels);
      const into = apart ?? slot;
      if (
        !(into instanceof Float32Array && average instanceof Float64Array) ||
        !(squares instanceof Float32Array && covered instanceof Uint32Array)
      )
        throw new OperatorError(
          'no-output',
          'register has nowhere to write realigned frames. Leave them out with --no-reslice.',
        );
      const steps = exports
        ? resampleSteps(exports, tile.data, kernel, job)
        : resampleReference(tile.data, coefficients);
      move(steps, k * pixels, placingOf(grid, motion, values), into);
      steps.add(into, average, squares, covered);
      if (slot) steps.store(into, outside, apart ? stack.dtype : 'float32', slot);
    },
  };
}
