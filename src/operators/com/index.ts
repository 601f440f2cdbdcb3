import { UsageError } from '../../core/errors.js';
import { type Arrays, defineOperator } from '../../core/operator.js';
import type { Params, Values } from '../../core/params.js';
import { formatShape, type Stack } from '../../core/stack.js';
import { comWasm } from '../../kernels/com.wasm.js';
import { subtractDescan } from './descan.js';
import { eachMoments, eachMomentsWasm, type MomentState, SCRATCH, type UseMoments } from './moments.js';
import { diskSpans, fullSpans } from './spans.js';

const params = {
  radius: { kind: 'number', min: 0, unit: 'px', help: 'Only pixels of a disk of this radius count; all when absent.' },
  centre: {
    kind: 'numbers',
    length: 2,
    unit: 'px',
    example: '127.5,127.5',
    help: 'Centre of that disk as y,x. The reference unless given.',
  },
  edges: {
    kind: 'choice',
    choices: ['inclusive', 'strict'],
    default: 'inclusive',
    help: 'Whether pixels exactly on the edge of the disk count.',
  },
  reference: {
    kind: 'numbers',
    length: 2,
    unit: 'px',
    example: '127.5,127.5',
    help: 'Where the undeflected beam lies, as y,x. The middle of the frame, (N-1)/2, unless given.',
  },
  rotation: { kind: 'number', default: 0, unit: 'degrees', help: 'Rotation of the detector against the scan.' },
  flip: { kind: 'flag', help: 'Reverses y before rotating: the detector image is mirrored.' },
  subtract: {
    kind: 'choice',
    choices: ['none', 'mean', 'plane'],
    default: 'none',
    help: 'What is subtracted from the field: nothing, its mean, or a plane over the scan (descan).',
  },
} as const satisfies Params;

type ComParams = typeof params;
type ComSlot = 'field' | 'magnitude' | 'sum';

interface ComState extends MomentState {
  readonly flip: boolean;
  readonly cos: number;
  readonly sin: number;
}

const details = `
For every frame with values I at row y and column x, over all pixels or those of a disk, S = sum(I) and
shift = (sum(y I) / S - cy, sum(x I) / S - cx), in pixels, with (cy, cx) the reference: ((ky - 1) / 2, (kx - 1) / 2), the
middle of the frame, unless given. (LiberTEM's default is N // 2: half a pixel further for even N.) A frame with S = 0 has
shift 0. The field is R F shift, with F = diag(-1, 1) when flipped and, for a rotation t,
R = [[cos t, sin t], [-sin t, cos t]] on (y, x): the sense of LiberTEM's scan_rotation.

--subtract works on the rotated field: its mean, or the least-squares plane in the scan coordinates, taken over the frames
with a finite field and S other than 0. Frames with S = 0 keep 0. Too few frames for a plane get their mean subtracted.

field has the components (y, x) along its last dimension, magnitude is its length, sum is S. Sums of integers are exact;
float32 frames are added up in blocks of 64 pixels in float32 and beyond that in float64: the shift agrees with float64 within
1e-5 px wherever S is not a small difference of large values. NaN inside the disk gives NaN.
`;

function imageShape(stack: Stack): readonly [number, number] {
  const [height, width] = stack.frameShape;
  if (stack.frameShape.length !== 2 || height === undefined || width === undefined) {
    throw new UsageError(
      'frame-rank',
      `com needs images, but a frame here is ${formatShape(stack.frameShape)}. Choose --frame-rank 2, one --channel of colours, or the right data set.`,
    );
  }
  return [height, width];
}

function referenceOf(stack: Stack, values: Values<ComParams>): readonly [number, number] {
  const [height, width] = imageShape(stack);
  const [cy = (height - 1) / 2, cx = (width - 1) / 2] = values.reference ?? [];
  return [cy, cx];
}

function spansOf(stack: Stack, values: Values<ComParams>): Uint32Array {
  const [height, width] = imageShape(stack);
  if (values.radius === undefined) return fullSpans(height, width);
  const [cy, cx] = referenceOf(stack, values);
  const [y = cy, x = cx] = values.centre ?? [];
  return diskSpans([y, x], values.radius, values.edges, height, width);
}

/** Turns moments into the entries of a tile. */
function writer({ flip, cos, sin }: ComState, { field, magnitude, sum }: Arrays<ComSlot>): UseMoments {
  return (frame, total, y, x) => {
    const shiftY = total === 0 ? 0 : (flip ? -y : y) / total;
    const shiftX = total === 0 ? 0 : x / total;
    const fieldY = cos * shiftY + sin * shiftX;
    const fieldX = cos * shiftX - sin * shiftY;
    field[2 * frame] = fieldY;
    field[2 * frame + 1] = fieldX;
    magnitude[frame] = Math.hypot(fieldY, fieldX);
    sum[frame] = total;
  };
}

/** Centre of mass of each image: its shift from the reference, in pixels. */
export default defineOperator<ComParams, ComSlot, ComState>({
  name: 'com',
  summary: 'centre of mass of each frame: beam deflection as a field and its magnitude',
  details,
  params,
  prepare: ({ stack, values }) => ({ spans: spansOf(stack, values) }),
  outputs: (_stack, values) => ({
    field: {
      kind: 'each',
      shape: [2],
      dtype: 'float64',
      unit: 'px',
      label: `shift of the centre of mass (y, x)${note(values)}`,
    },
    magnitude: { kind: 'each', shape: [], dtype: 'float64', unit: 'px', label: `length of the shift${note(values)}` },
    sum: { kind: 'each', shape: [], dtype: 'float64', label: 'sum of intensity' },
  }),
  cost: () => ({ workerBytes: (SCRATCH.scratch + SCRATCH.moments) * 8 + 256 }),
  init({ stack, values, prepared, arena }) {
    const [height, width] = imageShape(stack);
    const [cy, cx] = referenceOf(stack, values);
    const angle = (values.rotation * Math.PI) / 180;
    return {
      height,
      width,
      cy,
      cx,
      spans: prepared.spans as Uint32Array,
      scratch: arena.float64(SCRATCH.scratch),
      moments: arena.float64(SCRATCH.moments),
      flip: values.flip,
      cos: Math.cos(angle),
      sin: Math.sin(angle),
    };
  },
  process: (tile, state, out) => eachMoments(tile, state, writer(state, out)),
  kernels: {
    wasm: {
      module: comWasm,
      process: (exports, tile, state, out) => eachMomentsWasm(exports, tile, state, writer(state, out)),
    },
  },
  revises: ({ subtract }) => subtract !== 'none',
  finish(out, stack, values) {
    if (values.subtract === 'none') return;
    const { field, magnitude, sum } = out;
    if (!field || !magnitude || !sum) {
      throw new UsageError(
        'needs-field',
        `--subtract ${values.subtract} needs field, magnitude and sum in memory. Write another slot as a stream, or none.`,
      );
    }
    const counts = (frame: number) =>
      sum[frame] !== 0 && Number.isFinite(field[2 * frame]) && Number.isFinite(field[2 * frame + 1]);
    subtractDescan(field, stack.stackShape, values.subtract, counts);
    for (let i = 0; i < magnitude.length; i++) magnitude[i] = Math.hypot(field[2 * i] ?? 0, field[2 * i + 1] ?? 0);
  },
  tolerance: 1e-6,
});

function note(values: Values<ComParams>): string {
  const parts = [
    values.radius === undefined ? '' : `disk of ${values.radius} px, ${values.edges} edges`,
    values.rotation === 0 ? '' : `rotated by ${values.rotation} degrees`,
    values.flip ? 'y reversed' : '',
    values.subtract === 'none' ? '' : `${values.subtract} subtracted`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`;
}
