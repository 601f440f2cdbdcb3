import type { NumericArray } from '../../core/dtype.js';
import type { Tile } from '../../core/operator.js';
import type { WasmExports } from '../../core/wasm.js';
import { callKernel, dtypeNumber } from '../../kernels/call.js';
import { DEPTH } from './pack.js';

/** Rows of A that the kernel packs at a time. */
const BATCH = 64;

/** Bytes of the kernel's room for packed rows, of which every element is a vector. */
export const PACKED_BYTES = BATCH * DEPTH * 16;

/** Bytes of a tile at the edge. */
export const EDGE_BYTES = 128;

/** B with the shape of the product and the kernel's scratch memory. */
export interface MatmulState {
  /** In bands and panels of `width` columns. */
  readonly by: Float32Array | Float64Array;
  readonly width: number;
  readonly inner: number;
  readonly columns: number;
  /** Rows of A in a frame. */
  readonly rows: number;
  /** Three loops also where there is a kernel. */
  readonly isNaive: boolean;
  readonly packed: NumericArray;
  readonly edge: NumericArray;
}

/** Sum of `count` products from `a` on and, `width` elements apart, from `b` on, each step rounded to float32. */
function sumSingle(x: NumericArray, a: number, by: NumericArray, b: number, width: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) {
    sum = Math.fround(sum + Math.fround(Math.fround(x[a + k] ?? 0) * (by[b + k * width] ?? 0)));
  }
  return sum;
}

function sumDouble(x: NumericArray, a: number, by: NumericArray, b: number, width: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += (x[a + k] ?? 0) * (by[b + k * width] ?? 0);
  return sum;
}

/** Rows times B in three loops. What is stored in `product` is rounded to its dtype, so that band is added to band as the kernel does. */
export function multiply({ data, count }: Tile, state: MatmulState, product: NumericArray): void {
  const { by, width, inner, columns } = state;
  const sumOf = by instanceof Float32Array ? sumSingle : sumDouble;
  const panels = Math.ceil(columns / width);
  for (let row = 0; row < count * state.rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      for (let first = 0; first < inner; first += DEPTH) {
        const depth = Math.min(DEPTH, inner - first);
        const panel = first * panels * width + Math.floor(column / width) * depth * width;
        const sum = sumOf(data, row * inner + first, by, panel + (column % width), width, depth);
        product[at] = first === 0 ? sum : (product[at] ?? 0) + sum;
      }
    }
  }
}

/** The same by the kernel, bit for bit. */
export function multiplyWasm(exports: WasmExports, tile: Tile, state: MatmulState, product: NumericArray): void {
  if (state.isNaive) {
    multiply(tile, state, product);
    return;
  }
  const { by, inner, columns, rows, packed, edge } = state;
  const { data, count } = tile;
  const a = [dtypeNumber(data), data.byteOffset, count * rows, inner] as const;
  const into = [product.byteOffset, packed.byteOffset, edge.byteOffset] as const;
  callKernel(exports, 'matmul', by.BYTES_PER_ELEMENT, ...a, by.byteOffset, columns, ...into);
}
