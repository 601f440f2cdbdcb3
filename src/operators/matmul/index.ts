import { defineOperator, type Prepared } from '../../core/operator.js';
import { frameCount, plainAxis, product, type Stack } from '../../core/stack.js';
import { matmulWasm } from '../../kernels/matmul.wasm.js';
import { guessColumns, innerOf, matrixOf } from './matrix.js';
import { EDGE_BYTES, type MatmulState, multiply, multiplyWasm, PACKED_BYTES } from './multiply.js';
import { packMatrix, panelColumns } from './pack.js';
import { arithmeticOf, type MatmulParams, params } from './params.js';

/** Rows of a single frame that would be worth sharing. */
const MANY_ROWS = 256;

/** Operations that the kernel does while an ordinary loop does one. */
const AT_ONCE = 50;

const details = `
The product A B, as numpy.matmul: every frame is a matrix of rows of K elements (or one row, or a volume of them), and B is K x N, the
same for all frames. The product has the shape of the frame with N in place of K; a vector of K numbers gives one number
for each row. --transpose-by takes a B that is stored as N x K.

One large matrix in a file is one frame, and so one worker's. With --frame-rank 1 its rows are the frames: workers then share bands of
rows, and the product is the same matrix to the bit.

Numbers: elements are rounded to the dtype of the product, float32 or float64 (--dtype), and so is every product and sum. K is cut
into bands of 256 elements; the products of a band are added one after the other from 0 on, and the sums of the bands in their
order. The error of an element is at most (257 + K / 256) u times the sum of |a b|, with u = 2^-24 for float32 and 2^-53 for float64,
usually a tenth of that. An element does not depend on which rows are multiplied together, and both methods and both kernels
give the same bits. Integer products are exact below 2^24 (float32) or 2^53. NaN and infinite values go where IEEE 754 takes them.

--random N multiplies by a random projection instead (Achlioptas 2003): N columns of signs, over sqrt(N), which keep distances and inner
products on average, to a relative error near sqrt(2 / N).

--method naive is three loops over rows, columns and K, with B read down its columns as it lies.
`;

const rowsOf = ({ frameShape }: Stack): number => product(frameShape.slice(0, -1));

/** Frames times one matrix: a band of rows, or a stack of matrices. */
export default defineOperator<MatmulParams, 'product', MatmulState>({
  name: 'matmul',
  summary: 'matrix product of every frame, or of rows of one matrix, with a matrix',
  details,
  params,
  examples: [{ random: 5 }, { random: 13, dtype: 'float64' }, { random: 9, method: 'naive' }],
  async prepare(context): Promise<Prepared> {
    const { stack, values } = context;
    const matrix = await matrixOf(context);
    const { inner, columns, isVector } = matrix;
    const dtype = arithmeticOf(stack, values);
    const width = values.method === 'naive' ? columns : panelColumns(dtype);
    return { by: packMatrix(matrix, dtype, width), width, inner, columns, isVector };
  },
  outputs(stack, values, { columns, isVector }) {
    const leading = stack.frameShape.slice(0, -1);
    const axes = stack.axes.slice(stack.stackShape.length).slice(0, -1);
    const described = axes.length === leading.length;
    const column = isVector ? [] : [{ ...plainAxis(0), name: 'column' }];
    return {
      product: {
        kind: 'each',
        shape: isVector ? leading : [...leading, Number(columns)],
        dtype: arithmeticOf(stack, values),
        label: 'matrix product',
        ...(described ? { axes: [...axes, ...column] } : {}),
      },
    };
  },
  cost: (_stack, _values, { inner, columns }) => ({
    workerBytes: PACKED_BYTES + EDGE_BYTES + 256,
    // B as it was loaded, beside the packed one.
    hostBytes: Number(inner) * Number(columns) * 8,
  }),
  flops(stack, values) {
    const flops = 2 * rowsOf(stack) * innerOf(stack) * guessColumns(stack, values);
    return values.method === 'naive' ? flops : flops / AT_ONCE;
  },
  init({ stack, values, prepared, arena }) {
    const state = prepared as unknown as Pick<MatmulState, 'by' | 'width' | 'inner' | 'columns'>;
    return {
      ...state,
      rows: rowsOf(stack),
      isNaive: values.method === 'naive',
      packed: arena.bytes(PACKED_BYTES),
      edge: arena.bytes(EDGE_BYTES),
    };
  },
  process: (tile, state, out) => multiply(tile, state, out.product),
  kernels: {
    wasm: {
      module: matmulWasm,
      process: (exports, tile, state, out) => multiplyWasm(exports, tile, state, out.product),
    },
  },
  remarks: (_out, stack) =>
    frameCount(stack) === 1 && stack.frameShape.length === 2 && rowsOf(stack) >= MANY_ROWS
      ? ['The stack is one matrix, which one worker multiplies: with --frame-rank 1 workers share its rows.']
      : [],
});
