import { DTYPES, dtypeOfArray, isInteger, type NumericArray } from '../core/dtype.js';
import { UsageError } from '../core/errors.js';

/** What becomes of the numbers. */
export interface ConvertOptions {
  /** Result = source x `scale` + `offset`, worked out in float64. 1 by default. */
  readonly scale?: number;
  /** 0 by default. */
  readonly offset?: number;
  /** What becomes of NaN in an integer array: 0 (`zero`, the default), or an error that says where the first one is. */
  readonly nan?: 'zero' | 'error';
}

/** Options with their defaults. */
export interface Scaling {
  readonly scale: number;
  readonly offset: number;
  readonly nan: 'zero' | 'error';
}

/** @throws UsageError for a scale or offset that is not finite */
export function scalingOf({ scale = 1, offset = 0, nan = 'zero' }: ConvertOptions): Scaling {
  for (const [name, value] of Object.entries({ scale, offset }))
    if (!Number.isFinite(value)) throw new UsageError('bad-value', `${name} must be a finite number, not ${value}.`);
  if (nan !== 'zero' && nan !== 'error')
    throw new UsageError('bad-value', `nan is 'zero' or 'error', not '${String(nan)}'.`);
  // Adding -0 changes nothing, adding 0 would take the sign of -0 away.
  return { scale, offset: offset === 0 ? -0 : offset, nan };
}

/** Nothing but the dtype changes, and floats hold what comes: what `set` of typed arrays does, too. */
export function isPlainCast(target: NumericArray, { scale, offset }: Scaling): boolean {
  return scale === 1 && offset === 0 && !isInteger(dtypeOfArray(target));
}

/** @throws UsageError for a dtype that is none of those converted */
export function checkDtype(dtype: string): void {
  if (dtype in DTYPES) return;
  const known = Object.keys(DTYPES).join(', ');
  throw new UsageError('bad-value', `Arrays are converted to ${known}, not to ${dtype}.`);
}

/** @throws UsageError for what are no typed arrays, and arrays that are not of one length or share bytes */
export function checkPair(source: NumericArray, target: NumericArray): void {
  dtypeOfArray(source);
  dtypeOfArray(target);
  if (source.length !== target.length)
    throw new UsageError(
      'wrong-length',
      `${source.length} elements do not go into an array of ${target.length}: give it the same length.`,
    );
  const overlap =
    source.buffer === target.buffer &&
    source.byteOffset < target.byteOffset + target.byteLength &&
    target.byteOffset < source.byteOffset + source.byteLength;
  if (overlap && source.length > 0)
    throw new UsageError('overlap', 'Source and target share bytes: convert into an array of its own.');
}

/** @throws UsageError that names the first element that is NaN once scaled */
export function refuseNan(source: NumericArray, { scale, offset }: Scaling): never {
  const index = source.findIndex((value) => Number.isNaN(value * scale + offset));
  throw new UsageError(
    'nan',
    `Element ${index} is NaN, which no integer dtype holds. Use nan: 'zero', or convert to a float dtype.`,
    { index },
  );
}
