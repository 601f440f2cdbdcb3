import type { WasmExports } from '../../core/wasm.js';
import { callKernel } from '../../kernels/call.js';

/** Sums over series. */
export interface SeriesSums {
  /**
   * Mean and central sums: `moments` gets the mean, then the sums of the squares, cubes and fourth powers of the differences from
   * it, which go to `centred`.
   */
  centre(series: Float64Array, centred: Float64Array, moments: Float64Array): void;
  /** The sum of the products of two series. */
  dot(x: Float64Array, y: Float64Array): number;
}

/** Adds up terms 0, 2, 4, ... and 1, 3, 5, ... for themselves, as two lanes of a vector do. */
function laneSum(count: number, term: (k: number) => number): number {
  let [even, odd] = [0, 0];
  for (let k = 0; k + 1 < count; k += 2) {
    even += term(k);
    odd += term(k + 1);
  }
  if (count % 2 === 1) even += term(count - 1);
  return even + odd;
}

/** In plain TypeScript. */
export const plainSums: SeriesSums = {
  centre(series, centred, moments) {
    const count = series.length;
    const mean = laneSum(count, (t) => series[t] ?? 0) / count;
    for (let t = 0; t < count; t++) centred[t] = (series[t] ?? 0) - mean;
    const at = (t: number) => centred[t] ?? 0;
    moments[0] = mean;
    moments[1] = laneSum(count, (t) => at(t) * at(t));
    moments[2] = laneSum(count, (t) => at(t) * at(t) * at(t));
    moments[3] = laneSum(count, (t) => at(t) * at(t) * (at(t) * at(t)));
  },
  dot: (x, y) => laneSum(x.length, (t) => (x[t] ?? 0) * (y[t] ?? 0)),
};

/** By the kernel, with the same bits. */
export function wasmSums(exports: WasmExports): SeriesSums {
  return {
    centre(series, centred, moments) {
      callKernel(exports, 'centre', series.byteOffset, series.length, centred.byteOffset, moments.byteOffset);
    },
    dot: (x, y) => callKernel(exports, 'dot', x.byteOffset, y.byteOffset, x.length),
  };
}
