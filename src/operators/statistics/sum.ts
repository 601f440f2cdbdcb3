import { defineOperator } from '../../core/operator.js';
import { statisticsWasm } from '../../kernels/statistics.wasm.js';
import { addFrames, frameSlot, runKernel } from './accumulate.js';

const details = `
The sum over all frames, pixel by pixel, in float64: exact for integer data below 2^53. NaN and infinite values go into the
sum of their pixel.
`;

/** Sum over frames: one pattern of the shape of a frame. */
export default defineOperator({
  name: 'sum',
  summary: 'sum of all frames, pixel by pixel',
  details,
  params: {},
  outputs: (stack) => ({ sum: { ...frameSlot(stack, 'sum over frames'), kind: 'whole', merge: 'sum' } }),
  process: (tile, _state, { sum }) => addFrames(tile, sum),
  kernels: {
    wasm: {
      module: statisticsWasm,
      process: (exports, tile, _state, { sum }) => runKernel(exports, 'sum', tile, sum),
    },
  },
});
