import type { Tile } from '../../core/operator.js';
import type { WasmExports } from '../../core/wasm.js';
import { callKernel, dtypeNumber } from '../../kernels/call.js';

/** Frames whose moments are kept at a time. */
const BATCH = 64;
const SCRATCH_BYTES = 352;

/** Where and about what moments are taken, and room for them. */
export interface MomentState {
  readonly height: number;
  readonly width: number;
  /** For every row, first column and end of the run of pixels that count. */
  readonly spans: Uint32Array;
  readonly cy: number;
  readonly cx: number;
  readonly scratch: Float64Array;
  readonly moments: Float64Array;
}

/** Lengths of the scratch arrays of a `MomentState`. */
export const SCRATCH = { scratch: SCRATCH_BYTES / 8, moments: BATCH * 3 } as const;

/** Takes sum I, sum (y - cy) I and sum (x - cx) I of one frame. */
export type UseMoments = (frame: number, sum: number, y: number, x: number) => void;

/** Moments of every frame of a tile, added up in float64 pixel by pixel. */
export function eachMoments(tile: Tile, state: MomentState, use: UseMoments): void {
  const { height, width, spans, cy, cx } = state;
  for (let frame = 0; frame < tile.count; frame++) {
    let [sum, sumY, sumX] = [0, 0, 0];
    for (let r = 0; r < height; r++) {
      const row = (frame * height + r) * width;
      let rowSum = 0;
      const end = spans[2 * r + 1] ?? 0;
      for (let c = spans[2 * r] ?? 0; c < end; c++) {
        const value = tile.data[row + c] ?? 0;
        rowSum += value;
        sumX += (c - cx) * value;
      }
      sum += rowSum;
      sumY += (r - cy) * rowSum;
    }
    use(frame, sum, sumY, sumX);
  }
}

/** The same by the kernel: exact for integers. */
export function eachMomentsWasm(exports: WasmExports, tile: Tile, state: MomentState, use: UseMoments): void {
  const { height, width, spans, cy, cx, scratch, moments } = state;
  const dtype = dtypeNumber(tile.data);
  const bytes = height * width * tile.data.BYTES_PER_ELEMENT;
  for (let first = 0; first < tile.count; first += BATCH) {
    const count = Math.min(BATCH, tile.count - first);
    const address = tile.data.byteOffset + first * bytes;
    const places = [spans.byteOffset, cy, cx, scratch.byteOffset, moments.byteOffset] as const;
    callKernel(exports, 'momentsOfImages', dtype, address, count, height, width, ...places);
    for (let i = 0; i < count; i++) {
      use(first + i, moments[3 * i] ?? 0, moments[3 * i + 1] ?? 0, moments[3 * i + 2] ?? 0);
    }
  }
}
