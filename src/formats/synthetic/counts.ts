import { dtypeRange, viewOf } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import { frameBytes, framePixels, makeStack, type Stack } from '../../core/stack.js';
import { softDisk } from './disk.js';
import { defineGenerator } from './generator.js';
import { frameKey } from './keyed-random.js';
import { poisson } from './poisson.js';

/** Expected counts: a disk of a fifth of the width, 20 times as bright as what lies around it; `mean` over all pixels. */
function expectedCounts(stack: Stack, mean: number): Float32Array {
  const [height = 1, width = 1] = stack.frameShape.slice(-2);
  const planes = framePixels(stack) / (height * width);
  const radius = Math.min(height, width) / 5;
  const one = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = Math.hypot(y - (height - 1) / 2, x - (width - 1) / 2);
      one[y * width + x] = 1 + 19 * softDisk(distance, radius);
    }
  }
  const scale = mean / (one.reduce((total, value) => total + value, 0) / one.length);
  return Float32Array.from({ length: planes * one.length }, (_, i) => (one[i % one.length] ?? 0) * scale);
}

/** Independent Poisson counts of a bright disk on a background, the same expectation in every frame. */
export default defineGenerator({
  name: 'counts',
  summary: 'Poisson counts of a central disk on a background',
  params: {
    mean: { kind: 'number', help: 'mean counts per pixel', default: 2, min: 0, max: 1e6 },
  },
  dtypes: ['uint16', 'uint8', 'uint32'],
  stack(shape, values, dtype = 'uint16') {
    const stack = makeStack(shape, dtype, Math.min(2, shape.length));
    const brightest = expectedCounts(stack, values.mean).reduce((most, value) => Math.max(most, value), 0);
    if (brightest + 12 * Math.sqrt(brightest) > dtypeRange(dtype)[1]) {
      throw new UsageError('mean-too-large', `--mean ${values.mean} does not fit into ${dtype}. Use --dtype uint32.`);
    }
    return stack;
  },
  makeWriter(stack, values, seed) {
    const expected = expectedCounts(stack, values.mean);
    const bytes = frameBytes(stack);
    const frame = viewOf(stack.dtype, new ArrayBuffer(bytes), 0, expected.length);
    return {
      read(first, count, into) {
        for (let i = 0; i < count; i++) {
          const [k0, k1] = frameKey(seed, first + i);
          for (let p = 0; p < expected.length; p++) frame[p] = poisson(expected[p] ?? 0, p, k0, k1);
          into.set(new Uint8Array(frame.buffer), i * bytes);
        }
      },
    };
  },
});
