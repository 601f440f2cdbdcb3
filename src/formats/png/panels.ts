import type { NumericArray } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import type { NamedArray } from '../../core/sink.js';
import { type Axis, formatShape, plainAxis, product } from '../../core/stack.js';

/** One image of a figure. */
export interface Panel {
  readonly caption: string;
  readonly width: number;
  readonly height: number;
  /** Row-major. */
  readonly values: ArrayLike<number>;
}

export interface Panels {
  readonly panels: readonly Panel[];
  /** Images that were left out. */
  readonly left: number;
  readonly xAxis: Axis;
  readonly isVector: boolean;
}

/** More images than this cannot be told apart in one figure. */
const MOST_PANELS = 36;
/** Images larger than this are averaged over blocks of pixels. */
const LARGEST_SIDE = 2048;

function reduceSize(panel: Panel): Panel {
  const block = Math.ceil(Math.max(panel.width, panel.height) / LARGEST_SIDE);
  if (block <= 1) return panel;
  const [width, height] = [Math.ceil(panel.width / block), Math.ceil(panel.height / block)];
  const values = new Float64Array(width * height);
  const counts = new Uint32Array(width * height);
  for (let y = 0; y < panel.height; y++) {
    for (let x = 0; x < panel.width; x++) {
      const at = Math.floor(y / block) * width + Math.floor(x / block);
      values[at] = (values[at] ?? 0) + (panel.values[y * panel.width + x] ?? 0);
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  return { ...panel, width, height, values: values.map((sum, i) => sum / (counts[i] ?? 1)) };
}

function everySecond(data: NumericArray, start: number): Float64Array {
  return Float64Array.from({ length: data.length >> 1 }, (_, i) => data[i * 2 + start] ?? 0);
}

/** The images of an array: one, the two components of a vector field, or one per leading index. */
export function panelsOf(array: NamedArray): Panels {
  const { shape, data, axes } = array;
  if (shape.length < 2) {
    throw new UsageError('not-an-image', `${array.name} is ${formatShape(shape)}: no image. Write .csv, .npz or .h5.`);
  }
  if (shape.length === 3 && shape[2] === 2) {
    const [height = 1, width = 1] = shape;
    const panels = [0, 1].map((c) => ({ caption: `${array.name}[${c}]`, width, height, values: everySecond(data, c) }));
    return { panels: panels.map(reduceSize), left: 0, xAxis: axes[1] ?? plainAxis(1), isVector: true };
  }
  const [height = 1, width = 1] = shape.slice(-2);
  const leading = shape.slice(0, -2);
  const count = product(leading);
  const panels = Array.from({ length: Math.min(count, MOST_PANELS) }, (_, n) => {
    const index: number[] = [];
    for (let d = leading.length - 1, rest = n; d >= 0; d--) {
      index.unshift(rest % (leading[d] ?? 1));
      rest = Math.floor(rest / (leading[d] ?? 1));
    }
    const values = data.subarray(n * width * height, (n + 1) * width * height);
    return { caption: leading.length === 0 ? '' : `[${index.join(', ')}]`, width, height, values };
  });
  const xAxis = axes.at(-1) ?? plainAxis(shape.length - 1);
  return { panels: panels.map(reduceSize), left: count - panels.length, xAxis, isVector: false };
}
