import type { NumericArray } from '../../core/dtype.js';
import type { Tile } from '../../core/operator.js';
import type { WasmExports } from '../../core/wasm.js';
import { callKernel, dtypeNumber } from '../../kernels/call.js';
import { type PackedMasks, placeOf } from './pack.js';

/** Frames whose float64 sums the kernel keeps at a time, two lanes each. */
const BATCH = 16;

/** Packed masks with the frame size and the kernel's scratch memory. */
export interface MaskState extends PackedMasks {
  readonly pixels: number;
  readonly sums: Float64Array;
}

/** Elements of the scratch array. */
export function scratchLength(masks: number): number {
  return BATCH * masks * 2;
}

function sumOne(data: NumericArray, offset: number, mask: number, state: MaskState): number {
  const { weights, segments, index, chunks, masks, pixels, together } = state;
  const { base, width } = placeOf(mask, masks, pixels, together);
  const inside = together - 1;
  const pair = mask >> 1;
  let sum = 0;
  const add = (first: number, end: number) => {
    for (let p = first; p < end; p++) {
      const weight = weights[base + (p & ~inside) * width + (p & inside)] ?? 0;
      if (weight !== 0) sum += weight * (data[offset + p] ?? 0);
    }
  };
  const last = index[pair * (chunks + 1) + chunks] ?? 0;
  for (let s = index[pair * (chunks + 1)] ?? 0; s < last; s++) add(segments[3 * s] ?? 0, segments[3 * s + 1] ?? 0);
  add(pixels & ~15, pixels);
  return sum;
}

/** Sums of every mask times every frame into `image` (count, masks), added up in float64 pixel by pixel. */
export function multiply(tile: Tile, state: MaskState, image: NumericArray): void {
  for (let frame = 0; frame < tile.count; frame++) {
    for (let mask = 0; mask < state.masks; mask++) {
      image[frame * state.masks + mask] = sumOne(tile.data, frame * state.pixels, mask, state);
    }
  }
}

/** The same by the kernel: bit for bit on integers, within 1e-6 of the sum of magnitudes on float32. */
export function multiplyWasm(exports: WasmExports, tile: Tile, state: MaskState, image: NumericArray): void {
  const { weights, segments, index, chunks, masks, pixels, offsets, sums } = state;
  const dtype = dtypeNumber(tile.data);
  const frames = [tile.data.byteOffset, tile.count, pixels] as const;
  const layout = [weights.byteOffset, masks, segments.byteOffset, index.byteOffset, chunks] as const;
  const into = [sums.byteOffset, image.byteOffset] as const;
  switch (state.arithmetic) {
    case 'dot':
      callKernel(exports, 'dotMasks', dtype, ...frames, ...layout, offsets.byteOffset, ...into);
      break;
    case 'float32':
      callKernel(exports, 'floatMasks', dtype, ...frames, ...layout, ...into);
      break;
    case 'float64':
      callKernel(exports, 'wideMasks', dtype, weights.BYTES_PER_ELEMENT, ...frames, ...layout, image.byteOffset);
  }
}
