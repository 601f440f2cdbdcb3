import type { NumericArray } from '../../../core/dtype.js';
import type { Grid } from '../grid.js';
import { splineFilter } from '../spline.js';
import { type Coefficients, mirrored, PAD } from '../volume.js';

/** One half of a symmetric filter along x, y and z, from the middle on. */
export type Filters = readonly [Float64Array, Float64Array, Float64Array];

const ALONE = Float64Array.of(1);

/** Filters that turn samples into the cubic spline coefficients of their smoothed selves. @param fwhm mm */
export function filtersOf({ size, voxel }: Grid, fwhm: number): Filters {
  const along = (k: 0 | 1 | 2) => (size[k] === 1 ? ALONE : splineFilter(fwhm / voxel[k]));
  return [along(0), along(1), along(2)];
}

/** Mean square of the weights by which independent voxels enter a sample, over all sub-voxel positions. */
export function noiseGain(filters: Filters): number {
  return filters.reduce((gain, taps) => gain * (taps.length === 1 && taps[0] === 1 ? 1 : gainOf(taps)), 1);
}

/** Integral over all positions of the squared response: autocorrelation of the taps times that of the B-spline. */
function gainOf(taps: Float64Array): number {
  // Autocorrelation of the cubic B-spline: the B-spline of degree 7 at whole numbers.
  const basis = [2416, 1191, 120, 1].map((value) => value / 5040);
  const full = [...taps.slice(1).reverse(), ...taps];
  let gain = 0;
  for (let i = 0; i < full.length; i++) {
    for (let j = Math.max(0, i - 3); j <= Math.min(full.length - 1, i + 3); j++) {
      gain += (full[i] ?? 0) * (full[j] ?? 0) * (basis[Math.abs(i - j)] ?? 0);
    }
  }
  return gain;
}

/** One filtered line: mirrors at the ends. */
function filterLine(input: Float64Array, length: number, taps: Float64Array, output: Float64Array): void {
  const reach = taps.length - 1;
  const middle = taps[0] ?? 0;
  for (let i = 0; i < length; i++) {
    let sum = middle * (input[i] ?? 0);
    const inside = i >= reach && i + reach < length;
    for (let k = 1; k <= reach; k++) {
      const low = inside ? i - k : mirrored(i - k, length);
      const high = inside ? i + k : mirrored(i + k, length);
      sum += (taps[k] ?? 0) * ((input[low] ?? 0) + (input[high] ?? 0));
    }
    output[i] = sum;
  }
}

/**
 * Spline coefficients of the smoothed frame that starts at element `at`: three filters, one after the other, rounded to float32
 * after each. Values that are not finite count as 0.
 */
export function smooth(frame: NumericArray, at: number, filters: Filters, into: Coefficients): void {
  const [nx, ny, nz] = into.size;
  const { data, row, plane } = into;
  const [input, output] = [new Float64Array(nx), new Float64Array(nx)];
  const first = PAD * (plane + row + 1);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const from = at + (z * ny + y) * nx;
      for (let x = 0; x < nx; x++) {
        const value = frame[from + x] ?? 0;
        input[x] = Number.isFinite(value) ? value : 0;
      }
      filterLine(input, nx, filters[0], output);
      const to = first + z * plane + y * row;
      for (let x = 0; x < nx; x++) data[to + x] = output[x] ?? 0;
    }
  }
  filterAcross(data, first, nx, [plane, nz], [row, ny], filters[1]);
  filterAcross(data, first, nx, [row, ny], [plane, nz], filters[2]);
  mirrorFaces(into);
}

type Run = readonly [step: number, count: number];

/** Filters rows of `width` elements from their neighbours `step` elements away, for each of the outer run. */
function filterAcross(
  data: Float32Array,
  first: number,
  width: number,
  [outerStep, outerCount]: Run,
  [step, count]: Run,
  taps: Float64Array,
): void {
  const reach = taps.length - 1;
  if (reach === 0 && taps[0] === 1) return;
  const rows = new Float32Array(width * count);
  const sums = new Float64Array(width);
  for (let o = 0; o < outerCount; o++) {
    const base = first + o * outerStep;
    for (let i = 0; i < count; i++) rows.set(data.subarray(base + i * step, base + i * step + width), i * width);
    for (let i = 0; i < count; i++) {
      const middle = taps[0] ?? 0;
      for (let x = 0; x < width; x++) sums[x] = middle * (rows[i * width + x] ?? 0);
      for (let k = 1; k <= reach; k++) {
        const tap = taps[k] ?? 0;
        const [low, high] = [mirrored(i - k, count) * width, mirrored(i + k, count) * width];
        for (let x = 0; x < width; x++) sums[x] = (sums[x] ?? 0) + tap * ((rows[low + x] ?? 0) + (rows[high + x] ?? 0));
      }
      data.set(sums, base + i * step);
    }
  }
}

/** Fills the padding: first along x, then rows, then planes. */
export function mirrorFaces({ size: [nx, ny, nz], row, plane, data }: Coefficients): void {
  for (let z = PAD; z < nz + PAD; z++) {
    for (let y = PAD; y < ny + PAD; y++) {
      const from = z * plane + y * row;
      for (const x of [0, 1, nx + PAD, nx + PAD + 1]) data[from + x] = data[from + PAD + mirrored(x - PAD, nx)] ?? 0;
    }
    for (const y of [0, 1, ny + PAD, ny + PAD + 1]) {
      const source = z * plane + (PAD + mirrored(y - PAD, ny)) * row;
      data.copyWithin(z * plane + y * row, source, source + row);
    }
  }
  for (const z of [0, 1, nz + PAD, nz + PAD + 1]) {
    const source = (PAD + mirrored(z - PAD, nz)) * plane;
    data.copyWithin(z * plane, source, source + plane);
  }
}
