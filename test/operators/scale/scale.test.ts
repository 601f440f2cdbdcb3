import { describe, expect, it } from 'vitest';
import { makeStack } from '../../../dist/core/stack.js';
import { openMemory } from '../../../dist/formats/memory.js';
import { runLocal } from '../../../dist/layouts/local.js';
import scale from '../../../dist/operators/scale/index.js';
import { run, stackOf } from '../harness.js';
import { apart, golden, ties } from '../series.js';

const stack = stackOf(6, [2, 9], 'float64');
const data = ties(6 * 2 * 9);

describe('scaling of channels', () => {
  it.each(['minmax', 'zscore'] as const)('%s agrees with NumPy, fitted on frames 1 to 3', async (method) => {
    const values = { method, fit: '1:4', range: [-1, 2] };
    const wide = await run(scale, stack, data, { ...values, dtype: 'float64' }, { tile: 4 });
    expect(apart(wide.out.scaled, golden.scale[method])).toBeLessThanOrEqual(1e-14);
    expect(apart((await run(scale, stack, data, values)).out.scaled, golden.scale[method])).toBeLessThanOrEqual(2e-7);
    const [a, b] = method === 'minmax' ? (['low', 'high'] as const) : (['mean', 'std'] as const);
    expect(Object.keys(wide.slots)).toEqual(['scaled', a, b]);
    expect(wide.slots[a]?.label).toMatch(/over frames 1:4$/);
    expect(apart(wide.out[a], golden.scale[a])).toBeLessThanOrEqual(1e-15);
    expect(apart(wide.out[b], golden.scale[b])).toBeLessThanOrEqual(1e-15);
  });

  it.each(['minmax', 'zscore'] as const)('%s is the same by what an earlier run saved', async (method) => {
    const fitted = await run(scale, stack, data, { method, fit: '0:2,4:5', dtype: 'float64' });
    const [a = '', b = ''] = Object.keys(fitted.slots).slice(1);
    const given = [a, b].map((name) => ({ shape: [2], data: Array.from(fitted.out[name] ?? []) }));
    const { out, slots } = await run(scale, stack, data, { method, given, dtype: 'float64' });
    expect(out).toEqual(fitted.out);
    expect(slots[a]?.label).toMatch(/of each channel, as given$/);
  });

  it('fits several ranges as the frames they name', async () => {
    const picked = Float64Array.from([...data.subarray(0, 36), ...data.subarray(72, 90)]);
    const alone = await run(scale, stackOf(3, [2, 9], 'float64'), picked, { method: 'zscore' });
    const among = await run(scale, stack, data, { method: 'zscore', fit: '0:2,4:5' });
    for (const name of ['mean', 'std']) expect(among.out[name]).toEqual(alone.out[name]);
  });

  it('takes all frames unless told, a frame of one series too', async () => {
    const { out } = await run(scale, stackOf(12, [9], 'float64'), data, { dtype: 'float64' });
    expect([out.low?.[0], out.high?.[0]]).toEqual([Math.min(...data), Math.max(...data)]);
    expect([Math.min(...(out.scaled ?? [])), Math.max(...(out.scaled ?? []))]).toEqual([-1, 1]);
  });

  it('leaves a constant channel at the low end, or at 0', async () => {
    const constant = new Float64Array(12).fill(3.3);
    const { out } = await run(scale, stackOf(2, [6], 'float64'), constant, { fit: '0:1' });
    expect(new Set(out.scaled)).toEqual(new Set([-1]));
    const scores = await run(scale, stackOf(2, [6], 'float64'), constant, { method: 'zscore' });
    for (const score of scores.out.scaled ?? []) expect(Math.abs(score)).toBeLessThan(1e-15);
    expect(scores.out.std?.[0]).toBe(0);
  });

  it('fits the frames of a region, which do not follow each other', async () => {
    // A scan of 3 x 4 series of 5 points; the region's hold 10 to 14 and 50 to 54, all others more.
    const frames = Array.from({ length: 12 }, (_, i) => ([1, 5].includes(i) ? 10 * i : 1000));
    const values = Float64Array.from(frames.flatMap((low) => [0, 1, 2, 3, 4].map((t) => low + t)));
    const source = openMemory(makeStack([3, 4, 5], 'float64', 1), new Uint8Array(values.buffer));
    const { arrays } = await runLocal(source, [{ name: 'scale', values: { dtype: 'float64' } }], { roi: '0:2,1:2' });
    const [scaled, low, high] = arrays.map(({ data }) => [...data]);
    expect([low, high]).toEqual([[10], [54]]);
    expect([scaled?.[0], scaled?.[9]]).toEqual([-1, 1]);
  });

  it('fits in runs of bounded memory, far from zero, with what is saved the same in every layout', async () => {
    // 24 MiB, so that the fit takes three runs.
    const frames = 3072;
    const values = Float64Array.from(
      { length: frames * 2 * 512 },
      (_, i) => 1e9 + (((i + Math.floor(i / 1024)) * 7919) % 1024) / 1024,
    );
    const source = openMemory(makeStack([frames, 2, 512], 'float64', 2), new Uint8Array(values.buffer));
    const refs = [{ name: 'scale', values: { method: 'zscore', dtype: 'float64' } }];
    const serial = await runLocal(source, refs, { layout: 'serial' });
    const threads = await runLocal(source, refs, { layout: 'threads', workers: 2 });
    const [scaled, mean, std] = serial.arrays;
    expect(mean?.shape).toEqual([2]);
    for (const c of [0, 1]) {
      expect(Math.abs((mean?.data[c] ?? 0) - (1e9 + 1023 / 2048))).toBeLessThan(1e-6);
      // The standard deviation of 1024 evenly spaced values, 1 / 1024 apart.
      expect(std?.data[c]).toBeCloseTo(Math.sqrt((1024 ** 2 - 1) / 12) / 1024, 7);
    }
    expect(threads.arrays.map((array) => array.data.length)).toEqual([scaled, mean, std].map((a) => a?.data.length));
    for (const [i, array] of threads.arrays.entries()) {
      expect(Buffer.compare(bytesOf(array.data), bytesOf(serial.arrays[i]?.data))).toBe(0);
    }
  });

  it.each([
    [{ fit: '4:9' }, /--fit 4:9 lies outside 0:6 or is empty/],
    [{ fit: '0:3,2:4' }, /--fit takes ranges in order, but 2:4 begins before 3/],
    [{ fit: '0:2', given: [{ shape: [2], data: [0, 0] }] }, /--fit and --given exclude each other/],
    [{ given: [{ shape: [2], data: [0, 0] }] }, /needs --given twice, low and high of 2 channels, not 2\./],
    [{ given: [0, 1].map((v) => ({ shape: [3], data: [v, v, v] })) }, /of 2 channels, not 3 and 3/],
    [{ given: [1, 0].map((v) => ({ shape: [2], data: [v, v] })) }, /high given with --given is below low/],
    [{ given: [1, Number.NaN].map((v) => ({ shape: [2], data: [v, v] })) }, /must be finite/],
    [{ fit: 'train' }, /--fit takes ranges such as 0:100, not 'train'/],
    [{ range: [1, 1] }, /--range takes two ascending numbers, not 1,1/],
  ])('refuses %j', async (values, message) => {
    await expect(run(scale, stack, data, values)).rejects.toThrow(message);
  });

  it('refuses values that are not finite, in the fit and after it', async () => {
    const holed = data.slice();
    holed[5 * 18 + 9 + 2] = Number.NaN;
    for (const fit of ['all', '0:3']) {
      await expect(run(scale, stack, holed, { fit })).rejects.toThrow('Frame 5, channel 1 holds NaN at point 2.');
    }
  });
});

function bytesOf(data: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number } | undefined): Buffer {
  return data ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.alloc(0);
}
