/** How series become vectors. */
export interface SeriesSetup {
  readonly length: number;
  readonly size: number;
  /** First point and end of each piece. */
  readonly bounds: Int32Array;
  readonly scaleFirst: boolean;
  readonly lo: number;
  readonly hi: number;
}

/** Cosines and sines of the angles of a series, in float64. */
export interface Vectors {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Below this range, ten times the spacing of float64 at 1, a series counts as constant. */
const CONSTANT = 10 * Number.EPSILON;

function average(points: ArrayLike<number>, bounds: Int32Array, into: Float64Array): void {
  for (let k = 0; k < into.length; k++) {
    const [first = 0, end = 0] = [bounds[2 * k], bounds[2 * k + 1]];
    let sum = 0;
    for (let i = first; i < end; i++) sum += points[i] ?? 0;
    into[k] = sum / (end - first);
  }
}

/** Scales where the values are; null when one is no finite number, or they are too far apart. */
function scale(values: Float64Array, { lo, hi }: SeriesSetup): readonly [min: number, max: number] | null {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) return null;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const range = max - min;
  if (!Number.isFinite(range)) return null;
  if (range < CONSTANT) values.fill(lo);
  else {
    const factor = (hi - lo) / range;
    for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * factor + (lo - min * factor);
  }
  return [min, max];
}

/**
 * The vectors of one series.
 *
 * @param points `length` points of any dtype
 * @returns least and largest value before scaling; null when a point is no finite number, or they are too far apart
 */
export function seriesVectors(
  points: ArrayLike<number>,
  setup: SeriesSetup,
  { x, y }: Vectors,
): readonly [min: number, max: number] | null {
  const values = Float64Array.from(points);
  const whole = setup.scaleFirst ? scale(values, setup) : null;
  if (setup.scaleFirst && !whole) return null;
  if (setup.size === setup.length) x.set(values);
  else average(values, setup.bounds, x);
  const limits = setup.scaleFirst ? whole : scale(x, setup);
  // A cosine may be beyond 1 by its last bit.
  for (let i = 0; i < x.length; i++) y[i] = Math.sqrt(Math.max(0, 1 - (x[i] ?? 0) ** 2));
  return limits;
}
