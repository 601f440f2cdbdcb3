import { defineOperator } from '../../core/operator.js';
import { statisticsWasm } from '../../kernels/statistics.wasm.js';
import { frameSlot, keepExtremes, runKernel } from './accumulate.js';

const details = `
The smallest value of every pixel over all frames, as float64. NaN in any frame gives NaN, as in numpy.min.
`;

/** Smallest value over frames: one pattern of the shape of a frame. */
export default defineOperator<Record<never, never>, 'min', Float64Array>({
  name: 'min',
  summary: 'smallest value of all frames, pixel by pixel',
  details,
  params: {},
  outputs: (stack) => ({ min: { ...frameSlot(stack, 'smallest value over frames'), kind: 'whole', merge: 'min' } }),
  cost: () => ({ workerBytes: 144 }),
  init: ({ arena }) => arena.float64(2),
  process: (tile, _lanes, { min }) => keepExtremes(tile, min, Math.min),
  kernels: {
    wasm: {
      module: statisticsWasm,
      process: (exports, tile, lanes, { min }) => runKernel(exports, 'smallest', tile, min, lanes.byteOffset),
    },
  },
});
