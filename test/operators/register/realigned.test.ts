import { expect, test } from 'vitest';
import type { NamedArray } from '../../../dist/core/sink.js';
import { openArray, run } from '../../../dist/index.js';
import { serial } from '../../../dist/layouts/serial.js';
import { threads } from '../../../dist/layouts/threads/index.js';
import { compareCuts } from '../../../dist/testing/operator.js';
import { blobFrames, noise } from './blobs.js';

const SHAPE = [12, 20, 18] as const;
const PIXELS = 12 * 20 * 18;
const DEGREE = Math.PI / 180;
const TRUTH = [0, 1, 2, 3, 4, 5].map((i) => [
  0.3 * i,
  -0.2 * i,
  0.1 * i,
  0.2 * i * DEGREE,
  -0.1 * i * DEGREE,
  0.3 * i * DEGREE,
]);
const VALUES = { voxel: [3, 3, 3], margin: 6 };

function series() {
  const next = noise(3);
  const frames = Int16Array.from(blobFrames(SHAPE, 3, TRUTH), (value) => value + 5 * next());
  return openArray([TRUTH.length, ...SHAPE], frames, { frameRank: 3 });
}

function slotOf(arrays: readonly NamedArray[], name: string) {
  const found = arrays.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found.data;
}

async function results(values: Record<string, unknown>, kernel: 'ts' | 'wasm' = 'wasm') {
  const { arrays } = await run('register', series(), { layout: 'serial', kernel, values: { ...VALUES, ...values } });
  return (name: string) => slotOf(arrays, name);
}

test('mean, mask and signal to noise are those of the realigned frames', async () => {
  for (const kernel of ['ts', 'wasm'] as const) {
    const slot = await results({ outside: 'nan' }, kernel);
    const [realigned, mean, covered, mask, tsnr] = ['realigned', 'mean', 'covered', 'mask', 'tsnr'].map(slot);
    for (let i = 0; i < PIXELS; i++) {
      const seen = TRUTH.map((_, t) => realigned?.[t * PIXELS + i] ?? 0).filter((value) => !Number.isNaN(value));
      const average = seen.reduce((sum, value) => sum + value, 0) / Math.max(1, seen.length);
      const squares = seen.reduce((sum, value) => sum + (value - average) ** 2, 0);
      expect(covered?.[i]).toBe(seen.length);
      expect(mask?.[i]).toBe(seen.length === TRUTH.length ? 1 : 0);
      expect(Math.abs((mean?.[i] ?? 0) - average)).toBeLessThan(2e-6 * Math.abs(average) + 1e-4);
      // Fewer than half of the frames say nothing on noise.
      const expected =
        squares > 0 && 2 * seen.length >= TRUTH.length ? average / Math.sqrt(squares / (seen.length - 1)) : 0;
      expect(Math.abs((tsnr?.[i] ?? 0) - expected)).toBeLessThan(1e-4 * Math.abs(expected) + 1e-4);
    }
  }
});

test('frames in the dtype of the input are the others rounded and clipped, under the same mean', async () => {
  for (const kernel of ['ts', 'wasm'] as const) {
    const [singles, whole] = [await results({}, kernel), await results({ realignedDtype: 'input' }, kernel)];
    const [values, rounded] = [singles('realigned'), whole('realigned')];
    expect(rounded).toBeInstanceOf(Int16Array);
    for (const [i, value] of values.entries()) expect(Math.abs((rounded[i] ?? 0) - value)).toBeLessThanOrEqual(0.5);
    expect(whole('mean')).toEqual(singles('mean'));
  }
});

test('whole numbers cannot be NaN', async () => {
  await expect(results({ realignedDtype: 'input', outside: 'nan' })).rejects.toThrow('--outside nan');
});

test('an inverse for every voxel gives the same bytes', async () => {
  for (const kernel of ['ts', 'wasm'] as const) {
    const [once, each] = [await results({}, kernel), await results({ inverse: 'voxel' }, kernel)];
    expect(each('realigned')).toEqual(once('realigned'));
  }
});

test('every interpolation is near the others inside, and the same in every cut', async () => {
  const cubic = (await results({}))('realigned');
  for (const interpolation of ['bspline4', 'bspline5', 'shear']) {
    const found = (await results({ interpolation }))('realigned');
    const middle = (6 * 20 + 10) * 18 + 9;
    for (let t = 0; t < TRUTH.length; t++) {
      const [one, other] = [found[t * PIXELS + middle] ?? 0, cubic[t * PIXELS + middle] ?? 0];
      expect(Math.abs(one - other), interpolation).toBeLessThan(3);
    }
    await compareCuts(series(), [{ name: 'register', values: { ...VALUES, interpolation } }], [serial, threads]);
  }
}, 60_000);
