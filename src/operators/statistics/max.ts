import { defineOperator } from '../../core/operator.js';
import { statisticsWasm } from '../../kernels/statistics.wasm.js';
import { frameSlot, keepExtremes, runKernel } from './accumulate.js';

const details = `
The largest value of every pixel over all frames, as float64. NaN in any frame gives NaN, as in numpy.max.
`;

/** Largest value over frames: one pattern of the shape of a frame. */
export default defineOperator<Record<never, never>, 'max', Float64Array>({
  name: 'max',
  summary: 'largest value of all frames, pixel by pixel',
  details,
  params: {},
  outputs: (stack) => ({ max: { ...frameSlot(stack, 'largest value over frames'), kind: 'whole', merge: 'max' } }),
  cost: () => ({ workerBytes: 144 }),
  init: ({ arena }) => arena.float64(2),
  process: (tile, _lanes, { max }) => keepExtremes(tile, max, Math.max),
  kernels: {
    wasm: {
      module: statisticsWasm,
      process: (exports, tile, lanes, { max }) => runKernel(exports, 'largest', tile, max, lanes.byteOffset),
    },
  },
});
