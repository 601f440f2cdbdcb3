import type { NumericArray } from '../../core/dtype.js';
import type { Tile } from '../../core/operator.js';
import type { Stack } from '../../core/stack.js';
import type { WasmExports } from '../../core/wasm.js';
import { callKernel, dtypeNumber } from '../../kernels/call.js';

/** What all patterns over a stack have in common: float64, the shape of a frame. */
export function frameSlot(stack: Stack, label: string) {
  return { shape: stack.frameShape, dtype: 'float64', label } as const;
}

/** Adds every frame of a tile to `sums`, one after the other. */
export function addFrames(tile: Tile, sums: NumericArray): void {
  const { data, count } = tile;
  const pixels = sums.length;
  for (let frame = 0; frame < count; frame++) {
    for (let p = 0; p < pixels; p++) sums[p] = (sums[p] ?? 0) + (data[frame * pixels + p] ?? 0);
  }
}

/** Runs one of the kernels that accumulate frames pixel by pixel. */
export function runKernel(
  exports: WasmExports,
  name: string,
  tile: Tile,
  accumulator: NumericArray,
  ...rest: number[]
): void {
  const dtype = dtypeNumber(tile.data);
  callKernel(
    exports,
    name,
    dtype,
    tile.data.byteOffset,
    tile.count,
    accumulator.length,
    accumulator.byteOffset,
    ...rest,
  );
}

/** Replaces every entry by the extreme of itself and the values of its pixel; NaN wins. */
export function keepExtremes(tile: Tile, extremes: NumericArray, extreme: (a: number, b: number) => number): void {
  const { data, count } = tile;
  const pixels = extremes.length;
  for (let frame = 0; frame < count; frame++) {
    for (let p = 0; p < pixels; p++) extremes[p] = extreme(extremes[p] ?? 0, data[frame * pixels + p] ?? 0);
  }
}
