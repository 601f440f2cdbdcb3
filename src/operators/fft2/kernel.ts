import type { Arena } from '../../core/arena.js';
import { DTYPES, type Dtype, type NumericArray } from '../../core/dtype.js';
import type { Prepared, Tile } from '../../core/operator.js';
import type { WasmExports } from '../../core/wasm.js';
import { callKernel } from '../../kernels/call.js';
import { ODD_PAIRS } from '../fourier/line.js';
import type { Precision } from '../fourier/precision.js';
import { addressOf, bufferBytes, ELEMENT, lanesOf, planeRoom } from '../fourier/prepared.js';
import { OUTPUTS } from './params.js';
import type { Transform } from './reference.js';

/** The fields of `Job` in kernels/fft2.as.ts, each of four bytes. */
const JOB = [
  'height',
  'width',
  'top',
  'left',
  'pairs',
  'dtype',
  'reAt',
  'kind',
  'down',
  'right',
  'columnLine',
  'columnNumbers',
  'rowLine',
  'rowNumbers',
  'plane',
  'stride',
  'a',
  'b',
  'oddPairs',
  'lines',
  'lineBytes',
] as const;

/** Room that an arena leaves around every array. */
const SPARE = 128;

/** Bytes of everything a worker keeps, for one frame at a time. */
function roomOf({ height, width, isComplex, output }: Transform, elements: number, precision: Precision) {
  const rows = isComplex ? height : Math.floor(height / 2) + 1;
  const lanes = lanesOf(precision);
  const line = (Math.ceil(width / lanes) + 1) * 16 * (output === 'complex' ? 2 : 1);
  return {
    plane: planeRoom(rows, width, precision),
    buffer: bufferBytes(elements, precision),
    line,
    lines: (lanes + 1) * line,
  };
}

/** Bytes that `placeKernel` takes. @param elements of the longer line */
export function kernelBytes(transform: Transform, elements: number, precision: Precision): number {
  const { plane, buffer, lines } = roomOf(transform, elements, precision);
  return plane.bytes + 2 * buffer + lines + ODD_PAIRS * ELEMENT + JOB.length * 4 + 6 * SPARE;
}

/** What the kernel is called with. */
export interface KernelState {
  readonly job: number;
  /** Bytes of a frame and of what is made of it. */
  readonly frameBytes: number;
  readonly outBytes: number;
  readonly precision: Precision;
  readonly scale: number;
  readonly imScale: number;
}

/** Places what the kernel works with in a worker's window. */
export function placeKernel(
  transform: Transform,
  dtype: Dtype,
  prepared: Prepared,
  precision: Precision,
  arena: Arena,
): KernelState {
  const { height, width, isComplex, inverse, shift, scale } = transform;
  const [halfHeight, halfWidth] = [Math.floor(height / 2), Math.floor(width / 2)];
  const room = roomOf(transform, Number(prepared.elements), precision);
  const plane = arena.bytes(room.plane.bytes);
  // Rows that fill up the last group are transformed, too, and arithmetic on what happens to lie there may be slow.
  plane.fill(0, Math.max(0, room.plane.bytes - lanesOf(precision) * room.plane.stride));
  const fields: Readonly<Record<(typeof JOB)[number], number>> = {
    height,
    width,
    top: inverse && shift ? halfHeight : 0,
    left: inverse && shift ? halfWidth : 0,
    pairs: isComplex ? 1 : 0,
    dtype: Object.keys(DTYPES).indexOf(dtype),
    reAt: inverse && isComplex ? 16 : 0,
    kind: OUTPUTS.indexOf(transform.output),
    down: shift && !inverse ? halfHeight : 0,
    right: shift && !inverse ? halfWidth : 0,
    columnLine: addressOf(prepared, 'columnSteps'),
    columnNumbers: addressOf(prepared, 'columnNumbers'),
    rowLine: addressOf(prepared, 'rowSteps'),
    rowNumbers: addressOf(prepared, 'rowNumbers'),
    plane: plane.byteOffset,
    stride: room.plane.stride,
    a: arena.take(room.buffer),
    b: arena.take(room.buffer),
    oddPairs: arena.take(ODD_PAIRS * ELEMENT),
    lines: arena.take(room.lines),
    lineBytes: room.line,
  };
  const job = arena.place(Uint32Array.from(JOB, (name) => fields[name]));
  // Two real columns are transformed as one, and come out twice as large. The inverse of real frames is the forward transform but
  // for the sign of imaginary parts.
  const own = isComplex ? scale : scale / 2;
  const pixels = height * width;
  return {
    job: job.byteOffset,
    frameBytes: pixels * (isComplex ? 2 : 1) * DTYPES[dtype].bytes,
    outBytes: pixels * (transform.output === 'complex' ? 2 : 1) * DTYPES[precision].bytes,
    precision,
    scale: own,
    imScale: inverse && !isComplex ? -own : own,
  };
}

/** Transforms the frames of a tile. */
export function transformWasm(
  exports: WasmExports,
  { data, count }: Tile,
  { job, frameBytes, outBytes, precision, scale, imScale }: KernelState,
  out: NumericArray,
): void {
  const kernel = precision === 'float32' ? 'single' : 'double';
  callKernel(exports, kernel, job, data.byteOffset, frameBytes, count, scale, imScale, out.byteOffset, outBytes);
}
