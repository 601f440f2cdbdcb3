import type { NumericArray } from '../../core/dtype.js';
import { OperatorError } from '../../core/errors.js';
import { defineOperator, type Prepared, type Tile } from '../../core/operator.js';
import { frameBytes, framePixels } from '../../core/stack.js';
import type { WasmExports } from '../../core/wasm.js';
import { callKernel, dtypeNumber } from '../../kernels/call.js';
import { convertWasm } from '../../kernels/convert.wasm.js';
import { convertElements } from '../../kernels/convert-elements.js';
import { type AstypeParams, checkScaling, params } from './params.js';
import { between, type Extremes, extremesOf, extremesOfStack, type Linear, RUN_BYTES, targetOf } from './scaling.js';

const details = `
Every number becomes x times --scale plus --add, worked out in float64, as the nearest number that the dtype has. Integers are rounded to
nearest, halves to even, and end at the limits of the dtype, infinite values too; NaN becomes 0, or ends the run with --on-nan error.
Floats keep infinite values and NaN. This is numpy.clip(numpy.rint(x), ...).astype for integers, and astype for floats.

--range low,high maps two numbers of the frames to those of --to, in a straight line; what lies beyond goes on along it, to the limits of
integers. --fit frame takes low and high from each frame, --fit stack from all of them (which are then read twice); NaN and
infinite values do not count. Where all numbers are the same they become the first of --to. Both methods give the same bits.
`;

interface AstypeState {
  readonly pixels: number;
  /** The same for all frames; null when each has its own. */
  readonly scaling: Linear | null;
  readonly target: Extremes;
  readonly refusesNan: boolean;
  /** Plain loops also where there is a kernel. */
  readonly isNaive: boolean;
}

/** Converts numbers; returns whether one that became an integer was NaN. */
type Convert = (from: NumericArray, to: NumericArray, by: Linear) => boolean;

const convertPlainly: Convert = (from, to, { scale, offset }) => convertElements(from, to, scale, offset);

const convertWith =
  (exports: WasmExports): Convert =>
  (from, to, { scale, offset }) => {
    const source = [from.byteOffset, dtypeNumber(from)] as const;
    const target = [to.byteOffset, dtypeNumber(to)] as const;
    return callKernel(exports, 'convert', ...source, ...target, from.length, scale, offset) === 1;
  };

function refuse(frame: number, numbers: NumericArray, { scale, offset }: Linear): OperatorError {
  const index = numbers.findIndex((value) => Number.isNaN(value * scale + offset));
  return new OperatorError(
    'nan',
    `Frame ${frame} is NaN at element ${index}, which no integer dtype holds. Use --on-nan zero, or a float dtype.`,
    { frame, index },
  );
}

function convertFrames({ data, first, count }: Tile, state: AstypeState, frames: NumericArray, convert: Convert): void {
  const { pixels, scaling, target, refusesNan } = state;
  // Frames of one scaling go at once, unless a frame may have to be named.
  const together = scaling && !refusesNan ? count : 1;
  for (let frame = 0; frame < count; frame += together) {
    const numbers = data.subarray(frame * pixels, (frame + together) * pixels);
    const by = scaling ?? between(extremesOf(numbers, null) ?? [0, 0], target);
    const isStrange = convert(numbers, frames.subarray(frame * pixels, (frame + together) * pixels), by);
    if (isStrange && refusesNan) throw refuse(first + frame, numbers, by);
  }
}

/** Frames in another element type. */
export default defineOperator<AstypeParams, 'frames', AstypeState>({
  name: 'astype',
  summary: 'every frame in another element type, scaled, rounded and clipped',
  details,
  params,
  examples: [
    { dtype: 'uint8', fit: 'frame' },
    { dtype: 'int16', scale: 0.5, add: -3 },
    { dtype: 'float64', range: [0, 100], to: [-1, 1] },
    { dtype: 'uint16', fit: 'stack' },
  ],
  async prepare({ stack, values, read }): Promise<Prepared> {
    checkScaling(values);
    const { fit, range, scale, add } = values;
    if (fit === 'frame') return {};
    // Adding -0 changes nothing, adding 0 would take the sign of -0 away.
    if (fit === 'none' && !range) return { scale, offset: add === 0 ? -0 : add };
    const extremes: Extremes = range ? [range[0] ?? 0, range[1] ?? 1] : await extremesOfStack(stack, read);
    return { ...between(extremes, targetOf(values)) };
  },
  outputs: (stack, { dtype }) => ({
    frames: { kind: 'each', shape: stack.frameShape, dtype, label: 'frames' },
  }),
  cost: (stack, { fit }) => ({
    workerBytes: 0,
    // A run of frames as it is decoded, its copy, and what a decoder takes besides.
    hostBytes: fit === 'stack' ? 3 * Math.max(RUN_BYTES, frameBytes(stack)) : 0,
  }),
  init: ({ stack, values, prepared: { scale, offset } }) => ({
    pixels: framePixels(stack),
    scaling: scale === undefined ? null : { scale: Number(scale), offset: Number(offset) },
    target: targetOf(values),
    refusesNan: values.onNan === 'error',
    isNaive: values.method === 'naive',
  }),
  process: (tile, state, { frames }) => convertFrames(tile, state, frames, convertPlainly),
  kernels: {
    wasm: {
      module: convertWasm,
      process: (exports, tile, state, { frames }) =>
        convertFrames(tile, state, frames, state.isNaive ? convertPlainly : convertWith(exports)),
    },
  },
});
