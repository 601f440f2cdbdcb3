import { describe, expect, test } from 'vitest';
import { countNonFinite } from '../../dist/core/finite.js';
import { allocateShared, openArray, run } from '../../dist/index.js';

const [frames, channels, length, size] = [70, 2, 20, 10];
const data = Float64Array.from({ length: frames * channels * length }, (_, i) => Math.sin(i * i));
const series = openArray([frames, channels, length], data);
const numbers = frames * channels * size * size;
const values = { size };
const expected = (await run('gaf', series, { values, layout: 'serial' })).arrays.map((array) => [...array.data]);

describe("the caller's arrays for results", () => {
  for (const layout of ['serial', 'threads', 'processes']) {
    for (const kind of ['shared', 'ordinary']) {
      test(`hold the results of ${layout}, run after run, on ${kind} memory`, async () => {
        const make = () => (kind === 'shared' ? allocateShared('float32', numbers) : new Float32Array(numbers));
        const into = { sum: make(), diff: make() };
        for (let time = 0; time < 2; time++) {
          into.sum.fill(7);
          const workers = layout === 'serial' ? {} : { workers: 2 };
          const { arrays } = await run('gaf', series, { values, layout, ...workers, into });
          expect(arrays.map((array) => array.data)).toEqual([into.sum, into.diff]);
          expect(arrays[0]?.data).toBe(into.sum);
          expect([[...into.sum], [...into.diff]]).toEqual(expected);
        }
      });
    }
  }

  test('may be given for some results only', async () => {
    const diff = new Float32Array(numbers);
    const { arrays } = await run('gaf', series, { values, into: { diff } });
    expect(arrays.map((array) => [...array.data])).toEqual(expected);
    expect(arrays[1]?.data).toBe(diff);
  });

  test('are refused when they do not fit', async () => {
    const given = (into: Record<string, Float32Array | Float64Array>) => run('gaf', series, { values, into });
    await expect(given({ sum: new Float32Array(5) })).rejects.toThrow(
      "into: 'sum' needs 14000 numbers of float32, not 5 of float32.",
    );
    await expect(given({ sum: new Float64Array(numbers) })).rejects.toThrow('not 14000 of float64');
    await expect(given({ dif: new Float32Array(numbers) })).rejects.toThrow('Did you mean diff?');
    const sum = new Float64Array(1);
    await expect(run('sum', series, { into: { sum } })).rejects.toThrow('no result with an entry for every frame');
  });
});

describe('numbers that are not finite', () => {
  test('are counted wherever they lie', () => {
    for (const type of [Float32Array, Float64Array]) {
      for (const length of [0, 1, 5, 4095, 4096, 4097, 9001]) {
        const array = new type(length).fill(3e38);
        expect(countNonFinite(array)).toBe(0);
        const bad = new Set([0, 3, 4095, 4096, length - 1].filter((at) => at >= 0 && at < length));
        for (const [n, at] of [...bad].entries())
          array[at] = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY][n % 3] ?? 0;
        expect(countNonFinite(array)).toBe(bad.size);
      }
    }
    expect(countNonFinite(Uint8Array.of(1, 255))).toBe(0);
  });
});
