import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewOf } from '../../dist/core/dtype.js';
import { UsageError } from '../../dist/core/errors.js';
import type { Source, SourceHandle } from '../../dist/core/source.js';
import { frameBytes, frameCount, framePixels } from '../../dist/core/stack.js';
import { attachSynthetic, GENERATORS, openSynthetic, syntheticTruth } from '../../dist/formats/synthetic/index.js';
import { frameKey, uniform, word } from '../../dist/formats/synthetic/keyed-random.js';
import { poisson } from '../../dist/formats/synthetic/poisson.js';
import { RING } from '../../dist/formats/synthetic/stem.js';

function generated(source: Source): Extract<SourceHandle, { kind: 'generated' }> {
  if (source.handle.kind !== 'generated') throw new Error('not generated');
  return source.handle;
}

function frames(source: Source, first: number, count: number) {
  const { stack } = source.handle;
  const bytes = new Uint8Array(count * frameBytes(stack));
  attachSynthetic(generated(source)).read(first, count, bytes);
  return viewOf(stack.dtype, bytes.buffer, 0, count * framePixels(stack));
}

/** Detector position of pixel p relative to the middle, and its sums over one frame. */
function measure(frame: ArrayLike<number>, height: number, width: number) {
  const side = Math.min(height, width);
  let [total, adf, sy, sx] = [0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = frame[y * width + x] ?? 0;
      const radius = Math.hypot(y - (height - 1) / 2, x - (width - 1) / 2);
      total += value;
      sy += value * y;
      sx += value * x;
      if (radius >= RING.inner * side && radius <= RING.outer * side) adf += value;
    }
  }
  return { total, adf, y: sy / total, x: sx / total };
}

describe('every kind', () => {
  const cases = GENERATORS.flatMap((one) => one.dtypes.map((dtype) => [one.name, dtype] as const));
  it.each(cases)('%s %s gives the same bytes however the frames are split', (kind, dtype) => {
    const raw = kind === 'stem' ? { dose: 900 } : {};
    const shape = kind === 'fmri' ? [12, 4, 17, 19] : [3, 4, 33, 35];
    const source = openSynthetic(kind, shape, dtype, 7, raw);
    const whole = frames(source, 0, 12);
    const pixels = framePixels(source.handle.stack);
    fc.assert(
      fc.property(fc.nat(11), fc.integer({ min: 1, max: 4 }), (first, count) => {
        const part = frames(source, first, Math.min(count, 12 - first));
        expect(part).toEqual(whole.slice(first * pixels, first * pixels + part.length));
      }),
      { numRuns: 10 },
    );
    expect(frames(openSynthetic(kind, shape, dtype, 8, raw), 0, 12)).not.toEqual(whole);
    expect(whole.slice(0, pixels)).not.toEqual(whole.slice(pixels, 2 * pixels));
  });

  it('refuses what it cannot make', () => {
    expect(() => openSynthetic('stm', [4, 64, 64], undefined, 1)).toThrow(/Did you mean stem/);
    expect(() => openSynthetic('random', [4, 0], undefined, 1)).toThrow(UsageError);
    expect(() => openSynthetic('random', [4, 4], 'float64', 1)).toThrow(/random makes float32/);
    expect(() => openSynthetic('random', [4, 4], undefined, -1)).toThrow(/--seed/);
    expect(() => openSynthetic('counts', [4, 4], undefined, 1, { mean: 1e5 })).toThrow(/Use --dtype uint32/);
    expect(() => openSynthetic('counts', [4, 4], undefined, 1, { meen: 1 })).toThrow(/Did you mean --mean/);
    expect(() => openSynthetic('stem', [4, 4, 16, 16], undefined, 1)).toThrow(/at least 32 x 32/);
    expect(() => openSynthetic('stem', [4, 4, 32, 32], 'uint16', 1, { dose: 0 })).toThrow(/Use float32/);
  });
});

describe('random', () => {
  it('equals the TypeScript reference bit for bit', () => {
    const shape = [3, 130, 131];
    const floats = frames(openSynthetic('random', shape, 'float32', 2 ** 40 + 5), 0, 3);
    const words = frames(openSynthetic('random', shape, 'uint32', 2 ** 40 + 5), 0, 3);
    for (let frame = 0; frame < 3; frame++) {
      const [k0, k1] = frameKey(2 ** 40 + 5, frame);
      for (let p = 0; p < 130 * 131; p++) {
        if (floats[frame * 17030 + p] !== uniform(p, k0, k1)) throw new Error(`float ${frame} ${p}`);
        if (words[frame * 17030 + p] !== word(p, k0, k1)) throw new Error(`word ${frame} ${p}`);
      }
    }
  });

  it('is uniform and shows no correlation between neighbours or frames', () => {
    const data = frames(openSynthetic('random', [16, 256, 256], undefined, 3), 0, 16);
    const n = data.length;
    const bins = new Float64Array(64);
    let [next, below] = [0, 0];
    for (let i = 0; i < n; i++) {
      const value = data[i] ?? 2;
      bins[Math.floor(value * 64)] = (bins[Math.floor(value * 64)] ?? 0) + 1;
      next += (value - 0.5) * ((data[(i + 1) % n] ?? 0) - 0.5);
      below += (value - 0.5) * ((data[(i + 65536) % n] ?? 0) - 0.5);
    }
    const chi = bins.reduce((sum, count) => sum + (count - n / 64) ** 2 / (n / 64), 0);
    // 63 degrees of freedom: mean 63, standard deviation 11.2; products of two uniform numbers: 1/12 over the root of n.
    expect(chi).toBeLessThan(63 + 5 * 11.2);
    expect(Math.abs(next / n)).toBeLessThan(5 / 12 / Math.sqrt(n));
    expect(Math.abs(below / n)).toBeLessThan(5 / 12 / Math.sqrt(n));
  });
});

describe('Poisson counts', () => {
  it.each([0.01, 0.4, 3, 11.9, 12, 40, 900])('have mean and variance %f, and the probabilities of the law', (mean) => {
    const n = 200_000;
    const histogram = new Map<number, number>();
    let [sum, squares] = [0, 0];
    const [k0, k1] = frameKey(5, 17);
    for (let i = 0; i < n; i++) {
      const k = poisson(mean, i, k0, k1);
      sum += k;
      squares += (k - mean) ** 2;
      histogram.set(k, (histogram.get(k) ?? 0) + 1);
    }
    expect(Math.abs(sum / n - mean)).toBeLessThan(5 * Math.sqrt(mean / n));
    expect(Math.abs(squares / n - mean)).toBeLessThan(5 * Math.sqrt((mean + 2 * mean * mean) / n));
    let logFactorial = 0;
    for (let k = 0; k < mean + 8 * Math.sqrt(mean) + 8; k++) {
      if (k > 0) logFactorial += Math.log(k);
      const expected = n * Math.exp(k * Math.log(mean) - mean - logFactorial);
      const found = histogram.get(k) ?? 0;
      if (expected > 20) expect(Math.abs(found - expected)).toBeLessThan(5.5 * Math.sqrt(expected));
    }
  });

  it('keep the asked mean in a stack, with the disk twenty times as bright as the rest', () => {
    const data = frames(openSynthetic('counts', [40, 64, 64], undefined, 1, { mean: 3 }), 0, 40);
    const sum = Float64Array.from(data).reduce((total, value) => total + value, 0);
    expect(Math.abs(sum - 3 * data.length)).toBeLessThan(5 * Math.sqrt(3 * data.length));
    let [centre, corner] = [0, 0];
    for (let i = 0; i < 40; i++) {
      for (let k = 0; k < 64; k++) {
        centre += data[i * 4096 + (28 + (k >> 3)) * 64 + 28 + (k & 7)] ?? 0;
        corner += data[i * 4096 + (k >> 3) * 64 + (k & 7)] ?? 0;
      }
    }
    expect(centre / corner).toBeGreaterThan(18.5);
    expect(centre / corner).toBeLessThan(21.5);
  });
});

describe('stem', () => {
  it.each([
    [[6, 7, 32, 32], 1],
    [[5, 6, 64, 48], 2],
    [[2, 4, 5, 40, 41], 3],
    [[9, 128, 128], 4],
  ] as const)('without noise, shape %o: ADF and centre of mass are those announced', (shape, seed) => {
    const source = openSynthetic('stem', shape, undefined, seed, { dose: 0, dopants: 0.2 });
    const { stack } = source.handle;
    expect(stack.dtype).toBe('float32');
    const [adf, com] = syntheticTruth(generated(source));
    const [height = 0, width = 0] = stack.frameShape;
    for (let i = 0; i < frameCount(stack); i++) {
      const found = measure(frames(source, i, 1), height, width);
      expect(found.total).toBeCloseTo(1, 5);
      expect(found.adf).toBeCloseTo(adf?.data[i] ?? -1, 6);
      expect(found.y).toBeCloseTo(com?.data[2 * i] ?? -1, 4);
      expect(found.x).toBeCloseTo(com?.data[2 * i + 1] ?? -1, 4);
    }
  });

  it('with noise, agrees within counting statistics', () => {
    const dose = 5000;
    const source = openSynthetic('stem', [20, 20, 48, 48], undefined, 9, { dose });
    const [adf, com] = syntheticTruth(generated(source));
    let [chiAdf, pullY, extent] = [0, 0, 0];
    for (let i = 0; i < 400; i++) {
      const frame = frames(source, i, 1);
      const found = measure(frame, 48, 48);
      const expected = adf?.data[i] ?? 0;
      chiAdf += (found.adf - expected) ** 2 / expected / 400;
      const variance =
        Float64Array.from(frame).reduce((sum, value, p) => sum + value * (Math.floor(p / 48) - found.y) ** 2, 0) /
        found.total;
      pullY += (found.y - (com?.data[2 * i] ?? 0)) ** 2 / (variance / found.total) / 400;
      extent = Math.max(extent, Math.abs((com?.data[2 * i] ?? 0) - 23.5));
    }
    // Reduced chi-squared of 400 values: 1 with a standard deviation of 0.07.
    expect(Math.abs(chiAdf - 1)).toBeLessThan(0.36);
    expect(Math.abs(pullY - 1)).toBeLessThan(0.36);
    expect(extent).toBeGreaterThan(0.2);
  });

  it('says where it is measured: nm in the scan, mrad on the detector', () => {
    const { stack } = openSynthetic('stem', [4, 5, 64, 64], undefined, 1, { step: 0.05 }).handle;
    expect(stack.axes.map(({ name, unit }) => [name, unit])).toEqual([
      ['y', 'nm'],
      ['x', 'nm'],
      ['qy', 'mrad'],
      ['qx', 'mrad'],
    ]);
    expect(stack.axes[0]?.step).toBe(0.05);
    expect((stack.axes[2]?.origin ?? 0) + 31.5 * (stack.axes[2]?.step ?? 0)).toBeCloseTo(0, 9);
  });
});
