import type { NumericArray } from '../../core/dtype.js';
import type { Tile } from '../../core/operator.js';
import type { WasmExports } from '../../core/wasm.js';
import { callKernel, dtypeNumber } from '../../kernels/call.js';
import { filterNaively } from './naive.js';
import type { FilterState } from './state.js';

/** Exported functions of the module, by how windows become pixels. */
const EXPORTS = { separable: 'separable', full: 'weighted', median: 'median', sobel: 'sobel' } as const;

/** What `filterNaively` makes, bit for bit, by the compiled kernel unless the plain loop is asked for. */
export function filterFast(exports: WasmExports, tile: Tile, state: FilterState, filtered: NumericArray): void {
  if (state.isNaive) {
    filterNaively(tile, state, filtered);
    return;
  }
  const { window, kernel, isWide } = state;
  const frames = [tile.data.byteOffset, tile.count] as const;
  const into = [kernel.job.byteOffset, window.divisor, filtered.byteOffset] as const;
  callKernel(exports, EXPORTS[window.form], dtypeNumber(tile.data), isWide ? 1 : 0, ...frames, ...into);
}
