import { UsageError } from '../../core/errors.js';
import type { LoadedArray, PrepareContext } from '../../core/operator.js';
import type { ArrayInput, Values } from '../../core/params.js';
import { formatShape, type Stack } from '../../core/stack.js';
import type { MatmulParams } from './params.js';

/** What frames are multiplied by. */
export interface Matrix {
  /** K, the length of a row of A. */
  readonly inner: number;
  readonly columns: number;
  /** A vector: the product has no dimension of columns. */
  readonly isVector: boolean;
  at(row: number, column: number): number;
}

/** Length of the rows of A: the last dimension of a frame. */
export function innerOf({ frameShape }: Stack): number {
  return frameShape.at(-1) ?? 1;
}

function refuse(input: ArrayInput, { shape }: LoadedArray, stack: Stack, isTransposed: boolean): UsageError {
  const inner = innerOf(stack);
  const name = typeof input === 'string' ? input : 'the array given as by';
  const other = shape.length === 2 ? shape[isTransposed ? 0 : 1] : undefined;
  const turned = isTransposed ? 'Leave --transpose-by out' : 'Add --transpose-by';
  const advice = other === inner ? `${turned}.` : `Give one of ${inner} x N, or frames whose rows are of its length.`;
  return new UsageError(
    'by-shape',
    `A frame is ${formatShape(stack.frameShape)}, so that --by needs ${isTransposed ? `N x ${inner}` : `${inner} x N`}, but ${name} is ${formatShape(shape)}. ${advice}`,
    { by: shape.join(','), frame: stack.frameShape.join(',') },
  );
}

function loaded(input: ArrayInput, array: LoadedArray, stack: Stack, isTransposed: boolean): Matrix {
  const { shape, data } = array;
  const [rows = 0, wide = 1] = shape;
  const [inner, columns] = isTransposed && shape.length === 2 ? [wide, rows] : [rows, wide];
  if (shape.length < 1 || shape.length > 2 || inner !== innerOf(stack) || columns < 1)
    throw refuse(input, array, stack, isTransposed);
  const [byRow, byColumn] = isTransposed && shape.length === 2 ? [1, inner] : [columns, 1];
  return {
    inner,
    columns,
    isVector: shape.length === 1,
    at: (row, column) => data[row * byRow + column * byColumn] ?? 0,
  };
}

/** One of two signs, from a counter: two rounds of multiplying and folding (murmur3's finalizer) mix every bit of it. */
function sign(seed: number, row: number, column: number): 1 | -1 {
  let bits = (Math.imul(row, 0x9e3779b1) + Math.imul(column, 0x85ebca77) + Math.imul(seed, 0xc2b2ae3d)) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) & 1 ? 1 : -1;
}

function projection(inner: number, columns: number, seed: number): Matrix {
  const size = 1 / Math.sqrt(columns);
  return { inner, columns, isVector: false, at: (row, column) => sign(seed, row, column) * size };
}

/**
 * B, from a file, an array or a seed.
 *
 * @throws UsageError when there is none or more than one, or its rows are not as many as a row of a frame has elements
 */
export async function matrixOf({ stack, values, load }: PrepareContext<MatmulParams>): Promise<Matrix> {
  const [input, ...more] = values.by;
  if (values.random !== undefined) {
    if (input !== undefined)
      throw new UsageError('bad-value', '--by and --random exclude each other: there is one matrix to multiply by.');
    return projection(innerOf(stack), values.random, values.seed);
  }
  if (input === undefined)
    throw new UsageError('no-by', 'No matrix is given. Give --by FILE.npy, or --random 64 for a random projection.');
  if (more.length > 0)
    throw new UsageError(
      'bad-value',
      `--by takes one matrix, not ${more.length + 1}. Join them, or run once for each.`,
    );
  return loaded(input, await load(input), stack, values.transposeBy);
}

/** Columns of B, as far as parameters tell: a file is taken to be square until it is read. */
export function guessColumns(stack: Stack, values: Values<MatmulParams>): number {
  const [input] = values.by;
  if (values.random !== undefined) return values.random;
  if (input === undefined || typeof input === 'string') return innerOf(stack);
  return (values.transposeBy ? input.shape[0] : input.shape[1]) ?? 1;
}
