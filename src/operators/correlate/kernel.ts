import type { Arena } from '../../core/arena.js';
import { DTYPES, type Dtype, type NumericArray } from '../../core/dtype.js';
import type { Prepared } from '../../core/operator.js';
import type { WasmExports } from '../../core/wasm.js';
import { callKernel } from '../../kernels/call.js';
import { ODD_PAIRS } from '../fourier/line.js';
import type { Precision } from '../fourier/precision.js';
import { addressOf, bufferBytes, ELEMENT, lanesOf, planeRoom } from '../fourier/prepared.js';
import type { Geometry } from './geometry.js';
import { transformSize } from './spectrum.js';

/** The fields of `Job` in kernels/correlate.as.ts, each of four bytes. */
const JOB = [
  'height',
  'width',
  'top',
  'left',
  'dtype',
  'outHeight',
  'outWidth',
  'template',
  'templateHeight',
  'templateWidth',
  'padded',
  'paddedStride',
  'above',
  'before',
  'fullHeight',
  'fullWidth',
  'columnLine',
  'columnNumbers',
  'rowLine',
  'rowNumbers',
  'spectrum',
  'plane',
  'stride',
  'a',
  'b',
  'oddPairs',
] as const;

/** Room that an arena leaves around every array. */
const SPARE = 128;

/** Vectors that the direct kernel computes together. */
const TOGETHER = 4;

/** What a correlation takes besides its frames: for sums always, as frames with NaN are never transformed. */
function roomOf(geometry: Geometry, precision: Precision, isFast: boolean, elements: number) {
  const { width, templateHeight, templateWidth, outHeight, outWidth } = geometry;
  const step = TOGETHER * lanesOf(precision);
  const across = Math.ceil(outWidth / step) * step + templateWidth - 1;
  const stride = Math.ceil((across * DTYPES[precision].bytes) / 16) * 16;
  const [rows] = transformSize(geometry);
  return {
    padded: { stride, bytes: stride * (outHeight + templateHeight - 1) + 64 },
    plane: isFast ? planeRoom(Math.floor(rows / 2) + 1, Math.max(width, outWidth), precision) : { stride: 0, bytes: 0 },
    buffer: isFast ? bufferBytes(elements, precision) : 0,
  };
}

/** Bytes that `placeKernel` takes. @param elements of the longer line, when `isFast` */
export function kernelBytes(geometry: Geometry, precision: Precision, isFast: boolean, elements: number): number {
  const { padded, plane, buffer } = roomOf(geometry, precision, isFast, elements);
  return padded.bytes + plane.bytes + 2 * buffer + ODD_PAIRS * ELEMENT + JOB.length * 4 + 6 * SPARE;
}

/** Address of what the kernel works with. */
export function placeKernel(
  geometry: Geometry,
  dtype: Dtype,
  prepared: Prepared,
  precision: Precision,
  isFast: boolean,
  arena: Arena,
): number {
  const room = roomOf(geometry, precision, isFast, Number(prepared.elements));
  const padded = arena.bytes(room.padded.bytes).fill(0);
  const plane = arena.bytes(room.plane.bytes).fill(0);
  const [fullHeight, fullWidth] = transformSize(geometry);
  const fields: Readonly<Record<(typeof JOB)[number], number>> = {
    ...geometry,
    top: 0,
    left: 0,
    dtype: Object.keys(DTYPES).indexOf(dtype),
    template: addressOf(prepared, 'template'),
    padded: padded.byteOffset,
    paddedStride: room.padded.stride,
    fullHeight,
    fullWidth,
    columnLine: addressOf(prepared, 'columnSteps'),
    columnNumbers: addressOf(prepared, 'columnNumbers'),
    rowLine: addressOf(prepared, 'rowSteps'),
    rowNumbers: addressOf(prepared, 'rowNumbers'),
    spectrum: addressOf(prepared, 'spectrum'),
    plane: plane.byteOffset,
    stride: room.plane.stride,
    a: arena.take(room.buffer),
    b: arena.take(room.buffer),
    oddPairs: arena.take(ODD_PAIRS * ELEMENT),
  };
  return arena.place(Uint32Array.from(JOB, (name) => fields[name])).byteOffset;
}

/** Correlates one frame. */
export function correlateWasm(
  exports: WasmExports,
  job: number,
  frame: NumericArray,
  isFast: boolean,
  out: NumericArray,
): void {
  callKernel(
    exports,
    out instanceof Float32Array ? 'single' : 'double',
    job,
    frame.byteOffset,
    isFast ? 1 : 0,
    out.byteOffset,
  );
}
