import { UsageError } from '../../core/errors.js';
import type { PrepareContext } from '../../core/operator.js';
import { exactFactors } from './factors.js';
import type { FilterParams, FilterValues } from './params.js';
import { givenWeights } from './weights.js';

/** Rows or columns of the largest window. */
const LARGEST = 4095;

/** Weights of the largest kernel that is no column times a row: beyond, a Fourier transform is faster by far. */
const MOST_WEIGHTS = 2 ** 16;

/** How the pixels of a window become one: `separable` and `full` are sums of weights times pixels. */
export type Form = 'separable' | 'full' | 'median' | 'sobel';

/** What is made of every window. */
export interface Window {
  readonly form: Form;
  readonly rows: number;
  readonly columns: number;
  /** Weights of the sums of rows, and in a row: of separable windows, and of sobel, which uses them both ways. */
  readonly vertical: Float64Array;
  readonly horizontal: Float64Array;
  /** All weights of a window that is not separable; else empty. */
  readonly full: Float64Array;
  readonly divisor: number;
  readonly label: string;
}

const NONE = new Float64Array(0);
const SMOOTH = Float64Array.of(1, 2, 1);
const DIFFERENCE = Float64Array.of(-1, 0, 1);

function separable(vertical: Float64Array, horizontal: Float64Array, divisor: number, label: string): Window {
  const [rows, columns] = [vertical.length, horizontal.length];
  return { form: 'separable', rows, columns, vertical, horizontal, full: NONE, divisor, label };
}

/** One number for both axes, or one for each. */
function pair(flag: string, given: readonly number[] | undefined, absent: number): readonly [number, number] {
  const [y = absent, x = y, ...more] = given ?? [];
  if (more.length === 0 && given?.length !== 0) return [y, x];
  throw new UsageError('bad-value', `--${flag} takes one number, or two as y,x, not ${given?.length}.`, { flag });
}

function sizeOf(values: FilterValues): readonly [number, number] {
  const size = pair('size', values.size, 3);
  for (const extent of size) {
    if (Number.isInteger(extent) && extent >= 1 && extent <= LARGEST) continue;
    throw new UsageError('bad-value', `--size takes whole numbers from 1 to ${LARGEST}, not ${extent}.`, {
      flag: 'size',
    });
  }
  return size;
}

/** Normalised weights of a Gaussian, as scipy.ndimage.gaussian_filter1d has them. */
function gaussianWeights(sigma: number, truncate: number): Float64Array {
  if (!(sigma >= 0 && Number.isFinite(sigma))) {
    throw new UsageError('bad-value', `--sigma takes numbers of at least 0, not ${sigma}.`, { flag: 'sigma' });
  }
  const radius = sigma === 0 ? 0 : Math.floor(truncate * sigma + 0.5);
  if (2 * radius + 1 > LARGEST) {
    throw new UsageError(
      'bad-value',
      `A Gaussian of sigma ${sigma} cut off at ${truncate} reaches ${radius} pixels. Use a smaller --sigma or --truncate: the window may have ${LARGEST} at most.`,
      { radius },
    );
  }
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    radius === 0 ? 1 : Math.exp((-0.5 / (sigma * sigma)) * (i - radius) ** 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Options that would change nothing are refused: who gives them expects something of them. */
function refuseUnused(kind: string, values: FilterValues): void {
  const uses = {
    size: ['mean', 'median'],
    sigma: ['gaussian'],
    truncate: ['gaussian'],
    weights: ['weights'],
  } as const;
  for (const flag of ['size', 'sigma', 'truncate', 'weights'] as const) {
    const isGiven = flag === 'weights' ? values.weights.length > 0 : values[flag] !== undefined;
    if (!isGiven || uses[flag].some((user) => user === kind)) continue;
    throw new UsageError('unused-option', `--${flag} is for --kind ${uses[flag].join(' and ')}, not for ${kind}.`, {
      flag,
    });
  }
}

async function weighted({ values, load }: PrepareContext<FilterParams>): Promise<Window> {
  const { rows, columns, data } = await givenWeights(values.weights, load);
  if (rows > LARGEST || columns > LARGEST) {
    throw new UsageError(
      'kernel-shape',
      `A kernel may have ${LARGEST} rows and columns at most, not ${rows} x ${columns}.`,
    );
  }
  const label = `${rows} x ${columns} weights`;
  const factors = exactFactors(data, rows, columns);
  if (factors) return separable(factors.vertical, factors.horizontal, 1, label);
  if (data.length > MOST_WEIGHTS) {
    throw new UsageError(
      'kernel-too-large',
      `A kernel of ${rows} x ${columns} that is no column times a row has more than ${MOST_WEIGHTS} weights. Use the operator correlate, which has a Fourier transform for such.`,
      { rows, columns },
    );
  }
  return { form: 'full', rows, columns, vertical: NONE, horizontal: NONE, full: data, divisor: 1, label };
}

/**
 * What is made of every window under these values.
 *
 * @throws UsageError for sizes and weights that are none, and options the kind of filter does not have
 */
export async function windowOf(context: PrepareContext<FilterParams>): Promise<Window> {
  const { values } = context;
  const kind = values.kind ?? (values.weights.length > 0 ? 'weights' : 'mean');
  refuseUnused(kind, values);
  switch (kind) {
    case 'weights':
      return weighted(context);
    case 'gaussian': {
      const [y, x] = pair('sigma', values.sigma, 1);
      const { truncate = 4 } = values;
      const label = `Gaussian of sigma ${y === x ? y : `${y}, ${x}`} px`;
      return separable(gaussianWeights(y, truncate), gaussianWeights(x, truncate), 1, label);
    }
    case 'sobel-y':
      return separable(DIFFERENCE, SMOOTH, 1, 'Sobel gradient along y');
    case 'sobel-x':
      return separable(SMOOTH, DIFFERENCE, 1, 'Sobel gradient along x');
    case 'sobel':
      return { ...separable(SMOOTH, DIFFERENCE, 1, 'length of the Sobel gradient'), form: 'sobel' };
  }
  const [rows, columns] = sizeOf(values);
  const label = `${rows} x ${columns} ${kind}`;
  if (kind === 'mean')
    return separable(new Float64Array(rows).fill(1), new Float64Array(columns).fill(1), rows * columns, label);
  return { form: 'median', rows, columns, vertical: NONE, horizontal: NONE, full: NONE, divisor: 1, label };
}
