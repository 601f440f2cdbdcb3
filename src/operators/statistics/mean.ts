import { defineOperator } from '../../core/operator.js';
import { frameCount } from '../../core/stack.js';
import { statisticsWasm } from '../../kernels/statistics.wasm.js';
import { addFrames, frameSlot, runKernel } from './accumulate.js';

const details = `
The sum over all frames divided by their number, pixel by pixel, in float64. NaN in any frame gives NaN.
`;

/** Mean over frames: one pattern of the shape of a frame. */
export default defineOperator({
  name: 'mean',
  summary: 'mean of all frames, pixel by pixel',
  details,
  params: {},
  outputs: (stack) => ({
    total: { ...frameSlot(stack, 'sum over frames'), kind: 'whole', merge: 'sum', private: true },
    mean: { ...frameSlot(stack, 'mean over frames'), kind: 'derived' },
  }),
  process: (tile, _state, { total }) => addFrames(tile, total),
  kernels: {
    wasm: {
      module: statisticsWasm,
      process: (exports, tile, _state, { total }) => runKernel(exports, 'sum', tile, total),
    },
  },
  finish({ total, mean }, stack) {
    const frames = frameCount(stack);
    for (let p = 0; p < mean.length; p++) mean[p] = (total[p] ?? 0) / frames;
  },
});
