import type { NumericArray } from '../../../core/dtype.js';
import type { Grid, Triple } from '../grid.js';
import { mirrored } from '../volume.js';
import { smoothingTaps } from './taps.js';

/** Coefficients around the frame, so that no sample in view needs a check of its taps. */
const PAD = 1;

/** The pole of the quadratic B-spline. */
const POLE = Math.sqrt(8) - 3;

/** Its power that float64 no longer tells from 0 beside 1. */
const MEMORY = 24;

/** Coefficients of a quadratic spline, in float64, with one mirrored voxel on each side. */
export interface SpmCoefficients {
  readonly size: Triple;
  /** From one row, and one plane, to the next. */
  readonly row: number;
  readonly plane: number;
  /** Index of voxel 0, 0, 0. */
  readonly first: number;
  readonly data: Float64Array;
}

/** Elements that the coefficients of a frame take. */
export function spmLength([nx, ny, nz]: Triple): number {
  return (nx + 2 * PAD) * (ny + 2 * PAD) * (nz + 2 * PAD);
}

/** @param data of `spmLength` elements */
export function asSpmCoefficients(size: Triple, data: Float64Array): SpmCoefficients {
  const row = size[0] + 2 * PAD;
  const plane = row * (size[1] + 2 * PAD);
  return { size, row, plane, first: PAD * (plane + row + 1), data };
}

/** Taps along x, y and z. */
export type SpmTaps = readonly [Float64Array, Float64Array, Float64Array];

/** @param fwhm mm */
export function spmTaps({ size, voxel }: Grid, fwhm: number): SpmTaps {
  const along = (k: 0 | 1 | 2) => smoothingTaps(fwhm / voxel[k] / Math.sqrt(8 * Math.LN2), size[k] - 1);
  return [along(0), along(1), along(2)];
}

/** Interpolation filter: first from the left, then from the right, mirrored at the outermost voxels (Unser 1999). */
function prefilter(line: Float64Array, n: number): void {
  if (n === 1) return;
  const gain = (1 - POLE) * (1 - 1 / POLE);
  let start = 0;
  for (let k = 0, power = 1; k < Math.min(MEMORY, 2 * n - 2); k++, power *= POLE)
    start += power * (line[mirrored(k, n)] ?? 0);
  let last = (gain * start) / (1 - POLE ** (2 * n - 2));
  line[0] = last;
  for (let i = 1; i < n; i++) {
    last = gain * (line[i] ?? 0) + POLE * last;
    line[i] = last;
  }
  last = (POLE / (POLE * POLE - 1)) * (last + POLE * (line[n - 2] ?? 0));
  line[n - 1] = last;
  for (let i = n - 2; i >= 0; i--) {
    last = POLE * (last - (line[i] ?? 0));
    line[i] = last;
  }
}

/** Symmetric taps; what lies outside counts as nothing, and, where `whole` says so, the taps inside stand for all. */
function convolve(line: Float64Array, n: number, taps: Float64Array, whole: boolean, output: Float64Array): void {
  const reach = (taps.length - 1) / 2;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    let inside = 0;
    for (let k = Math.max(0, i - reach); k <= Math.min(n - 1, i + reach); k++) {
      const tap = taps[k - i + reach] ?? 0;
      inside += tap;
      sum += tap * (line[k] ?? 0);
    }
    output[i] = whole ? sum / inside : sum;
  }
}

/** Lines along an axis: from element `first`, in two nested runs. */
interface Lines {
  readonly length: number;
  readonly step: number;
  readonly across: readonly [count: number, step: number];
  readonly outer: readonly [count: number, step: number];
}

function filterLines(
  { data, first }: SpmCoefficients,
  { length, step, across, outer }: Lines,
  taps: Float64Array,
  whole: boolean,
): void {
  const [line, output] = [new Float64Array(length), new Float64Array(length)];
  for (let o = 0; o < outer[0]; o++) {
    for (let a = 0; a < across[0]; a++) {
      const from = first + o * outer[1] + a * across[1];
      for (let i = 0; i < length; i++) line[i] = data[from + i * step] ?? 0;
      prefilter(line, length);
      convolve(line, length, taps, whole, output);
      for (let i = 0; i < length; i++) data[from + i * step] = output[i] ?? 0;
    }
  }
}

/**
 * Spline coefficients of the frame that starts at element `at`, then smoothed: no renormalisation at the faces along x and y,
 * but along z. Values that are not finite count as 0.
 */
export function spmSmooth(frame: NumericArray, at: number, taps: SpmTaps, into: SpmCoefficients): void {
  const { size, row, plane, first, data } = into;
  const [nx, ny, nz] = size;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const [from, to] = [at + (z * ny + y) * nx, first + z * plane + y * row];
      for (let x = 0; x < nx; x++) {
        const value = frame[from + x] ?? 0;
        data[to + x] = Number.isFinite(value) ? value : 0;
      }
    }
  }
  filterLines(into, { length: nx, step: 1, across: [ny, row], outer: [nz, plane] }, taps[0], false);
  filterLines(into, { length: ny, step: row, across: [nx, 1], outer: [nz, plane] }, taps[1], false);
  filterLines(into, { length: nz, step: plane, across: [nx, 1], outer: [ny, row] }, taps[2], true);
  mirrorFaces(into);
}

/** Fills the padding: first along x, then rows, then planes. */
function mirrorFaces({ size: [nx, ny, nz], row, plane, first, data }: SpmCoefficients): void {
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const from = first + z * plane + y * row;
      data[from - 1] = data[from + mirrored(-1, nx)] ?? 0;
      data[from + nx] = data[from + mirrored(nx, nx)] ?? 0;
    }
    for (const y of [-1, ny]) {
      const source = first - PAD + z * plane + mirrored(y, ny) * row;
      data.copyWithin(first - PAD + z * plane + y * row, source, source + row);
    }
  }
  for (const z of [-1, nz]) {
    const source = (PAD + mirrored(z, nz)) * plane;
    data.copyWithin((PAD + z) * plane, source, source + plane);
  }
}
