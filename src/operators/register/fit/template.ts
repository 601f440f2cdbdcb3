import type { NumericArray } from '../../../core/dtype.js';
import type { Grid } from '../grid.js';
import type { Coefficients } from '../volume.js';
import { COLUMNS, CONSTANT, INTENSITY, type Level, pairOf, RAMPS } from './columns.js';
import { filtered, type Margin, makePoints, type Points } from './points.js';
import type { Filters } from './smooth.js';

/** How a template is made of a reference frame. */
export interface LevelOptions {
  /** Smoothing, as the frames will be. */
  readonly filters: Filters;
  /** Wider smoothing, by which strong points are told from noise. */
  readonly wide: Filters;
  /** Between points, mm. */
  readonly spacing: number;
  readonly margin: Margin;
  /** Part of the information that the points kept must hold together; 1 keeps all. */
  readonly keep: number;
  /** Whether standard errors will be asked for. */
  readonly errors: boolean;
  /** Whether the intensity has ramps. */
  readonly ramps: boolean;
}

/** The hot loops of making a template of one image, in TypeScript or as a kernel. */
export interface TemplateSteps {
  /** Makes spline coefficients of the smoothed image, which stay until the next call. */
  smooth(filters: Filters): Coefficients;
  /**
   * The columns at every point, times its weight: change with a shift and a right-handed turn about the centre, in local mm; value; 1;
   * value times x, y and z in local mm.
   */
  columns(points: Points, width: number): Float32Array;
  /** Sums over all points of pairs of columns times the weight. */
  pairs(level: Omit<Level, 'pairs' | 'noise'>): Float64Array;
  /**
   * Covariance of the columns' sums for independent noise of unit variance in the voxels: from the weights by which every voxel
   * enters the sums. The points are spread over their eight neighbours, and a filter of three taps spreads them as wide as the
   * spline does.
   */
  noise(level: Omit<Level, 'pairs' | 'noise'>, filters: Filters): Float64Array;
}

/** Half of a symmetric filter, followed by 1/12, 10/12, 1/12: the cubic B-spline's variance beyond that of a linear one. */
function widened(taps: Float64Array): Float64Array {
  if (taps.length === 1) return taps;
  const at = (k: number) => taps[Math.abs(k)] ?? 0;
  return Float64Array.from({ length: taps.length + 1 }, (_, k) => (10 * at(k) + at(k - 1) + at(k + 1)) / 12);
}

/**
 * The points that together hold the part `keep` of the information on the motions, strongest first, back in their old order. Strength
 * is measured on a smoother image: chosen by the noise of the template itself, they would fit that noise.
 */
function strongest(columns: Float32Array, points: Points, free: readonly number[], keep: number): Points {
  const { many, count, weight } = points;
  const strength = (n: number, j: number) => (columns[j * count + n] ?? 0) ** 2 / (weight[n] || 1);
  const share = new Float64Array(many);
  for (const j of free) {
    let total = 0;
    for (let n = 0; n < many; n++) total += strength(n, j);
    for (let n = 0; n < many; n++) share[n] = (share[n] ?? 0) + strength(n, j) / (total || 1);
  }
  const order = Uint32Array.from(share.keys()).sort((a, b) => (share[b] ?? 0) - (share[a] ?? 0) || a - b);
  const isKept = new Uint8Array(many);
  let held = 0;
  for (const n of order) {
    if (held >= keep * free.length) break;
    held += share[n] ?? 0;
    isKept[n] = 1;
  }
  return filtered(points, (n) => (isKept[n] ? (weight[n] ?? 0) : 0));
}

function weighted(points: Points, { size: [nx, ny] }: Grid, weight: NumericArray): Points {
  const { count, positions } = points;
  const at = (k: number, n: number) => Math.round(positions[k * count + n] ?? 0);
  return filtered(points, (n) => {
    const value = weight[(at(2, n) * ny + at(1, n)) * nx + at(0, n)] ?? 0;
    return value > 0 ? (points.weight[n] ?? 0) * value : 0;
  });
}

/**
 * A template of one smoothness: the reference's gradients, taken once.
 *
 * @param weight a weight for every voxel, such as a mask; absent: 1
 */
export function makeLevel(
  steps: TemplateSteps,
  grid: Grid,
  { filters, wide, spacing, margin, keep, errors, ramps }: LevelOptions,
  weight: NumericArray | null,
): Level {
  const width = ramps ? COLUMNS + RAMPS : COLUMNS;
  let points = makePoints(grid, spacing, margin);
  if (weight) points = weighted(points, grid, weight);
  if (keep < 1) {
    steps.smooth(wide);
    points = strongest(steps.columns(points, width), points, grid.free, keep);
  }
  steps.smooth(filters);
  const level = { width, count: points.count, points: points.positions, columns: steps.columns(points, width) };
  const spread: Filters = [widened(filters[0]), widened(filters[1]), widened(filters[2])];
  return { ...level, pairs: steps.pairs(level), noise: errors ? steps.noise(level, spread) : new Float64Array(0) };
}

/** Correlation, from -1 to 1, of the frame with the template at the points in view. @param squares sum of the frame's squares */
export function correlation(pairs: ArrayLike<number>, sums: ArrayLike<number>, squares: number): number {
  const pair = (j: number, k: number) => pairs[pairOf(j, k)] ?? 0;
  const total = pair(CONSTANT, CONSTANT);
  const [frame, template] = [sums[CONSTANT] ?? 0, pair(INTENSITY, CONSTANT)];
  const together = (sums[INTENSITY] ?? 0) - (frame * template) / total;
  const own = squares - (frame * frame) / total;
  const other = pair(INTENSITY, INTENSITY) - (template * template) / total;
  return own > 0 && other > 0 ? together / Math.sqrt(own * other) : 0;
}
