import type { NumericArray } from '../../core/dtype.js';
import { type Arrays, defineOperator, type Prepared, type Slot, type Tile } from '../../core/operator.js';
import { frameCount, framePixels, fullShape, product, type Stack } from '../../core/stack.js';
import { reduceWasm } from '../../kernels/reduce.wasm.js';
import { compileExpression, type Program } from './expression/program.js';
import { addExactly, type Folder, type Kind, plainFolder, startOf, type Total, totalOf, wasmFolder } from './fold.js';
import { loadMachine, type Machine, machineBytes } from './machine.js';
import { params, type ReduceParams, type ReduceValues } from './params.js';

const details = `
Every number x of the stack becomes the value of --expr, and these values one: their sum, mean, smallest or largest. --over pixels
gives one for each frame, --over frames one for each pixel, both with the shapes NumPy gives for those axes.

Expressions: numbers, x, pi, e; + - * /; ^ or ** for powers, which bind to the right and before a sign (-x^2 is -(x^2)); < <= > >= == !=,
which give 1 or 0, so that the sum of x > 10 counts; the functions sqrt, abs, exp, log (natural), log2, log10, sin, cos, tan (radians), floor,
ceil, round (halves to even), sign, min(a, b), max(a, b), pow(a, b), where(condition, a, b). There is nothing else: no names of a program can be reached. At most 1000
characters, and 64 parentheses, calls and signs inside each other. On a command line, one that begins with a sign is --expr=-x. A long row of
numbers in an .npy is one frame, and one worker's; --frame-shape 4096 makes pieces of it that workers share.

Numbers: everything is float64, whatever the frames are. What is written twice is worked out once, and what depends on no x once for all. Powers with
a whole exponent up to 64 are products by repeated squaring. + - * / sqrt and all that round or compare give the same bits in both kernels;
exp, log, sin and their like may differ by 2 units in the last place, as they do between mathematical libraries. NaN and
infinite values go where IEEE 754 takes them; NaN is the smallest and the largest of all.

Sums over all numbers, or over pixels: 512 numbers are added up in eight lanes, and the sums of these blocks with what each addition loses carried
along (Knuth's two-sum), in every worker and when their sums are joined. The error is below 74 x 2^-53 (9e-15) of the sum of
magnitudes, however many numbers there are, and usually near 1e-16. Sums over frames are added frame by frame, as in sum. A mean is the
sum over the number of values. --method naive takes number by number, carrying what every addition loses.
`;

interface ReduceState {
  readonly machine: Machine;
  readonly kind: Kind;
  /** Plain loops also where there is a kernel. */
  readonly isNaive: boolean;
  readonly over: ReduceValues['over'];
  readonly pixels: number;
  /** Values of a mean over pixels, else 1. */
  readonly parts: number;
  /** Of one frame. */
  readonly frame: Total;
  /** Made with the first tile, as the kernel's is known only then. */
  folder: Folder | null;
}

const kindOf = ({ by }: ReduceValues): Kind => (by === 'mean' ? 'sum' : by);

function outputsOf(stack: Stack, values: ReduceValues): Readonly<Record<string, Slot>> {
  const { by, over, expr } = values;
  const label = `${by} of ${expr.trim()}`;
  const value = { dtype: 'float64', label } as const;
  const sum = { kind: 'whole', dtype: 'float64', shape: [], merge: 'operator', private: true } as const;
  if (over === 'pixels') return { value: { ...value, kind: 'each', shape: [] } };
  const shape = over === 'frames' ? stack.frameShape : [];
  if (by === 'min' || by === 'max') return { value: { ...value, kind: 'whole', shape, merge: by } };
  if (over === 'all') return { sum, carry: sum, value: { ...value, kind: 'derived', shape } };
  if (by === 'sum') return { value: { ...value, kind: 'whole', shape, merge: 'sum' } };
  return { sum: { ...sum, shape, merge: 'sum' }, value: { ...value, kind: 'derived', shape } };
}

function reduce({ data, count }: Tile, state: ReduceState, folder: Folder, out: Arrays<string>): void {
  const { kind, over, pixels, parts, frame } = state;
  const { value, sum, carry } = out;
  const into = sum ?? value;
  if (!into) return;
  if (over === 'all') {
    folder.all(data, { value: into, carry: carry ?? frame.carry });
    return;
  }
  for (let f = 0; f < count; f++) {
    const numbers = data.subarray(f * pixels, (f + 1) * pixels);
    if (over === 'frames') folder.each(numbers, into);
    else {
      frame.value[0] = startOf(kind);
      frame.carry[0] = 0;
      folder.all(numbers, frame);
      into[f] = totalOf(frame) / parts;
    }
  }
}

const divide = (values: NumericArray, by: number): void => {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) / by;
};

const programOf = (prepared: Prepared): Program => prepared as unknown as Program;

/** The sum, mean or an extreme of an expression of every number. */
export default defineOperator<ReduceParams, string, ReduceState>({
  name: 'reduce',
  summary: 'sum, mean, smallest or largest of an expression such as sqrt(x) + x^2',
  details,
  params,
  examples: [
    { expr: 'sqrt(abs(x)) + x^2' },
    { expr: 'where(x > 100, log(x), 0)', by: 'mean' },
    { expr: '-x^3 / 7 + round(x / 3)', by: 'min', over: 'pixels' },
    { expr: 'max(2 ^ -(x / 100), cos(x) + 1)', by: 'max', over: 'frames' },
    { expr: 'x >= 50', by: 'mean', over: 'frames', method: 'naive' },
  ],
  prepare: ({ values }): Prepared => ({ ...compileExpression(values.expr), expression: values.expr.trim() }),
  facts: ({ expression }) => ({ expression: String(expression) }),
  outputs: outputsOf,
  cost: (_stack, _values, prepared) => ({ workerBytes: machineBytes(programOf(prepared)) }),
  flops: (stack, { expr }) => framePixels(stack) * 10 * compileExpression(expr).slow,
  init({ stack, values, prepared, arena }) {
    return {
      machine: loadMachine(programOf(prepared), arena),
      kind: kindOf(values),
      isNaive: values.method === 'naive',
      over: values.over,
      pixels: framePixels(stack),
      parts: values.by === 'mean' ? framePixels(stack) : 1,
      frame: { value: arena.float64(1), carry: arena.float64(1) },
      folder: null,
    };
  },
  process(tile, state, out) {
    state.folder ??= plainFolder(state.machine, state.kind);
    reduce(tile, state, state.folder, out);
  },
  merge({ sum, carry }, from) {
    if (!sum || !carry) return;
    addExactly({ value: sum, carry }, from.sum?.[0] ?? 0);
    carry[0] = (carry[0] ?? 0) + (from.carry?.[0] ?? 0);
  },
  revises: () => false,
  finish(out, stack, { by, over }) {
    const { value, sum, carry } = out;
    if (!value || over === 'pixels') return;
    if (sum && carry) value[0] = totalOf({ value: sum, carry });
    else if (sum) value.set(sum);
    if (by === 'mean') divide(value, over === 'all' ? product(fullShape(stack)) : frameCount(stack));
  },
  kernels: {
    wasm: {
      module: reduceWasm,
      process(exports, tile, state, out) {
        const { machine, kind, isNaive } = state;
        state.folder ??= isNaive ? plainFolder(machine, kind) : wasmFolder(exports, machine, kind);
        reduce(tile, state, state.folder, out);
      },
    },
  },
  tolerance: 1e-12,
});
