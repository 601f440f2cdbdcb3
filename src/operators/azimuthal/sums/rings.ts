import type { NumericArray } from '../../../core/dtype.js';
import type { Team } from '../../../core/operator.js';
import type { RowMatrix } from '../bins/row-matrix.js';
import { isInvalid, rowShare } from './integrate.js';
import type { Integration } from './state.js';

/** How the pixels of a bin become one number, for everything that has to see them together. */
export interface RingOptions {
  readonly average: 'mean' | 'sigma-clip' | 'median';
  readonly errorModel: 'none' | 'poisson' | 'azimuthal';
  /** Sigma clipping: standard deviations beyond which a pixel is dropped, and rounds at most. */
  readonly cutoff: number;
  readonly rounds: number;
}

/** Valid pixels of one bin: corrected signal, normalisation, coefficient, variance. */
interface Ring {
  length: number;
  readonly signal: Float64Array;
  readonly norm: Float64Array;
  readonly weight: Float64Array;
  readonly variance: Float64Array;
}

/** Weighted mean, standard deviation of a pixel and standard error of the mean; a bin without pixels has 0. */
interface Average {
  readonly mean: number;
  readonly deviation: number;
  readonly error: number;
}

/** Relative deviation below which the pixels of a ring are equal. */
const SAME = 1e-9;

const EMPTY: Average = { mean: 0, deviation: 0, error: 0 };

/** Float64 numbers of scratch for rings of at most `longest` pixels. */
export function ringScratch(longest: number, bins: number): number {
  return 4 * longest + 2 * bins;
}

/**
 * S / N with the variance of the error model. The azimuthal one takes the spread of the ring itself, in one pass:
 * V += w^2 (b - mean before)(b - mean after), with w = c norm and b = signal / norm.
 */
function meanOf({ length, signal, norm, weight, variance }: Ring, model: RingOptions['errorModel']): Average {
  let [sum, total, squares, spread] = [0, 0, 0, 0];
  for (let i = 0; i < length; i++) {
    const c = weight[i] ?? 0;
    const s = signal[i] ?? 0;
    const n = norm[i] ?? 0;
    const w = c * n;
    if (model === 'poisson') spread += c * c * (variance[i] ?? 0);
    else if (model === 'azimuthal' && total > 0) {
      const b = s / n;
      spread += w * w * (b - sum / total) * (b - (sum + c * s) / (total + w));
    }
    sum += c * s;
    total += w;
    squares += w * w;
  }
  if (!(total > 0)) return EMPTY;
  return { mean: sum / total, deviation: Math.sqrt(spread / squares), error: Math.sqrt(spread) / total };
}

/** Drops the pixels that are further from the mean than the cutoff; false when all stayed. */
function clip(ring: Ring, { mean, deviation }: Average, cutoff: number): boolean {
  const { signal, norm, weight, variance, length } = ring;
  // Equal pixels differ from their mean by a rounding error, which is no outlier.
  if (!(deviation > SAME * Math.abs(mean))) return false;
  // Chauvenet's criterion: among n normal deviates less than half of one is expected beyond this.
  const chauvenet = Math.sqrt(2 * Math.log(Math.max(3, length) / Math.sqrt(2 * Math.PI)));
  const limit = Math.max(cutoff, chauvenet) * deviation;
  let kept = 0;
  for (let i = 0; i < length; i++) {
    if (Math.abs((signal[i] ?? 0) / (norm[i] ?? 1) - mean) > limit) continue;
    for (const array of [signal, norm, weight, variance]) array[kept] = array[i] ?? 0;
    kept++;
  }
  // One very bright pixel can move the mean away from all others: a ring of which nothing is left stays as it was.
  if (kept === 0) return false;
  ring.length = kept;
  return kept < length;
}

/** Median of signal / norm over the ring; its standard error, when a model is given, is that of the mean. */
function medianOf(ring: Ring, model: RingOptions['errorModel']): Average {
  const { length, signal, norm } = ring;
  if (length === 0) return EMPTY;
  const { deviation, error } = meanOf(ring, model);
  const values = signal.subarray(0, length);
  for (let i = 0; i < length; i++) values[i] = (values[i] ?? 0) / (norm[i] ?? 1);
  values.sort();
  const middle = length >> 1;
  const upper = values[middle] ?? 0;
  return { mean: length % 2 === 1 ? upper : ((values[middle - 1] ?? 0) + upper) / 2, deviation, error };
}

/** Averages of all bins of one frame, (bins, 2) float64: intensity and its standard error. */
export type RingAverages = (data: NumericArray, at: number, team: Team) => Float64Array;

/** Looks at the pixels of each bin together; members of a team take runs of bins. */
export function ringAverages(
  state: Integration,
  rows: RowMatrix,
  longest: number,
  options: RingOptions,
  take: (length: number) => Float64Array,
): RingAverages {
  const ring: Ring = {
    length: 0,
    signal: take(longest),
    norm: take(longest),
    weight: take(longest),
    variance: take(longest),
  };
  const result = take(2 * rows.bins);
  // Without a model clipping has no measure of what is far: the spread of the ring itself is one.
  const model = options.average === 'sigma-clip' && options.errorModel === 'none' ? 'azimuthal' : options.errorModel;

  function load(data: NumericArray, at: number, bin: number): void {
    let length = 0;
    const end = rows.rowEnd[bin] ?? 0;
    for (let entry = bin === 0 ? 0 : (rows.rowEnd[bin - 1] ?? 0); entry < end; entry++) {
      const pixel = rows.pixel[entry] ?? 0;
      const raw = data[at + pixel] ?? 0;
      if (isInvalid(raw, state)) continue;
      ring.signal[length] = raw - (state.dark[pixel] ?? 0);
      ring.norm[length] = state.norm[pixel] ?? 0;
      ring.weight[length] = rows.weight[entry] ?? 0;
      ring.variance[length++] = Math.max(raw, 1);
    }
    ring.length = length;
  }

  function average(): Average {
    if (options.average === 'median') return medianOf(ring, model);
    let found = meanOf(ring, model);
    if (options.average === 'sigma-clip') {
      for (let round = 0; round < options.rounds && clip(ring, found, options.cutoff); round++)
        found = meanOf(ring, model);
    }
    return found;
  }

  return (data, at, team) => {
    result.fill(0);
    const [from, to] = rowShare(rows.rowEnd, team);
    for (let bin = from; bin < to; bin++) {
      load(data, at, bin);
      const { mean, error } = average();
      result[2 * bin] = mean;
      result[2 * bin + 1] = error;
    }
    team.sum(result);
    return result;
  };
}
