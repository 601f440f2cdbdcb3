import { type Arrays, defineOperator, type Tile } from '../../core/operator.js';
import { statisticsWasm } from '../../kernels/statistics.wasm.js';
import { frameSlot, runKernel } from './accumulate.js';

const details = `
The population standard deviation of every pixel over all frames, sqrt(sum((x - mean)^2) / n), as numpy.std with ddof 0, in
one pass: a running mean and sum of squared deviations (Welford), partial results joined with the formula of Chan, Golub
and LeVeque (1979). Nothing of the size of mean^2 is ever subtracted. NaN or an infinite value gives NaN.
`;

type Moments = 'count' | 'mean' | 'm2';

/** Adds every frame of a tile to the running moments. */
function addMoments({ data, count }: Tile, out: Arrays<Moments>): void {
  const pixels = out.mean.length;
  let frames = out.count[0] ?? 0;
  for (let frame = 0; frame < count; frame++) {
    frames++;
    for (let p = 0; p < pixels; p++) {
      const value = data[frame * pixels + p] ?? 0;
      const mean = out.mean[p] ?? 0;
      const deviation = value - mean;
      const moved = mean + deviation / frames;
      out.mean[p] = moved;
      out.m2[p] = (out.m2[p] ?? 0) + deviation * (value - moved);
    }
  }
  out.count[0] = frames;
}

function joinMoments(into: Arrays<Moments>, from: Arrays<Moments>): void {
  const [a, b] = [into.count[0] ?? 0, from.count[0] ?? 0];
  if (b === 0) return;
  const share = b / (a + b);
  for (let p = 0; p < into.mean.length; p++) {
    const mean = into.mean[p] ?? 0;
    const apart = (from.mean[p] ?? 0) - mean;
    into.mean[p] = a === 0 ? (from.mean[p] ?? 0) : mean + apart * share;
    into.m2[p] = (into.m2[p] ?? 0) + (from.m2[p] ?? 0) + (a === 0 ? 0 : apart * apart * a * share);
  }
  into.count[0] = a + b;
}

/** Standard deviation over frames: one pattern of the shape of a frame. */
export default defineOperator<Record<never, never>, Moments | 'std'>({
  name: 'std',
  summary: 'standard deviation of all frames, pixel by pixel',
  details,
  params: {},
  outputs: (stack) => {
    const moments = { kind: 'whole', merge: 'operator', private: true } as const;
    return {
      count: { ...moments, shape: [], dtype: 'float64' },
      mean: { ...frameSlot(stack, 'mean over frames'), ...moments },
      m2: { ...frameSlot(stack, 'sum of squared deviations'), ...moments },
      std: { ...frameSlot(stack, 'standard deviation over frames'), kind: 'derived' },
    };
  },
  process: (tile, _state, out) => addMoments(tile, out),
  kernels: {
    wasm: {
      module: statisticsWasm,
      process(exports, tile, _state, { count, mean, m2 }) {
        const before = count[0] ?? 0;
        runKernel(exports, 'moments', tile, mean, m2.byteOffset, before);
        count[0] = before + tile.count;
      },
    },
  },
  merge: joinMoments,
  finish({ count, m2, std }: Arrays<Moments | 'std'>) {
    const frames = count[0] ?? 0;
    for (let p = 0; p < std.length; p++) std[p] = Math.sqrt(Math.max(0, m2[p] ?? 0) / frames);
  },
  tolerance: 1e-9,
});
