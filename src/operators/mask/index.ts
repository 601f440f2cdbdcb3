import { UsageError } from '../../core/errors.js';
import { defineOperator, type PrepareContext, type Prepared } from '../../core/operator.js';
import { framePixels } from '../../core/stack.js';
import { maskWasm } from '../../kernels/mask.wasm.js';
import { drawnMasks, type Weights } from './detectors.js';
import { loadedMasks } from './loaded.js';
import { type MaskState, multiply, multiplyWasm, scratchLength } from './multiply.js';
import { packMasks } from './pack.js';
import { type MaskParams, params } from './params.js';

/** Masks named in the label of the image. */
const LABELS = 16;

const details = `
Each mask gives one number per frame: the sum of weight times value over all pixels. Masks from files come first, in the
order given, then the detector, then the preset; all are computed in one pass. One mask gives an image of the shape of the
scan, n masks one of shape (..., n).

Geometry: y counts rows downwards, x columns to the right, in pixels, with pixel centres at whole numbers; the centre is
((ky - 1) / 2, (kx - 1) / 2) unless given. With d the distance to the centre:
- point: the pixel nearest to the centre (halves round up)
- disk: d <= outer
- annulus: inner <= d <= outer
- sector: the annulus, limited to directions between the two angles, counted from +x towards +y
- rectangle: |y - cy| <= height / 2 and |x - cx| <= width / 2
- polygon: even-odd rule
- presets with bright-disk radius R: bf d <= R, abf R/2 <= d <= R, adf R <= d <= 2R, haadf 2R <= d
With --edges strict every <= is <. An inner radius of 0 always includes the centre. The choice is part of the result's label.

Numbers: a pixel of weight 0 does not count, even if it is NaN or infinite; NaN under another weight gives NaN. Whole
weights on integer data give the exact integer sum (below 2^53). Otherwise 8 and 16 bit and float32 data are multiplied in
float32 with weights rounded to float32, and summed in float64 in steps: the error stays below 1e-6 of the sum of
magnitudes, usually near 1e-8. 32 bit integers and float64 are computed in float64. The result of a frame does not
depend on how frames are grouped into tiles.
`;

async function gather({ stack, values, load }: PrepareContext<MaskParams>): Promise<Weights[]> {
  const loaded: Weights[] = [];
  for (const input of values.mask) loaded.push(...loadedMasks(input, await load(input), stack.frameShape));
  const masks = [...loaded, ...drawnMasks(values, stack.frameShape)];
  if (masks.length === 0) {
    throw new UsageError(
      'no-mask',
      'No mask is given. Give --mask FILE.npy, --detector disk --outer 20, or --preset adf --disk 20.',
    );
  }
  return masks;
}

/** What the planes of the image are, in order; the first few when there are many. */
function labelOf(masks: readonly Weights[]): string {
  const shown = masks.slice(0, LABELS).map(({ label }) => label);
  return masks.length > LABELS ? `${shown.join('; ')}; ... (${masks.length} masks)` : shown.join('; ');
}

/** Sums of masks, or detectors, times frames: virtual images. */
export default defineOperator<MaskParams, 'image', MaskState>({
  name: 'mask',
  summary: 'virtual detector images: the sum of a mask times each frame',
  details,
  params,
  examples: [
    { detector: 'annulus', inner: 1.5, outer: 3.5 },
    { preset: 'bf', disk: 2, detector: 'sector', outer: 3.5, angles: [0, 90] },
  ],
  async prepare(context): Promise<Prepared> {
    const masks = await gather(context);
    const packed = packMasks(
      masks.map(({ data }) => data),
      context.stack.dtype,
    );
    return { ...packed, label: labelOf(masks) };
  },
  outputs(_stack, _values, { masks, label }) {
    const count = Number(masks);
    return { image: { kind: 'each', shape: count === 1 ? [] : [count], dtype: 'float64', label: String(label) } };
  },
  cost: (_stack, _values, { masks }) => ({ workerBytes: scratchLength(Number(masks)) * 8 + 128 }),
  init({ stack, prepared, arena }) {
    const packed = prepared as unknown as MaskState;
    return { ...packed, pixels: framePixels(stack), sums: arena.float64(scratchLength(packed.masks)) };
  },
  process: (tile, state, { image }) => multiply(tile, state, image),
  kernels: {
    wasm: {
      module: maskWasm,
      process: (exports, tile, state, { image }) => multiplyWasm(exports, tile, state, image),
    },
  },
  tolerance: 1e-6,
});
