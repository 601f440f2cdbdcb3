import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allocate, DTYPES, type Dtype, type NumericArray } from '../../dist/core/dtype.js';
import {
  allocateShared,
  convert,
  convertInto,
  openArray,
  openConverter,
  PlanError,
  UsageError,
} from '../../dist/index.js';
import { convertElements } from '../../dist/kernels/convert-elements.js';

interface Case {
  readonly from: Dtype;
  readonly to: Dtype;
  readonly scale: number;
  readonly offset: number;
  readonly values: readonly (number | string)[];
  readonly expected: readonly (number | string)[];
}

// Made by NumPy, see conversions.py beside it.
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../golden/convert/conversions.json'), 'utf8'),
) as Case[];

const ways = {
  'ordinary memory': allocate,
  'shared buffers': (dtype: Dtype, length: number): NumericArray => allocate(dtype, length, true),
  'shared WebAssembly memory': allocateShared,
};

describe.each(Object.entries(ways))('arrays on %s', (_, make) => {
  it('become what NumPy makes of them', () => {
    expect(golden.length).toBe(320);
    for (const { from, to, scale, offset, values, expected } of golden) {
      // Eight at once, and what is left: every number comes to both places.
      const times = 9;
      const source = make(from, times * values.length);
      for (let i = 0; i < source.length; i++) source[i] = Number(values[i % values.length]);
      const target = make(to, source.length);
      convertInto(source, target, { scale, offset });
      const name = `${from} to ${to}, x ${scale} + ${offset}`;
      const wanted = Array.from({ length: times }, () => expected.map(Number)).flat();
      expect([name, ...target]).toEqual([name, ...wanted]);
    }
  });

  it('may be Buffers', () => {
    const bytes = make('uint8', 40).fill(200);
    const buffer = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset + 3, 20);
    const target = make('float32', 20);
    convertInto(buffer, target, { scale: 0.5 });
    expect([...target]).toEqual(Array(20).fill(100));
  });

  it('keep what lies around them', () => {
    const whole = make('uint8', 32).fill(7);
    const target = whole.subarray(3, 14);
    const source = make('float32', 20).fill(300).subarray(5, 16);
    convertInto(source, target);
    expect([...whole]).toEqual([7, 7, 7, ...Array(11).fill(255), ...Array(18).fill(7)]);
  });
});

it('the definition in plain TypeScript gives the same', () => {
  for (const { from, to, scale, offset, values, expected } of golden) {
    const source = DTYPES[from].array.from(values.map(Number));
    const target = new DTYPES[to].array(source.length);
    convertElements(source, target, scale, offset === 0 ? -0 : offset);
    expect([...target]).toEqual(expected.map(Number));
  }
});

describe('NaN', () => {
  const source = Float64Array.of(1, 2, Number.NaN, 4, 5, 6, 7, 8, 9, 10);

  it('is 0 among integers, or an error that says where', () => {
    expect([...convert(source, 'uint8')]).toEqual([1, 2, 0, 4, 5, 6, 7, 8, 9, 10]);
    expect(() => convert(source, 'int16', { nan: 'error' })).toThrow(/Element 2 is NaN/);
    expect(() => convert(Float32Array.of(1, Number.NaN), 'int16', { nan: 'error' })).toThrow(/Element 1 is NaN/);
  });

  it('also when infinity takes itself away', () => {
    const large = Float64Array.of(Number.POSITIVE_INFINITY);
    expect([...convert(large, 'uint8', { scale: 0 })]).toEqual([0]);
    expect(() => convert(large, 'uint8', { scale: 0, nan: 'error' })).toThrow(/Element 0 is NaN/);
  });

  it('stays itself among floats', () => {
    expect(convert(source, 'float32', { nan: 'error' })[2]).toBeNaN();
  });
});

describe('a converter', () => {
  const length = 3_000_001;
  const fill = (array: NumericArray): NumericArray => {
    for (let i = 0; i < array.length; i++) array[i] = Math.sin(i);
    return array;
  };
  const expected = convert(fill(new Float64Array(length)), 'float32');

  it('shares arrays on shared memory among its threads', { timeout: 30_000 }, async () => {
    await using crew = openConverter({ workers: 3 });
    for (const make of [ways['shared WebAssembly memory'], ways['shared buffers']]) {
      const [source, target] = [fill(make('float64', length)), make('float32', length)];
      expect(await crew.convertInto(source, target)).toEqual({ workers: 3, reason: null });
      expect(Buffer.compare(Buffer.from(target.slice().buffer), Buffer.from(expected.buffer))).toBe(0);
      // Two at once: every one is whole when it says so.
      const bytes = [make('uint8', length), make('uint8', length)];
      const both = bytes.map((array, i) => crew.convertInto(source, array, { scale: 100 * (i + 1), offset: 128 }));
      await Promise.all(both);
      expect(bytes.map((array) => array[length - 1])).toEqual(
        [100, 200].map((scale) => convert(source.slice(length - 1), 'uint8', { scale, offset: 128 })[0]),
      );
    }
  });

  it('says when the calling thread does it', async () => {
    await using crew = openConverter({ workers: 1 });
    const source = new Float64Array(length).fill(2);
    const target = new Float32Array(length);
    expect(await crew.convertInto(source, target)).toEqual({
      workers: 0,
      reason: 'an array lies on memory that is not shared',
    });
    expect(target[length - 1]).toBe(2);
    const small = await crew.convertInto(allocateShared('float64', 4), allocateShared('uint8', 4));
    expect(small).toEqual({ workers: 0, reason: 'a block is all there is' });
  });

  it('passes errors on, and refuses work once it is closed', async () => {
    const crew = openConverter({ workers: 2 });
    const source = allocateShared('float64', length);
    source[length - 2] = Number.NaN;
    const target = allocateShared('uint8', length);
    await expect(crew.convertInto(source, target, { nan: 'error' })).rejects.toThrow(/Element 2999999 is NaN/);
    await crew.close();
    await expect(crew.convertInto(source, target)).rejects.toThrow(/ended/);
    expect(() => openConverter({ workers: 0 })).toThrow(UsageError);
  });
});

describe('arrays that do not go together', () => {
  it('are refused before anything is written', () => {
    const source = Float64Array.of(1, 2);
    expect(() => convertInto(source, new Float32Array(3))).toThrow(/2 elements do not go into an array of 3/);
    expect(() => convertInto(source, new Float32Array(source.buffer, 4, 2))).toThrow(/share bytes/);
    expect(() => convertInto(source, new Float32Array(2), { scale: Number.NaN })).toThrow(
      /scale must be a finite number/,
    );
    expect(() => convert(source, 'uint8', { nan: 'zeros' as 'zero' })).toThrow(/nan is 'zero' or 'error'/);
    expect([...convert(new Float64Array(0), 'uint8')]).toEqual([]);
  });

  it('are refused when they are no typed arrays of known types', async () => {
    const wrong = (array: unknown) => array as NumericArray;
    expect(() => convert(wrong([1, 2]), 'uint8')).toThrow(/must be a typed array of uint8, .*, not Array\./);
    expect(() => convert(wrong(new BigInt64Array(2)), 'uint8')).toThrow(/not BigInt64Array/);
    expect(() => convertInto(new Float32Array(2), wrong(new Uint8ClampedArray(2)))).toThrow(/not Uint8ClampedArray/);
    expect(() => convert(new Float32Array(2), 'float16' as Dtype)).toThrow(/converted to uint8, .*, not to float16/);
    expect(() => openArray([3, 1, 1], wrong([1, 2, 3]))).toThrow(UsageError);
    await using crew = openConverter({ workers: 1 });
    await expect(crew.convertInto(wrong([1]), new Float32Array(1))).rejects.toThrow(UsageError);
  });

  it('are not allocated', () => {
    expect(() => allocateShared('float64', 2 ** 29)).toThrow(PlanError);
    expect(() => allocateShared('float64', 1.5)).toThrow(/whole number of elements/);
    expect(() => allocateShared('float64', -1)).toThrow(UsageError);
  });
});

it('shared arrays lie apart, are zero, and go on in a second memory when the first is full', () => {
  const [a, b] = [allocateShared('uint16', 5), allocateShared('float64', 3)];
  a.fill(9);
  expect([...b]).toEqual([0, 0, 0]);
  const large = allocateShared('uint8', 2 ** 32 - 2 ** 21);
  const next = allocateShared('float32', 2).fill(1.5);
  expect([...convert(next, 'float64')]).toEqual([1.5, 1.5]);
  // Memories differ: their elements go through the window.
  convertInto(large.subarray(0, 3), a.subarray(0, 3));
  expect([...a]).toEqual([0, 0, 0, 9, 9]);
});
