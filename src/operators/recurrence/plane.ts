import type { NumericArray } from '../../core/dtype.js';
import type { WasmExports } from '../../core/wasm.js';
import { callKernel } from '../../kernels/call.js';
import { rankedValue } from './ranked.js';

/** How trajectories are taken from a series: point k of trajectory i is point i + k `delay` of the series. */
export interface Embedding {
  /** Number of trajectories. */
  readonly count: number;
  readonly dimension: number;
  readonly delay: number;
}

/** The arithmetic over whole planes of (count, count) float64 numbers. */
export interface PlaneMath {
  /** Euclidean distances between all trajectories. */
  distances(series: Float64Array, embedding: Embedding, plane: Float64Array): void;
  /** 1 where a number is smaller than `limit`, else 0. */
  below(plane: Float64Array, limit: number): void;
  /** `product` times `plane`, number by number. */
  multiply(product: Float64Array, plane: Float64Array): void;
  /** The value that would stand at `rank` if `values` were sorted; they are reordered. */
  ranked(values: Float64Array, rank: number): number;
  /** Rounds to the element type of `out`. */
  write(plane: Float64Array, out: NumericArray): void;
}

/** In plain TypeScript. */
export const plainMath: PlaneMath = {
  distances(series, { count, dimension, delay }, plane) {
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        const apart = (series[i] ?? 0) - (series[j] ?? 0);
        let sum = apart * apart;
        for (let k = 1; k < dimension; k++) {
          const d = (series[i + k * delay] ?? 0) - (series[j + k * delay] ?? 0);
          sum += d * d;
        }
        plane[i * count + j] = dimension === 1 ? Math.abs(apart) : Math.sqrt(sum);
      }
    }
  },
  below(plane, limit) {
    for (let k = 0; k < plane.length; k++) plane[k] = (plane[k] ?? 0) < limit ? 1 : 0;
  },
  multiply(product, plane) {
    for (let k = 0; k < plane.length; k++) product[k] = (product[k] ?? 0) * (plane[k] ?? 0);
  },
  ranked: rankedValue,
  write(plane, out) {
    out.set(plane);
  },
};

/** By the kernel, with the same bits. */
export function wasmMath(exports: WasmExports): PlaneMath {
  return {
    distances(series, { count, dimension, delay }, plane) {
      callKernel(exports, 'distances', series.byteOffset, count, dimension, delay, plane.byteOffset);
    },
    below(plane, limit) {
      callKernel(exports, 'below', plane.byteOffset, plane.length, limit);
    },
    multiply(product, plane) {
      callKernel(exports, 'multiply', product.byteOffset, plane.byteOffset, plane.length);
    },
    ranked: (values, rank) => callKernel(exports, 'ranked', values.byteOffset, values.length, rank),
    write(plane, out) {
      if (out instanceof Float64Array) out.set(plane);
      else
        callKernel(
          exports,
          out instanceof Float32Array ? 'narrow' : 'toBytes',
          plane.byteOffset,
          plane.length,
          out.byteOffset,
        );
    },
  };
}
