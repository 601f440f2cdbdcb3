import type { Dtype } from '../../core/dtype.js';
import { DTYPES } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import type { Affine } from '../../core/source.js';
import { type Axis, formatShape } from '../../core/stack.js';
import { columnLengths } from '../placement.js';
import { qformOf } from './quaternion.js';
import { HEADER_BYTES } from './signature.js';
import { codeOf } from './types.js';

/** What a header is made of. */
export interface Described {
  readonly name: string;
  /** Slow to fast. */
  readonly shape: readonly number[];
  readonly axes: readonly Axis[];
  readonly dtype: Dtype;
  readonly affine?: Affine;
}

/** Largest extent of a dimension in NIfTI-1. */
const LARGEST = 32767;
const MILLIMETRES: Readonly<Record<string, number>> = { m: 1000, cm: 10, mm: 1, µm: 1e-3, um: 1e-3, nm: 1e-6 };
const SECONDS: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, µs: 1e-6, us: 1e-6 };
/** Placed relative to something that is not named. */
const ALIGNED = 2;

interface Placed {
  /** x, y, z and, for a series, t. */
  readonly extents: readonly number[];
  readonly matrix: readonly number[];
  readonly code: number;
  readonly sizes: readonly number[];
  readonly units: number;
  /** Seconds; 0 for volumes that do not follow each other in time. */
  readonly step: number;
  readonly origin: number;
}

/** @throws UsageError for fewer than two or more than four dimensions */
function placed({ name, shape, axes, affine }: Described, path: string): Placed {
  if (shape.length < 2 || shape.length > 4) {
    throw new UsageError(
      'not-a-volume',
      `${path}: ${name} is ${formatShape(shape)}; NIfTI takes an image, a volume or a series of volumes (2 to 4 dimensions). Write .h5 or .npz.`,
      { path },
    );
  }
  const lead = axes[0];
  const isSlices = shape.length === 3 && lead !== undefined && SECONDS[lead.unit] !== undefined;
  const series = shape.length === 4 || isSlices ? { extent: shape[0] ?? 1, axis: lead } : null;
  const space = series ? axes.slice(1) : axes;
  const [x = 1, y = 1, z = 1] = (series ? shape.slice(1) : shape).toReversed();
  const along = [0, 1, 2].map((d) => space[space.length - 1 - d]);
  const isLength = along.some((axis) => axis !== undefined && MILLIMETRES[axis.unit] !== undefined);
  const scaled = along.map((axis) => {
    const factor = MILLIMETRES[axis?.unit ?? ''] ?? 1;
    const step = (axis?.step ?? 1) * factor;
    return { step: Number.isFinite(step) && step !== 0 ? step : 1, origin: (axis?.origin ?? 0) * factor };
  });
  const own = scaled.flatMap(({ step, origin }, row) => [0, 1, 2].map((d) => (d === row ? step : 0)).concat(origin));
  const matrix = affine?.matrix ?? own;
  const time = SECONDS[series?.axis?.unit ?? ''];
  return {
    extents: [x, y, z, ...(series ? [series.extent] : [])],
    matrix,
    code: affine && affine.code > 0 ? affine.code : ALIGNED,
    sizes: columnLengths(matrix),
    units: (affine || isLength ? 2 : 0) + (time === undefined ? 0 : 8),
    step: time === undefined ? 0 : (series?.axis?.step ?? 0) * time,
    origin: time === undefined ? 0 : (series?.axis?.origin ?? 0) * time,
  };
}

/** Bytes of text, cut to what a field has room for with a 0 behind it. */
function field(text: string, room: number): Uint8Array {
  return new TextEncoder().encode(text).subarray(0, room - 1);
}

/** The number of dimensions and all seven extents. */
const dimOf = ({ extents }: Placed): number[] => [extents.length, ...extents, 1, 1, 1, 1].slice(0, 8);

function encode1(view: DataView, bytes: Uint8Array, array: Described, p: Placed, offset: number): void {
  const reals = (at: number, values: readonly number[]): void => {
    for (const [i, value] of values.entries()) view.setFloat32(at + 4 * i, value, true);
  };
  view.setInt32(0, HEADER_BYTES[1], true);
  bytes[38] = 'r'.charCodeAt(0);
  for (const [i, extent] of dimOf(p).entries()) view.setInt16(40 + 2 * i, extent, true);
  view.setInt16(70, codeOf(array.dtype), true);
  view.setInt16(72, DTYPES[array.dtype].bytes * 8, true);
  const qform = qformOf(p.matrix, p.sizes);
  reals(76, [qform?.handedness ?? 1, ...p.sizes, p.step]);
  reals(108, [offset, 1, 0]);
  view.setUint8(123, p.units);
  reals(136, [p.origin]);
  view.setInt16(252, qform ? p.code : 0, true);
  view.setInt16(254, p.code, true);
  reals(256, [...(qform?.quaternion ?? [0, 0, 0]), ...[3, 7, 11].map((i) => p.matrix[i] ?? 0), ...p.matrix]);
  bytes.set(field(array.name, 16), 328);
  bytes.set(field('n+1', 4), 344);
}

function encode2(view: DataView, bytes: Uint8Array, array: Described, p: Placed, offset: number): void {
  const reals = (at: number, values: readonly number[]): void => {
    for (const [i, value] of values.entries()) view.setFloat64(at + 8 * i, value, true);
  };
  view.setInt32(0, HEADER_BYTES[2], true);
  bytes.set([...field('n+2', 4), 0, 0x0d, 0x0a, 0x1a, 0x0a], 4);
  view.setInt16(12, codeOf(array.dtype), true);
  view.setInt16(14, DTYPES[array.dtype].bytes * 8, true);
  for (const [i, extent] of dimOf(p).entries()) view.setBigInt64(16 + 8 * i, BigInt(extent), true);
  const qform = qformOf(p.matrix, p.sizes);
  reals(104, [qform?.handedness ?? 1, ...p.sizes, p.step]);
  view.setBigInt64(168, BigInt(offset), true);
  reals(176, [1, 0]);
  reals(216, [p.origin]);
  view.setInt32(344, qform ? p.code : 0, true);
  view.setInt32(348, p.code, true);
  reals(352, [...(qform?.quaternion ?? [0, 0, 0]), ...[3, 7, 11].map((i) => p.matrix[i] ?? 0), ...p.matrix]);
  view.setInt32(500, p.units, true);
  bytes.set(field(array.name, 16), 508);
}

/** An extension of free text (NIfTI's code 6), whose size is a multiple of 16. */
const COMMENT = 6;

/** Version of the header that has room for a shape: NIfTI-2 for more than 32767 voxels along any dimension. */
function versionOf(extents: readonly number[]): 1 | 2 {
  return extents.some((extent) => extent > LARGEST) ? 2 : 1;
}

/**
 * A NIfTI header with `comment` as an extension; its length is where the voxels begin, which lie in the order of the array.
 * Lengths become millimetres, times seconds. Without an affine the voxel sizes place the volume.
 *
 * @param description at most 79 letters
 * @param room bytes there shall be in all, for a comment that is not known yet; as few as possible without it
 * @throws UsageError for fewer than two or more than four dimensions
 */
export function encodeNifti(
  array: Described,
  path: string,
  description: string,
  comment: string,
  room?: number,
): Uint8Array {
  const p = placed(array, path);
  const version = versionOf(p.extents);
  const start = HEADER_BYTES[version] + 4;
  const text = new TextEncoder().encode(comment);
  const offset = room ?? start + 16 * Math.ceil((8 + text.length + 1) / 16);
  const bytes = new Uint8Array(offset);
  const view = new DataView(bytes.buffer);
  if (version === 1) encode1(view, bytes, array, p, offset);
  else encode2(view, bytes, array, p, offset);
  bytes.set(field(description, 80), version === 1 ? 148 : 240);
  bytes[start - 4] = 1;
  view.setInt32(start, offset - start, true);
  view.setInt32(start + 4, COMMENT, true);
  bytes.set(text.subarray(0, offset - start - 9), start + 8);
  return bytes;
}
