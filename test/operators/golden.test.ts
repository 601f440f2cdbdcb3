import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOperator, operatorNames } from '../../dist/operators/registry.js';
import { formula, run, stackOf } from './harness.js';

interface Golden {
  readonly scan: readonly number[];
  readonly frame: readonly number[];
  readonly masks: readonly {
    readonly values: Record<string, unknown>;
    readonly pixels: number;
    readonly image: number[];
  }[];
  readonly fields: readonly { readonly values: Record<string, unknown>; readonly field: number[] }[];
  readonly statistics: Readonly<Record<string, number[]>>;
}

// Made by NumPy, see results.py beside it.
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../golden/operators/results.json'), 'utf8'),
) as Golden;
const stack = stackOf(golden.scan, golden.frame, 'uint16');
const data = formula('uint16', 6 * 24 * 31);

describe('results of NumPy', () => {
  it.each(golden.masks)('mask $values', async ({ values, pixels, image }) => {
    const mask = await findOperator('mask');
    for (const kernel of ['ts', 'wasm'] as const) {
      expect(Array.from((await run(mask, stack, data, values, { kernel })).out.image ?? [])).toEqual(image);
    }
    const ones = formula('uint16', data.length).fill(1);
    expect((await run(mask, stack, ones, values)).out.image?.[0]).toBe(pixels);
  });

  it('all masks at once, in the order files, detector, preset', async () => {
    const mask = await findOperator('mask');
    const [disk, haadf] = [golden.masks[1], golden.masks[14]];
    const weights = Array.from({ length: 744 }, (_, p) => (p % 2 === 0 ? 1 : 0));
    const values = { ...haadf?.values, ...disk?.values, mask: [{ shape: [24, 31], data: weights }] };
    const { out, slots } = await run(mask, stack, data, values);
    expect(slots.image?.shape).toEqual([3]);
    expect(slots.image?.label).toMatch(
      /^mask .*; disk of radius 6 px at \(11.5, 15\), inclusive edges; haadf from 8 px/,
    );
    const even = Array.from({ length: 6 }, (_, f) =>
      Float64Array.from(data.subarray(f * 744, (f + 1) * 744)).reduce((sum, v, p) => (p % 2 === 0 ? sum + v : sum), 0),
    );
    expect(Array.from(out.image ?? [])).toEqual(even.flatMap((sum, f) => [sum, disk?.image[f], haadf?.image[f]]));
  });

  it.each(golden.fields)('com $values', async ({ values, field }) => {
    const com = await findOperator('com');
    for (const kernel of ['ts', 'wasm'] as const) {
      const { out } = await run(com, stack, data, values, { kernel });
      for (const [i, value] of field.entries()) {
        expect(out.field?.[i]).toBeCloseTo(value, 10);
        if (i % 2 === 0) expect(out.magnitude?.[i / 2]).toBeCloseTo(Math.hypot(value, field[i + 1] ?? 0), 10);
      }
    }
  });

  it.each(Object.entries(golden.statistics))('%s over frames', async (name, pattern) => {
    const operator = await findOperator(name);
    for (const kernel of ['ts', 'wasm'] as const) {
      const { out } = await run(operator, stack, data, {}, { kernel, tile: 2, worker: 4 });
      for (const [p, value] of pattern.entries()) expect(out[name]?.[p]).toBeCloseTo(value, 10);
    }
  });
});

describe('the registry', () => {
  it('names every operator and finds it under that name', async () => {
    for (const name of operatorNames()) expect((await findOperator(name)).name).toBe(name);
    expect(operatorNames()).toEqual(expect.arrayContaining(['mask', 'com', 'sum', 'mean', 'max', 'min', 'std']));
  });

  it('refuses unknown names with the nearest one', async () => {
    await expect(findOperator('maks')).rejects.toThrow(/no operator 'maks'. Did you mean mask\?/);
    await expect(findOperator('toString')).rejects.toThrow(/Known are .*mask/);
  });
});
