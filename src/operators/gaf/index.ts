import { DTYPES, type NumericArray } from '../../core/dtype.js';
import { OperatorError } from '../../core/errors.js';
import { type Arrays, defineOperator, type Slot, type Tile } from '../../core/operator.js';
import type { Stack } from '../../core/stack.js';
import { callKernel, dtypeNumber } from '../../kernels/call.js';
import { gafWasm } from '../../kernels/gaf.wasm.js';
import { channelShape } from '../series.js';
import { details } from './details.js';
import { besideFiles, folderFiles } from './folder.js';
import { levelOfZero, paintField } from './images.js';
import {
  type Extent,
  extentOf,
  type GafParams,
  type GafSlot,
  type ImageDtype,
  imageDtype,
  params,
  rangeOf,
  wantedFields,
} from './params.js';
import { pieces } from './pieces.js';
import { type SeriesSetup, seriesVectors } from './series.js';

interface GafState extends SeriesSetup {
  readonly channels: number;
  readonly dtype: ImageDtype;
  readonly kind: number;
  /** Memory for one series on its way. */
  readonly work: Float64Array;
}

/** float64 numbers the kernel needs for one series. */
const workLength = ({ length, size }: Extent): number => length + 8 * size + 200;

const LABELS: Readonly<Record<GafSlot, string>> = {
  sum: 'Gramian angular summation field',
  diff: 'Gramian angular difference field',
  vectors: 'cosines and sines of the angles',
  limits: 'least and largest value',
};

function slotOf(name: GafSlot, stack: Stack, { size }: Extent, dtype: ImageDtype): Slot {
  const extents =
    name === 'limits' ? { limit: 2 } : name === 'vectors' ? { part: 2, point: size } : { row: size, column: size };
  return {
    kind: 'each',
    ...channelShape(stack, extents),
    dtype: name === 'sum' || name === 'diff' ? dtype : 'float64',
    label: LABELS[name],
  };
}

function notFinite(series: number, { first }: Tile, { channels }: GafState): OperatorError {
  const [frame, channel] = [first + Math.floor(series / channels), series % channels];
  return new OperatorError(
    'not-finite',
    `Frame ${frame}, channel ${channel}: a point is NaN or infinite, or points are too far apart to be scaled. ` +
      'Mend the data, or read text with --nan drop or --nan interpolate, arrays with --window, too.',
    { frame, channel },
  );
}

function paint(tile: Tile, state: GafState, out: Partial<Arrays<GafSlot>>): void {
  const { channels, length, size, dtype } = state;
  const vectors = { x: new Float64Array(size), y: new Float64Array(size) };
  const image = size * size;
  for (let s = 0; s < tile.count * channels; s++) {
    const limits = seriesVectors(tile.data.subarray(s * length, (s + 1) * length), state, vectors);
    if (!limits) throw notFinite(s, tile, state);
    for (const field of ['sum', 'diff'] as const) {
      const images = out[field];
      if (images) paintField(field, vectors, dtype, images.subarray(s * image, (s + 1) * image));
    }
    out.vectors?.set(vectors.x, s * 2 * size);
    out.vectors?.set(vectors.y, (s * 2 + 1) * size);
    out.limits?.set(limits, s * 2);
  }
}

const address = (array: NumericArray | undefined): number => array?.byteOffset ?? 0;

/** Gramian angular fields of time series. */
export default defineOperator<GafParams, GafSlot, GafState>({
  name: 'gaf',
  summary: 'Gramian angular fields: two images of every time series',
  details,
  frames: 'series',
  params,
  examples: [
    { size: 6 },
    { fields: ['sum,diff'], dtype: 'u8' },
    { size: 5, fields: ['diff', 'vectors', 'limits'], dtype: 'uint16', overlapping: true, range: [0, 1] },
    { size: 3, fields: 'sum', dtype: 'float64', order: 'scale-first' },
  ],
  prepare({ stack, values }) {
    const { length, size } = extentOf(stack, values);
    return { bounds: pieces(length, size, values.overlapping) };
  },
  outputs(stack, values) {
    rangeOf(values);
    const [extent, dtype] = [extentOf(stack, values), imageDtype(values)];
    const slots = wantedFields(values).map((name) => [name, slotOf(name, stack, extent, dtype)]);
    return Object.fromEntries(slots) as Record<GafSlot, Slot>;
  },
  cost: (stack, values) => ({ workerBytes: 8 * workLength(extentOf(stack, values)) + 128 }),
  flops(stack, values) {
    const { channels, length, size } = extentOf(stack, values);
    const images = wantedFields(values).filter((name) => name === 'sum' || name === 'diff').length;
    return channels * (4 * length + 20 * size + images * 3 * size * size);
  },
  init({ stack, values, prepared, arena }) {
    const extent = extentOf(stack, values);
    const [lo, hi] = rangeOf(values);
    const dtype = imageDtype(values);
    return {
      ...extent,
      bounds: prepared.bounds as Int32Array,
      scaleFirst: values.order === 'scale-first',
      lo,
      hi,
      dtype,
      kind: dtypeNumber(new DTYPES[dtype].array()),
      work: arena.float64(workLength(extent)),
    };
  },
  process: paint,
  kernels: {
    wasm: {
      module: gafWasm,
      process(exports, tile, state, out: Partial<Arrays<GafSlot>>) {
        const { channels, length, size, bounds, scaleFirst, lo, hi, dtype, kind, work } = state;
        const [input, kept] = [tile.data, { ...out }];
        const bad = callKernel(
          exports,
          'gaf',
          ...[dtypeNumber(input), input.byteOffset, tile.count * channels, length, size, bounds.byteOffset],
          ...[scaleFirst ? 1 : 0, lo, hi, kind, levelOfZero(dtype)],
          ...[address(kept.sum), address(kept.diff), address(kept.vectors), address(kept.limits), work.byteOffset],
        );
        if (bad >= 0) throw notFinite(bad, tile, state);
      },
    },
  },
  folder: folderFiles,
  files: besideFiles,
  sheet: async (context) => (await import('./contact.js')).contactPage(context),
});
