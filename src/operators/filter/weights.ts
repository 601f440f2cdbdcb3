import { UsageError } from '../../core/errors.js';
import type { LoadedArray } from '../../core/operator.js';
import type { ArrayInput } from '../../core/params.js';
import { formatShape, product } from '../../core/stack.js';

/** A kernel: rows x columns weights, row after row. */
export interface Weights {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** Text of numbers alone, which no file is called. */
const NUMBERS = /^[\s\d.,;eE+-]*[,;][\s\d.,;eE+-]*$/;

function written(text: string): Weights {
  const lines = text.split(';').filter((line) => line.trim() !== '');
  const rows = lines.map((line) =>
    line
      .split(/[,\s]+/)
      .filter((word) => word !== '')
      .map(Number),
  );
  const data = Float64Array.from(rows.flat());
  const side = Math.sqrt(data.length);
  if (rows.length === 1 && !text.includes(';') && Number.isInteger(side)) return { rows: side, columns: side, data };
  const columns = rows[0]?.length ?? 0;
  if (!text.includes(';') || rows.some((row) => row.length !== columns)) {
    throw new UsageError(
      'kernel-shape',
      `--weights ${text} is no kernel: ${data.length} numbers are no square, and rows of one length end in semicolons, such as '1,2,1;2,4,2;'.`,
      { numbers: data.length },
    );
  }
  return { rows: rows.length, columns, data };
}

function loaded(name: string, { shape, data }: LoadedArray): Weights {
  const [rows = 0, columns = 0] = shape.length === 1 ? [1, ...shape] : shape;
  if (shape.length < 1 || shape.length > 2 || product(shape) !== data.length || data.length === 0) {
    throw new UsageError(
      'kernel-shape',
      `The kernel ${name} has shape ${formatShape(shape)}. Give one of rows x columns weights.`,
      { shape: shape.join(',') },
    );
  }
  return { rows, columns, data: Float64Array.from(data) };
}

/**
 * The kernel behind `--weights`: numbers written out, or an array.
 *
 * @throws UsageError for several, for shapes that are no kernel, and for weights that are not finite
 */
export async function givenWeights(
  inputs: readonly ArrayInput[],
  load: (input: ArrayInput) => Promise<LoadedArray>,
): Promise<Weights> {
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    throw new UsageError(
      'kernel-count',
      inputs.length > 1
        ? `--weights takes one kernel, not ${inputs.length}. Write the numbers of one with commas.`
        : '--kind weights needs a kernel. Give --weights FILE.npy, or numbers such as --weights 0,1,0,1,-4,1,0,1,0.',
    );
  }
  const isText = typeof input === 'string' && NUMBERS.test(input);
  const name = typeof input === 'string' ? input : 'given as weights';
  const weights = isText ? written(input) : loaded(name, await load(input));
  const bad = weights.data.findIndex((weight) => !Number.isFinite(weight));
  if (bad < 0) return weights;
  throw new UsageError(
    'kernel-values',
    `The kernel ${name} holds ${weights.data[bad]} at element ${bad}. Weights must be finite numbers.`,
    { element: bad },
  );
}
