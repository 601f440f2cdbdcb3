import { expect, test } from 'vitest';
import { openArray } from '../dist/index.js';
import { compareData } from '../dist/testing/compare.js';
import { testFormat, testOperator } from '../dist/testing.js';

/** A user's operator as a module at a URL. */
function moduleOf(process: string, more = ''): string {
  const text = `export default {
    name: 'mine', summary: 'a test', params: {},
    outputs: () => ({ x: { kind: 'each', shape: [], dtype: 'float64' } }),
    process(tile, state, out) { ${process} }, ${more} }`;
  return `data:text/javascript,${encodeURIComponent(text)}`;
}

const only = { dtypes: ['uint16'] as const };

test('an operator that looks at its frames alone passes', async () => {
  const module = moduleOf(
    'const n = tile.data.length / tile.count; for (let i = 0; i < tile.count; i++) out.x[i] = tile.data[i * n];',
  );
  await testOperator({ name: 'mine', module }, only);
});

test('an operator that depends on its tiles is found out', async () => {
  const module = moduleOf('for (let i = 0; i < tile.count; i++) out.x[i] = tile.count;');
  await expect(testOperator({ name: 'mine', module }, only)).rejects.toThrow(
    /tiles of 1.*element 0 is 1 instead of 20/,
  );
});

test('an operator that merges wrongly is found out', async () => {
  const more = `outputs: () => ({ n: { kind: 'whole', shape: [], dtype: 'float64', merge: 'max' } }),
    process(tile, state, out) { out.n[0] = Math.max(out.n[0], 0) + tile.count; },`;
  await expect(testOperator({ name: 'mine', module: moduleOf('', more) }, only)).rejects.toThrow(
    /3 workers.*n: element 0 is \d+ instead of 20/,
  );
});

test('a source with other numbers than expected is found out', async () => {
  const source = openArray([2, 2, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  const expected = { shape: [2, 2, 2], dtype: 'uint8', data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 9) };
  await expect(testFormat(source, expected)).rejects.toThrow('element 7 is 8 instead of 9');
  await expect(testFormat(source, { ...expected, shape: [2, 4] })).rejects.toThrow('shape 2,2,2 instead of 2,4');
  await expect(testFormat(source, { ...expected, dtype: 'int8' })).rejects.toThrow('dtype uint8 instead of int8');
});

test('tolerances are relative to the largest value, and not-a-number equals itself', () => {
  const expected = Float64Array.of(100, 1, Number.NaN);
  compareData(expected, Float64Array.of(100, 1.09, Number.NaN), 1e-3, 'x');
  expect(() => compareData(expected, Float64Array.of(100, 1.11, Number.NaN), 1e-3, 'x')).toThrow('element 1');
  expect(() => compareData(expected, Float64Array.of(100, 1, 0), 1e-3, 'x')).toThrow('element 2');
  expect(() => compareData(expected, Float64Array.of(Number.NaN, 1, Number.NaN), 1, 'x')).toThrow('element 0');
});
