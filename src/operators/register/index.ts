import { UsageError } from '../../core/errors.js';
import { type Arrays, defineOperator, type Slot, type Tile } from '../../core/operator.js';
import type { Values } from '../../core/params.js';
import { framePixels, type Stack } from '../../core/stack.js';
import { registerWasm } from '../../kernels/register.wasm.js';
import { details } from './details.js';
import { type Estimation, estimate } from './estimate.js';
import { asVoxelMap } from './grid.js';
import { isShort, type KernelJob, kernelBytes, kernelSteps, makeKernelJob } from './kernel.js';
import { params, type RegisterParams } from './params.js';
import type { Interpolation } from './resample.js';
import { IDENTITY, invert, type Matrix, multiply, toParameters } from './rigid.js';
import {
  asPrepared,
  correctionOf,
  estimationOf,
  gridOf,
  makeWorkspace,
  placementIn,
  prepareMean,
  prepareRegister,
  workspaceBytes,
} from './setup.js';
import { type Filters, filtersOf } from './smooth.js';
import { standardErrors } from './standard-errors.js';
import { referenceSteps, type Steps, type Workspace } from './steps.js';

type RegisterSlot = 'params' | 'errors' | 'flags' | 'realigned' | 'total' | 'covered' | 'mean';

interface RegisterState {
  readonly job: Estimation;
  readonly space: Workspace;
  readonly pixels: number;
  readonly starts: Float64Array;
  readonly origin: Matrix;
  readonly interpolation: Interpolation;
  /** Null when a filter is too long for the kernel. */
  readonly kernel: KernelJob | null;
  /** What voxels out of view become. */
  readonly outside: number;
  /** That make the coefficients frames are resampled from. */
  readonly exact: Filters;
}

/** Leaves the voxels as they are. */
const PLAIN: Filters = [Float64Array.of(1), Float64Array.of(1), Float64Array.of(1)];

function reslices(values: Values<RegisterParams>): boolean {
  return !values.noReslice || values.reference === 'mean';
}

function outputs(stack: Stack, values: Values<RegisterParams>): Readonly<Record<RegisterSlot, Slot>> {
  const six = { kind: 'each', shape: [6], dtype: 'float64' } as const;
  const shape = stack.frameShape;
  const axes = stack.axes.slice(stack.stackShape.length);
  const image = { shape, ...(axes.length === shape.length ? { axes } : {}) };
  const slots: Partial<Record<RegisterSlot, Slot>> = {
    params: { ...six, label: 'x, y, z (mm), pitch, roll, yaw (radians): correction of each frame' },
    errors: { ...six, label: 'standard errors of the six parameters', errorsOf: 'params' },
    flags: { kind: 'each', shape: [], dtype: 'uint8', label: 'what is wrong with the estimate, 0: nothing' },
    ...(reslices(values)
      ? {
          realigned: { kind: 'each', ...image, dtype: 'float32', label: 'realigned frames', private: values.noReslice },
          total: { kind: 'whole', ...image, dtype: 'float64', merge: 'sum', private: true },
          covered: { kind: 'whole', ...image, dtype: 'uint32', merge: 'sum', label: 'frames that show a voxel' },
          mean: { kind: 'derived', ...image, dtype: 'float32', label: 'mean of the realigned frames' },
        }
      : {}),
  };
  // Slots that do not exist for these values are never asked for.
  return slots as Readonly<Record<RegisterSlot, Slot>>;
}

function startOf({ starts }: RegisterState, frame: number): Matrix {
  return starts.length > 0 ? [...starts.subarray(16 * frame, 16 * frame + 16)] : IDENTITY;
}

function resampleFrame(
  state: RegisterState,
  at: number,
  frame: number,
  motion: Matrix,
  steps: Steps,
  { realigned, total, covered }: Arrays<RegisterSlot>,
): void {
  if (!(realigned instanceof Float32Array) || !total || !covered)
    throw new UsageError(
      'no-output',
      'register has nowhere to write realigned frames. Leave them out with --no-reslice.',
    );
  const { pixels, job } = state;
  const into = realigned.subarray(frame * pixels, (frame + 1) * pixels);
  steps.smooth(at, state.interpolation === 'cubic' ? state.exact : PLAIN);
  steps.resample(asVoxelMap(job.grid, motion), state.interpolation, Number.NaN, into);
  for (let i = 0; i < pixels; i++) {
    const value = into[i] ?? 0;
    if (Number.isNaN(value)) continue;
    total[i] = (total[i] ?? 0) + value;
    covered[i] = (covered[i] ?? 0) + 1;
  }
}

function registerTile(tile: Tile, state: RegisterState, steps: Steps, out: Arrays<RegisterSlot>): void {
  const { job, space, pixels, origin, outside } = state;
  for (let k = 0; k < tile.count; k++) {
    const at = k * pixels;
    const found = estimate(job, at, multiply(startOf(state, tile.first + k), invert(origin)), steps, space, tile.team);
    if (tile.team.rank !== 0) continue;
    const motion = multiply(found.motion, origin);
    out.params.set(toParameters(correctionOf(job.grid, motion)), 6 * k);
    out.errors.set(standardErrors(job.grid, motion, found.covariance), 6 * k);
    out.flags[k] = found.flags;
    if (!out.realigned) continue;
    resampleFrame(state, at, k, motion, steps, out);
    if (!Number.isNaN(outside)) replaceNaN(out.realigned.subarray(at, at + pixels), outside);
  }
}

function replaceNaN(values: Arrays<RegisterSlot>['realigned'], by: number): void {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i] ?? 0)) values[i] = by;
}

/** Rigid registration of a series of volumes or images. */
export default defineOperator<RegisterParams, RegisterSlot, RegisterState>({
  name: 'register',
  summary: 'rigid registration: motion of every frame, realigned frames and their mean',
  details,
  params,
  // One update each: frames of noise, which have no motion to converge to, tell kernels apart after many.
  examples: [
    { iterations: 1, coarse: 'never' },
    { iterations: 1, coarse: 'never', reference: '1', interpolation: 'linear', outside: 'nan', keep: 0.9 },
  ],
  inside: true,
  ordered: true,
  prepare: prepareRegister,
  again: prepareMean,
  outputs,
  cost(stack, values, prepared) {
    const arrays = asPrepared(prepared);
    const job = estimationOf(stack, values, arrays);
    const bytes = Object.values(arrays).reduce<number>(
      (sum, one) => sum + (typeof one === 'object' ? one.byteLength + 192 : 0),
      0,
    );
    const later = bytes + 16 * 8 * stack.stackShape.reduce((n, extent) => n * extent, 1);
    // Another reference may need more of its points to hold the same part of the information.
    const laterPreparedBytes = values.reference === 'mean' ? later / values.keep : 0;
    return {
      workerBytes: workspaceBytes(job) / values.keep + kernelBytes(job.grid.size) + 4096,
      laterPreparedBytes,
    };
  },
  init({ stack, values, prepared, arena }) {
    const arrays = asPrepared(prepared);
    const job = estimationOf(stack, values, arrays);
    const space = makeWorkspace(
      job,
      (length) => arena.array('float32', length) as Float32Array,
      (length) => arena.float64(length),
      (length) => arena.array('uint32', length) as Uint32Array,
    );
    const fits = isShort(job.fine.filters) && (!job.coarse || isShort(job.coarse.filters));
    return {
      job,
      space,
      kernel: fits ? makeKernelJob(space.coefficients, arena) : null,
      pixels: framePixels(stack),
      starts: arrays.starts,
      origin: [...arrays.origin],
      interpolation: values.interpolation === 'linear' ? 'linear' : 'cubic',
      exact: filtersOf(gridOf(stack, values, placementIn(arrays)), 0),
      outside: values.outside === 'zero' ? 0 : Number.NaN,
    };
  },
  process: (tile, state, out) => registerTile(tile, state, referenceSteps(tile.data, state.space), out),
  kernels: {
    wasm: {
      module: registerWasm,
      process(exports, tile, state, out) {
        const { kernel, space } = state;
        const steps = kernel ? kernelSteps(exports, tile.data, space, kernel) : referenceSteps(tile.data, space);
        registerTile(tile, state, steps, out);
      },
    },
  },
  finish({ mean, total, covered }) {
    if (!mean || !total || !covered) return;
    for (let i = 0; i < mean.length; i++) mean[i] = covered[i] ? (total[i] ?? 0) / (covered[i] ?? 1) : 0;
  },
  facts: (prepared) => ({
    convention:
      'params: x y z in mm, pitch roll yaw in radians, of Tr Rx Ry Rz (SPM), from the frame to the reference, about the world origin',
    world: asPrepared(prepared).world,
  }),
  tolerance: 1e-4,
});
