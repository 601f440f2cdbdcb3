import { invertSymmetric } from '../fit/solve.js';
import type { Grid } from '../grid.js';
import { fromParameters, invert, type Matrix, multiply } from '../rigid.js';
import type { SpmCoefficients } from './coefficients.js';
import { eachPoint, isInside, ROUNDING, valueAt } from './sample.js';
import type { SpmTemplate } from './template.js';

const MOST_UPDATES = 64;
/** A frame with fewer in view is not aligned. */
export const FEWEST_POINTS = 32;

/** A relative fall of the residual below which it has settled, and how many updates follow then. */
const SETTLED = 1e-8;
const MORE_UPDATES = 2;

/** Why a frame could not be aligned. */
export type Failure = 'overlap' | 'empty';

/** A frame, aligned. */
export interface Alignment {
  /** Takes a world point of the frame to the reference. */
  readonly correction: Matrix;
  /** The map of voxels of the reference to the frame by which it was last sampled, before the last update. */
  readonly lastMap: Matrix;
  /** Reference over frame, of the last sampling. */
  readonly scale: number;
  /** Of the free parameters of a further update, for independent points. */
  readonly covariance: Float64Array;
  readonly hasConverged: boolean;
}

/** Sums over the points in view. */
interface Sums {
  readonly normal: Float64Array;
  readonly right: Float64Array;
  readonly count: number;
  readonly scale: number;
  /** Of the squared residual. */
  readonly rest: number;
}

/** Where `correction` puts the voxels of the reference in the frame. */
function mapOf({ voxelToWorld }: Grid, correction: Matrix): Matrix {
  return multiply(invert(voxelToWorld), multiply(invert(correction), voxelToWorld));
}

/** Room for the points in view, as many as the template has. */
export interface InView {
  /** Their numbers. */
  readonly points: Uint32Array;
  readonly samples: Float64Array;
}

/** Aligns the frames of one worker, one after the other. */
export class Aligner {
  readonly #grid: Grid;
  readonly #template: SpmTemplate;
  readonly #frame: SpmCoefficients;
  readonly #inView: Uint32Array;
  readonly #samples: Float64Array;

  /** @param frame smoothed coefficients, filled anew for every frame */
  constructor(grid: Grid, template: SpmTemplate, frame: SpmCoefficients, { points, samples }: InView) {
    this.#grid = grid;
    this.#template = template;
    this.#frame = frame;
    this.#inView = points;
    this.#samples = samples;
  }

  /** Gauss-Newton on fixed gradients until the residual settles. */
  align(start: Matrix): Alignment | Failure {
    const { free } = this.#grid;
    let correction = start;
    let before = Number.POSITIVE_INFINITY;
    let left: number | null = null;
    for (let update = 1; ; update++) {
      const lastMap = mapOf(this.#grid, correction);
      const sums = this.#look(lastMap);
      if (sums === 'overlap') return sums;
      const inverse = invertSymmetric(sums.normal, free.length);
      if (!inverse || !Number.isFinite(sums.scale)) return 'empty';
      const step = new Float64Array(6);
      for (const [j, p] of free.entries()) {
        for (let k = 0; k < free.length; k++)
          step[p] = (step[p] ?? 0) + (inverse[j * free.length + k] ?? 0) * (sums.right[k] ?? 0);
      }
      correction = multiply(invert(fromParameters(step)), correction);
      if (!correction.every(Number.isFinite)) return 'empty';
      const now = sums.rest / sums.count;
      if (left !== null) left -= 1;
      else if (before - now < SETTLED * before || now === 0) left = MORE_UPDATES;
      before = now;
      if (left !== 0 && update < MOST_UPDATES) continue;
      const variance = sums.rest / Math.max(1, sums.count - free.length - 1);
      const covariance = inverse.map((value) => value * variance);
      return { correction, lastMap, scale: sums.scale, covariance, hasConverged: left !== null };
    }
  }

  #look(map: Matrix): Sums | 'overlap' {
    const { points, values, columns } = this.#template;
    const { weights } = points;
    const [inView, samples] = [this.#inView, this.#samples];
    const all = values.length;
    const n = this.#grid.free.length;
    let count = 0;
    let [reference, frame] = [0, 0];
    eachPoint(points.places, map, (at, x, y, z) => {
      if (!isInside(this.#frame.size, x, y, z, ROUNDING)) return;
      const value = valueAt(this.#frame, x, y, z) * (weights.length > 0 ? (weights[at] ?? 0) : 1);
      inView[count] = at;
      samples[count++] = value;
      reference += values[at] ?? 0;
      frame += value;
    });
    if (count < FEWEST_POINTS) return 'overlap';
    const scale = reference / frame;
    const normal = new Float64Array(n * n);
    const right = new Float64Array(n);
    let rest = 0;
    for (let i = 0; i < count; i++) {
      const at = inView[i] ?? 0;
      const residual = (values[at] ?? 0) - scale * (samples[i] ?? 0);
      rest += residual * residual;
      for (let j = 0; j < n; j++) {
        const column = columns[j * all + at] ?? 0;
        right[j] = (right[j] ?? 0) + column * residual;
        for (let k = 0; k <= j; k++)
          normal[j * n + k] = (normal[j * n + k] ?? 0) + column * (columns[k * all + at] ?? 0);
      }
    }
    for (let j = 0; j < n; j++) for (let k = 0; k < j; k++) normal[k * n + j] = normal[j * n + k] ?? 0;
    return { normal, right, count, scale, rest };
  }
}
