import type { NumericArray } from '../../core/dtype.js';
import { COLUMNS, CONSTANT, INTENSITY, type Level, PAIRS, pairOf } from './columns.js';
import type { Grid } from './grid.js';
import { type Margin, makePoints, type Points } from './points.js';
import { invert } from './rigid.js';
import { type Filters, filtersOf, smooth } from './smooth.js';
import { splineSlopes, splineWeights } from './spline.js';
import { asCoefficients, type Coefficients, coefficientCount, PAD } from './volume.js';

/** How a template is made of a reference frame. */
export interface LevelOptions {
  /** Smoothing, mm. */
  readonly fwhm: number;
  /** Between points, mm. */
  readonly spacing: number;
  readonly margin: Margin;
  /** Part of the information that the points kept must hold together; 1 keeps all. */
  readonly keep: number;
  /** Whether standard errors will be asked for. */
  readonly errors: boolean;
}

interface Gradient {
  value: number;
  x: number;
  y: number;
  z: number;
}

const taps = new Float64Array(12);
const slopes = new Float64Array(12);

function firstTap({ row, plane, size: [nx, ny, nz] }: Coefficients, x: number, y: number, z: number): number {
  const [i, j, k] = [Math.min(Math.floor(x), nx - 1), Math.min(Math.floor(y), ny - 1), Math.min(Math.floor(z), nz - 1)];
  splineWeights(x - i, taps, 0);
  splineWeights(y - j, taps, 4);
  splineWeights(z - k, taps, 8);
  splineSlopes(x - i, slopes, 0);
  splineSlopes(y - j, slopes, 4);
  splineSlopes(z - k, slopes, 8);
  return (k + PAD - 1) * plane + (j + PAD - 1) * row + i + PAD - 1;
}

/** Value of the spline and its slopes along the voxel axes. */
function gradientAt(coefficients: Coefficients, x: number, y: number, z: number): Gradient {
  const { data, row, plane } = coefficients;
  const first = firstTap(coefficients, x, y, z);
  const sum = { value: 0, x: 0, y: 0, z: 0 };
  for (let c = 0; c < 4; c++) {
    for (let b = 0; b < 4; b++) {
      const at = first + c * plane + b * row;
      let line = 0;
      let along = 0;
      for (let a = 0; a < 4; a++) {
        const value = data[at + a] ?? 0;
        line += (taps[a] ?? 0) * value;
        along += (slopes[a] ?? 0) * value;
      }
      const wy = taps[4 + b] ?? 0;
      const wz = taps[8 + c] ?? 0;
      sum.value += line * wy * wz;
      sum.x += along * wy * wz;
      sum.y += line * (slopes[4 + b] ?? 0) * wz;
      sum.z += line * wy * (slopes[8 + c] ?? 0);
    }
  }
  return sum;
}

/** The columns at every point: change with a shift and a right-handed turn about the centre, in local mm; value; 1. */
function columnsAt(grid: Grid, coefficients: Coefficients, points: Points): Float64Array {
  const count = points.x.length;
  const columns = new Float64Array(COLUMNS * count);
  const m = grid.voxelToLocal;
  const back = invert(m);
  const place = (row: number, x: number, y: number, z: number) =>
    (m[row] ?? 0) * x + (m[row + 1] ?? 0) * y + (m[row + 2] ?? 0) * z + (m[row + 3] ?? 0);
  const along = (k: number, { x, y, z }: Gradient) =>
    x * (back[k] ?? 0) + y * (back[4 + k] ?? 0) + z * (back[8 + k] ?? 0);
  for (let n = 0; n < count; n++) {
    const x = points.x[n] ?? 0;
    const y = points.y[n] ?? 0;
    const z = points.z[n] ?? 0;
    const slope = gradientAt(coefficients, x, y, z);
    const gx = along(0, slope);
    const gy = along(1, slope);
    const gz = along(2, slope);
    const dx = place(0, x, y, z);
    const dy = place(4, x, y, z);
    const dz = place(8, x, y, z);
    columns[n] = gx;
    columns[count + n] = gy;
    columns[2 * count + n] = gz;
    columns[3 * count + n] = dy * gz - dz * gy;
    columns[4 * count + n] = dz * gx - dx * gz;
    columns[5 * count + n] = dx * gy - dy * gx;
    columns[INTENSITY * count + n] = slope.value;
    columns[CONSTANT * count + n] = 1;
  }
  return columns;
}

function pairSums(columns: ArrayLike<number>, count: number, weight: (n: number) => number): Float64Array {
  const pairs = new Float64Array(PAIRS);
  for (let j = 0; j < COLUMNS; j++) {
    for (let k = 0; k <= j; k++) {
      let sum = 0;
      for (let n = 0; n < count; n++) sum += weight(n) * (columns[j * count + n] ?? 0) * (columns[k * count + n] ?? 0);
      pairs[pairOf(j, k)] = sum;
    }
  }
  return pairs;
}

/**
 * The points that together hold the part `keep` of the information on the motions, strongest first, back in their old order. Strength
 * is measured on a smoother image: chosen by the noise of the template itself, they would fit that noise.
 */
function strongest(columns: Float64Array, weight: readonly number[], free: readonly number[], keep: number): number[] {
  const count = weight.length;
  const all = Array.from({ length: count }, (_, n) => n);
  if (keep >= 1) return all;
  const strength = (n: number, j: number) => (weight[n] ?? 0) * (columns[j * count + n] ?? 0) ** 2;
  const totals = free.map((j) => all.reduce((sum, n) => sum + strength(n, j), 0));
  const share = Float64Array.from(all, (n) => free.reduce((sum, j, i) => sum + strength(n, j) / (totals[i] || 1), 0));
  const order = Uint32Array.from(all).sort((a, b) => (share[b] ?? 0) - (share[a] ?? 0) || a - b);
  let held = 0;
  let many = 0;
  while (many < count && held < keep * free.length) held += share[order[many++] ?? 0] ?? 0;
  return [...order.subarray(0, many).sort()];
}

/**
 * Covariance of the columns' sums for independent noise of unit variance in the voxels: from the weights by which every voxel
 * enters the sums. The points are spread over their eight neighbours, and a filter of three taps spreads them as wide as the
 * spline does.
 */
function noiseOf(level: Omit<Level, 'noise'>, grid: Grid, filters: Filters): Float64Array {
  const { count, points, columns } = level;
  const [nx, ny, nz] = grid.size;
  const many = COLUMNS - 1;
  const spread = new Float64Array(many * nx * ny * nz);
  for (let n = 0; n < count; n++) {
    const [x, y, z] = [points[n] ?? 0, points[count + n] ?? 0, points[2 * count + n] ?? 0];
    const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
    for (let corner = 0; corner < 8; corner++) {
      const [a, b, c] = [corner & 1, (corner >> 1) & 1, corner >> 2];
      const share = (a ? x - i : 1 - x + i) * (b ? y - j : 1 - y + j) * (c ? z - k : 1 - z + k);
      if (share === 0) continue;
      const at = ((k + c) * ny + j + b) * nx + i + a;
      for (let m = 0; m < many; m++) {
        const own = m * nx * ny * nz + at;
        spread[own] = (spread[own] ?? 0) + share * (columns[m * count + n] ?? 0);
      }
    }
  }
  const wide = filters.map((taps) => (taps.length === 1 ? taps : widened(taps))) as unknown as Filters;
  const volumes = Array.from({ length: many }, (_, m) => {
    const target = asCoefficients(grid.size, new Float32Array(coefficientCount(grid.size)));
    // The filters are symmetric: their own transposes, but for the faces, where no weight is.
    smooth(spread, m * nx * ny * nz, wide, target);
    return target;
  });
  const noise = new Float64Array(PAIRS);
  for (const [j, left] of volumes.entries()) {
    for (const [k, right] of volumes.slice(0, j + 1).entries()) noise[pairOf(j, k)] = innerProduct(left, right);
  }
  return noise;
}

/** Half of a symmetric filter, followed by 1/12, 10/12, 1/12: the cubic B-spline's variance beyond that of a linear one. */
function widened(taps: Float64Array): Float64Array {
  const at = (k: number) => taps[Math.abs(k)] ?? 0;
  return Float64Array.from({ length: taps.length + 1 }, (_, k) => (10 * at(k) + at(k - 1) + at(k + 1)) / 12);
}

function innerProduct(a: Coefficients, b: Coefficients): number {
  const [nx, ny, nz] = a.size;
  let sum = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const from = (z + PAD) * a.plane + (y + PAD) * a.row + PAD;
      for (let x = from; x < from + nx; x++) sum += (a.data[x] ?? 0) * (b.data[x] ?? 0);
    }
  }
  return sum;
}

/**
 * A template of one smoothness: the reference's gradients, taken once.
 *
 * @param weight a weight for every voxel, such as a mask; absent: 1
 */
export function makeLevel(frame: NumericArray, grid: Grid, options: LevelOptions, weight: NumericArray | null): Level {
  const filters = filtersOf(grid, options.fwhm);
  const coefficients = asCoefficients(grid.size, new Float32Array(coefficientCount(grid.size)));
  smooth(frame, 0, filters, coefficients);
  const points = weighted(makePoints(grid, options.spacing, options.margin), grid, weight);
  const all = columnsAt(grid, coefficients, points);
  const chosen = strongest(smoother(frame, grid, options, points), points.weight, grid.free, options.keep);
  const count = Math.ceil(chosen.length / 4) * 4;
  const positions = new Float32Array(3 * count);
  const columns = new Float32Array(COLUMNS * count);
  for (const [i, n] of chosen.entries()) {
    positions[i] = points.x[n] ?? 0;
    positions[count + i] = points.y[n] ?? 0;
    positions[2 * count + i] = points.z[n] ?? 0;
    const w = points.weight[n] ?? 0;
    for (let j = 0; j < COLUMNS; j++) columns[j * count + i] = w * (all[j * points.x.length + n] ?? 0);
  }
  const pairs = pairSums(columns, count, (n) => {
    const w = columns[CONSTANT * count + n] ?? 0;
    return w > 0 ? 1 / w : 0;
  });
  const level = { count, points: positions, columns, pairs };
  return { ...level, noise: options.errors ? noiseOf(level, grid, filters) : new Float64Array(0) };
}

/** The columns of an image smoothed twice as wide. */
function smoother(frame: NumericArray, grid: Grid, { fwhm, keep }: LevelOptions, points: Points): Float64Array {
  if (keep >= 1) return new Float64Array(0);
  const coefficients = asCoefficients(grid.size, new Float32Array(coefficientCount(grid.size)));
  smooth(frame, 0, filtersOf(grid, 2 * fwhm), coefficients);
  return columnsAt(grid, coefficients, points);
}

function weighted(points: Points, { size: [nx, ny] }: Grid, weight: NumericArray | null): Points {
  if (weight === null) return points;
  const of = (n: number) => {
    const [x, y, z] = [Math.round(points.x[n] ?? 0), Math.round(points.y[n] ?? 0), Math.round(points.z[n] ?? 0)];
    const value = weight[(z * ny + y) * nx + x] ?? 0;
    return value > 0 ? (points.weight[n] ?? 0) * value : 0;
  };
  const all = points.x.map((_, n) => of(n));
  const kept = all.flatMap((value, n) => (value > 0 ? [n] : []));
  const pick = (from: readonly number[]) => kept.map((n) => from[n] ?? 0);
  return { x: pick(points.x), y: pick(points.y), z: pick(points.z), weight: pick(all) };
}

/** Correlation, from -1 to 1, of the frame with the template at the points in view. */
export function correlation(pairs: ArrayLike<number>, sums: ArrayLike<number>): number {
  const pair = (j: number, k: number) => pairs[pairOf(j, k)] ?? 0;
  const total = pair(CONSTANT, CONSTANT);
  const [frame, template] = [sums[CONSTANT] ?? 0, pair(INTENSITY, CONSTANT)];
  const together = (sums[INTENSITY] ?? 0) - (frame * template) / total;
  const own = (sums[COLUMNS] ?? 0) - (frame * frame) / total;
  const other = pair(INTENSITY, INTENSITY) - (template * template) / total;
  return own > 0 && other > 0 ? together / Math.sqrt(own * other) : 0;
}
