import { afterEach, describe, expect, test } from 'vitest';
import { defineOperator, openArray, openOperator, run } from '../../dist/index.js';

/** Values that are the same in every run, and no two frames alike. */
function frames(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(i * 0.37) * 100 + (i % 7));
}

const shape = [6, 16, 12];
const data = frames(6 * 16 * 12);
const cases = [
  ['mask', { detector: 'disk', outer: 5 }],
  ['com', {}],
  ['sum', {}],
  ['mean', {}],
  ['std', {}],
  ['max', {}],
  ['min', {}],
  ['copy', {}],
] as const;

describe.each(['wasm', 'ts'] as const)('with the %s kernel', (kernel) => {
  test.each(cases)('%s gives the bits of a run, again and again', async (name, values) => {
    const { arrays } = await run(name, openArray(shape, data), { values, layout: 'serial', kernel });
    const operator = await openOperator(name, { shape, dtype: 'float32', values, kernel });
    for (let round = 0; round < 3; round++) {
      operator.apply(frames(data.length).reverse());
      const results = operator.apply(data);
      expect(Object.keys(results).sort()).toEqual(arrays.map((one) => one.name).sort());
      for (const one of arrays) {
        expect(results[one.name]).toEqual(one.data);
        expect(operator.results[one.name]?.shape).toEqual(one.shape);
      }
    }
    operator.close();
  });
});

test('many tiles give what one does', async () => {
  const many = frames(600 * 64 * 64);
  const { arrays } = await run('com', openArray([600, 64, 64], many), { layout: 'serial' });
  const operator = await openOperator('com', { shape: [600, 64, 64], dtype: 'float32' });
  const results = operator.apply(many);
  for (const one of arrays) expect(results[one.name]).toEqual(one.data);
});

test('frames that are put into its memory need no copy, and fewer frames give fewer entries', async () => {
  const operator = await openOperator('mask', {
    shape,
    dtype: 'float32',
    values: { detector: 'disk', outer: 5 },
  });
  const whole = operator.apply(data).image?.slice();
  operator.input.set(data);
  expect(operator.apply().image).toEqual(whole);
  const three = operator.apply(data.subarray(0, 3 * 192)).image;
  expect(three).toEqual(whole?.subarray(0, 3));
  expect(operator.apply(data).image).toEqual(whole);
});

test('results go into arrays of the caller', async () => {
  const operator = await openOperator('copy', { shape, dtype: 'float32' });
  const [name = ''] = Object.keys(operator.results);
  const into = new Float32Array(data.length);
  const results = operator.apply(data, { [name]: into });
  expect(results[name]).toBe(into);
  expect(into).toEqual(data);
  operator.apply(frames(data.length).reverse());
  expect(into).toEqual(data);
});

test('one frame, or an operator as it was defined', async () => {
  const first = defineOperator({
    name: 'first',
    summary: 'first pixel',
    params: { factor: { kind: 'number', default: 2, help: 'Factor.' } },
    outputs: () => ({ first: { kind: 'each', shape: [], dtype: 'float64' } }),
    init: ({ values }) => values.factor,
    process: (tile, factor, out) => {
      if (Number.isNaN(tile.data[0])) throw new Error('no number');
      out.first[0] = factor * (tile.data[0] ?? 0);
    },
  });
  const operator = await openOperator(first, { frameShape: [4, 4], dtype: 'uint16', values: { factor: 3 } });
  expect([operator.kernel, operator.results]).toEqual(['ts', { first: { shape: [], dtype: 'float64' } }]);
  expect(operator.apply(new Uint16Array(16).fill(7)).first?.[0]).toBe(21);
  const floats = await openOperator(first, { frameShape: [2], dtype: 'float32' });
  expect(() => floats.apply(Float32Array.of(Number.NaN, 0))).toThrow(
    'Operator first, frames 0 to 0, failed: no number',
  );
  expect(floats.apply(Float32Array.of(1, 0)).first?.[0]).toBe(2);
});

describe('what cannot be meant', () => {
  const opened: { close(): void }[] = [];
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
  });

  test('is told when it is opened', async () => {
    const open = (name: string, options: object) => openOperator(name, options as never);
    await expect(open('maen', { shape, dtype: 'float32' })).rejects.toThrow(
      "There is no operator 'maen'. Did you mean",
    );
    await expect(open('mean', { dtype: 'float32' })).rejects.toMatchObject({ code: 'bad-shape' });
    await expect(open('mean', { shape: [2, 0], dtype: 'float32' })).rejects.toMatchObject({ code: 'bad-shape' });
    await expect(open('mean', { shape, dtype: 'float16' })).rejects.toMatchObject({ code: 'bad-dtype' });
    await expect(open('mean', { shape, frameShape: [12, 16], dtype: 'uint8' })).rejects.toMatchObject({
      code: 'bad-shape',
    });
    await expect(open('mask', { shape, dtype: 'uint8', values: { outr: 1 } })).rejects.toThrow('Did you mean --outer?');
    await expect(open('register', { shape, dtype: 'float32' })).rejects.toThrow('goes over its frames several times');
    await expect(open('mean', { shape: [4096, 1024, 1024], dtype: 'uint8' })).rejects.toMatchObject({
      kind: 'PlanError',
      code: 'memory-window',
    });
  });

  test('is told when it is called', async () => {
    const mean = await openOperator('mean', { shape, dtype: 'float32' });
    opened.push(mean);
    expect(() => mean.apply(new Float64Array(data.length))).toThrow(
      'Operator mean was opened for frames of 6 x 16 x 12, 1152 numbers of float32, not 1152 numbers of float64.',
    );
    expect(() => mean.apply(data.subarray(0, 192))).toThrow('it takes no fewer');
    expect(() => mean.apply(data.subarray(0, 100))).toThrow('not 100 numbers of float32.');
    expect(() => mean.apply(data, { maen: new Float64Array(192) })).toThrow('Did you mean mean?');
    expect(() => mean.apply(data, { mean: new Float32Array(7) })).toThrow('numbers of');
    mean.close();
    expect(() => mean.apply(data)).toThrow('Operator mean was closed. Open it again.');
  });
});
