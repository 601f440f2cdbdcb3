import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { NumericArray } from '../../../dist/core/dtype.js';
import { findOperator } from '../../../dist/operators/registry.js';
import { run, stackOf } from '../harness.js';
import { timeSeriesReference } from './reference.js';

const gaf = await findOperator('gaf');
const folder = timeSeriesReference();

interface Case {
  readonly name: string;
  readonly length: number;
  readonly size: number;
  readonly range: readonly [number, number];
}

const index = join(folder, 'index.json');
const cases: readonly Case[] = existsSync(index) ? JSON.parse(readFileSync(index, 'utf8')) : [];

/** Numbers of a file of one case. */
function numbers(name: string, part: string): number[] {
  const text = readFileSync(join(folder, `${name}.${part}.csv`), 'utf8');
  return text.trim().split(/[\n,]/).map(Number);
}

function largestDifference(found: NumericArray | undefined, wanted: readonly number[]): number {
  expect(found?.length).toBe(wanted.length);
  return wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - (found?.[i] ?? Number.NaN))), 0);
}

describe.skipIf(cases.length === 0)('against matrices made by NumPy from the definitions', () => {
  test('there are 16 of them', () => {
    expect(cases.length).toBe(16);
  });

  describe.each(cases)('$name', ({ name, length, size, range }) => {
    const series = cases.length > 0 ? Float64Array.from(numbers(name, 'series')) : new Float64Array();
    const stack = stackOf(1, [length], 'float64');

    test.each(['ts', 'wasm'] as const)('%s', async (kernel) => {
      const images = async (dtype: string) =>
        (await run(gaf, stack, series, { size, range, dtype, fields: ['both', 'vectors'] }, { kernel })).out;
      const double = await images('float64');
      expect(largestDifference(double.vectors?.subarray(0, size), numbers(name, 'x'))).toBeLessThanOrEqual(1e-12);
      expect(largestDifference(double.vectors?.subarray(size), numbers(name, 'y'))).toBeLessThanOrEqual(1e-12);
      expect(largestDifference(double.sum, numbers(name, 'gasf'))).toBeLessThanOrEqual(1e-12);
      expect(largestDifference(double.diff, numbers(name, 'gadf'))).toBeLessThanOrEqual(1e-12);
      const single = await images('float32');
      expect(largestDifference(single.sum, numbers(name, 'gasf'))).toBeLessThanOrEqual(2e-7);
      expect(largestDifference(single.diff, numbers(name, 'gadf'))).toBeLessThanOrEqual(2e-7);
      const bytes = await images('u8');
      expect(largestDifference(bytes.sum, numbers(name, 'gasf_u8'))).toBe(0);
      expect(largestDifference(bytes.diff, numbers(name, 'gadf_u8'))).toBe(0);
    });
  });
});
