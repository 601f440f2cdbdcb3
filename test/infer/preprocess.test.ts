import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { greyOf } from '../../dist/infer/image.js';
import { probabilitiesOf, topOf } from '../../dist/infer/predictions.js';
import { preparationOf } from '../../dist/infer/preparation.js';
import { prepare } from '../../dist/infer/preprocess.js';
import { resample } from '../../dist/infer/resample.js';
import type { Wanted } from '../../dist/infer/wanted.js';

interface Resized {
  readonly kind: 'uint8' | 'uint16' | 'float32';
  readonly shape: readonly [number, number, number];
  readonly to: readonly [number, number];
  readonly pixels?: readonly number[];
  readonly sha256?: string;
}

interface Prepared {
  readonly shape: readonly [number, number, number];
  readonly resize: number;
  readonly crop: number;
  readonly sha256: string;
  readonly first: readonly number[];
}

// What PIL and torchvision make of the same images; how it was made stands in resize.py.
const golden: {
  readonly resized: readonly Resized[];
  readonly prepared: readonly Prepared[];
  readonly grey: readonly number[];
  readonly softmax: readonly (readonly number[])[];
} = JSON.parse(readFileSync(new URL('../golden/infer/resize.json', import.meta.url), 'utf8'));

function image([height, width, channels]: readonly [number, number, number]): Uint8Array {
  const data = new Uint8Array(height * width * channels);
  let at = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) data[at++] = (y * 37 + x * 101 + c * 53 + ((x * y) % 29) * 7) % 256;
  return data;
}

const KINDS = {
  uint8: (data: Uint8Array) => data,
  uint16: (data: Uint8Array) => Uint16Array.from(data, (value) => value * 257),
  float32: (data: Uint8Array) => Float32Array.from(data, (value) => value / 255),
} as const;

const digest = (data: Uint8Array | Float32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');

const PHOTOS: Wanted = {
  ...{ input: 'image', output: 'logits', layout: 'nchw', batch: null },
  ...{ channels: 3, height: null, width: null },
};

describe('resizing', () => {
  it.each(golden.resized)('gives the pixels of PIL ($kind, $shape to $to)', ({ kind, shape, to, pixels, sha256 }) => {
    const [height, width] = to;
    const cut = { height, width, top: 0, left: 0, rows: height, columns: width };
    const made = resample(KINDS[kind](image(shape)), shape, cut);
    if (pixels) expect([...made]).toEqual(pixels);
    else expect(digest(made)).toBe(sha256);
  });

  it.each([1, 2, 3, 4, 5])('has the same bits from the kernel and the definition (%i channels)', (channels) => {
    for (const [h, w, rows, columns] of [
      [37, 53, 16, 16],
      [8, 9, 31, 29],
      [64, 64, 64, 7],
      [1, 300, 1, 19],
    ] as const) {
      const data = image([h, w, channels]);
      const cut = { height: rows + 2, width: columns + 3, top: 1, left: 2, rows, columns };
      const known = resample(data, [h, w, channels], cut, 'ts');
      expect([...resample(data, [h, w, channels], cut)]).toEqual([...known]);
    }
  });

  it('of a part gives that part of the whole', () => {
    const data = image([40, 50, 3]);
    const all = { height: 20, width: 30, top: 0, left: 0, rows: 20, columns: 30 };
    const whole = Uint8Array.from(resample(data, [40, 50, 3], all));
    const part = resample(data, [40, 50, 3], { height: 20, width: 30, top: 7, left: 5, rows: 6, columns: 11 });
    const rows = Array.from({ length: 6 }, (_, y) => [
      ...whole.subarray(((y + 7) * 30 + 5) * 3, ((y + 7) * 30 + 16) * 3),
    ]);
    expect([...part]).toEqual(rows.flat());
  });
});

describe('preparing', () => {
  it.each(golden.prepared)('gives the tensors of torchvision, bit for bit ($shape)', (known) => {
    const preparation = preparationOf(PHOTOS, { resize: known.resize, crop: known.crop });
    const { data, shape } = prepare({ data: image(known.shape), shape: known.shape }, preparation);
    expect(shape).toEqual([1, 3, known.crop, known.crop]);
    expect([...data.subarray(0, 8)]).toEqual(known.first);
    expect(digest(data)).toBe(known.sha256);
  });

  it('makes grey as PIL does', () => {
    const made = greyOf({ data: image([11, 13, 3]), height: 11, width: 13, channels: 3, planar: false });
    expect([...made.data]).toEqual(golden.grey);
  });

  it('scales integers by the limits of their dtype, others by the range that is told', () => {
    const one: Wanted = { ...PHOTOS, channels: 1, height: 1, width: 3 };
    const of = (data: Uint16Array | Int8Array | Float64Array, range?: readonly [number, number]) => {
      const preparation = preparationOf(one, { resize: 'none', ...(range ? { range } : {}) });
      return [...prepare({ data, shape: [1, 3] }, preparation).data];
    };
    expect(of(Uint16Array.of(0, 13107, 65535))).toEqual([0, Math.fround(0.2), 1]);
    expect(of(Uint16Array.of(0, 819, 4095), [0, 4095])).toEqual([0, Math.fround(0.2), 1]);
    expect(of(Int8Array.of(-128, -77, 127))).toEqual([0, Math.fround(0.2), 1]);
    expect(of(Float64Array.of(-1, 0.25, 7))).toEqual([-1, 0.25, 7]);
  });

  it('puts channels where the network has them, and repeats grey', () => {
    const small = { ...PHOTOS, height: 1, width: 2 };
    const plain = { preset: 'plain', resize: 'none' } as const;
    const rgb = { data: Uint8Array.of(0, 51, 102, 153, 204, 255), shape: [1, 2, 3] };
    const unit = (...values: number[]) => values.map((value) => Math.fround(value / 255));
    expect([...prepare(rgb, preparationOf(small, plain)).data]).toEqual(unit(0, 153, 51, 204, 102, 255));
    const last = preparationOf({ ...small, layout: 'nhwc' }, plain);
    expect(prepare(rgb, last)).toEqual({
      data: Float32Array.of(...unit(0, 51, 102, 153, 204, 255)),
      shape: [1, 1, 2, 3],
    });
    const three = { ...PHOTOS, height: 8, width: 8 };
    const deep = { data: image([3, 20, 20]), shape: [3, 20, 20] };
    const [, ...others] = [0, 1, 2].map(
      (c) =>
        prepare(
          { data: deep.data.subarray(c * 400, c * 400 + 400), shape: [20, 20] },
          preparationOf({ ...three, channels: 1 }),
        ).data,
    );
    const planar = prepare(deep, preparationOf(three, { preset: 'plain' })).data;
    expect([...planar.subarray(64)]).toEqual(others.flatMap((plane) => [...plane]));
    const planes = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 1, 2] };
    expect([...prepare(planes, last).data]).toEqual([1, 3, 5, 2, 4, 6]);
    const grey = { data: Uint8Array.of(51, 102), shape: [1, 2] };
    expect([...prepare(grey, preparationOf(small, plain)).data]).toEqual(unit(51, 102, 51, 102, 51, 102));
  });

  it.each([
    [{ crop: 300, resize: 256 }, /crop of 300 pixels does not fit images resized to 256/],
    [{ mean: [0.5, 0.5] }, /mean has 2 numbers, but the network takes 3 channels/],
    [{ std: 0 }, /std must be above 0/],
    [{ range: [1, 1] }, /range is two numbers, the smaller first/],
    [{ resize: 0.5 }, /resize is a whole number of pixels/],
  ] as const)('refuses %j', (options, message) => {
    expect(() => preparationOf(PHOTOS, options)).toThrow(message);
  });

  it('says what an image has that the network does not take', () => {
    const planes = preparationOf({ ...PHOTOS, channels: 5 }, { resize: 'none' });
    const rgb = { data: new Uint8Array(12), shape: [2, 2, 3] };
    expect(() => prepare(rgb, planes)).toThrow(/it has 3 channels, and the network takes 5/);
    const small = preparationOf({ ...PHOTOS, height: 4, width: 4 }, { resize: 'none', crop: 4 });
    expect(() => prepare(rgb, small)).toThrow(/it has 2 x 2 pixels, and 4 x 4 are wanted/);
    const floats = { data: Float32Array.of(0, Number.NaN, 0, 0), shape: [2, 2] };
    expect(() => prepare(floats, preparationOf({ ...PHOTOS, channels: 1 }))).toThrow(/NaN/);
    expect(() => prepare({ data: new Uint8Array(5), shape: [2, 2] }, small)).toThrow(/2 x 2 has 4 numbers, not 5/);
  });
});

describe('ranking', () => {
  it('is the soft-max of torch, without overflow', () => {
    const rows = [Float32Array.of(2, -1, 0.5, 8), Float32Array.of(-1000, 0, 1000, 999)];
    for (const [i, row] of rows.entries())
      expect([...probabilitiesOf(row)]).toEqual((golden.softmax[i] ?? []).map(Math.fround));
  });

  it('leaves probabilities alone unless told', () => {
    const given = Float32Array.of(0.25, 0.5, 0.25);
    expect(probabilitiesOf(given)).toBe(given);
    expect(probabilitiesOf(given, 'softmax')).not.toBe(given);
    expect(probabilitiesOf(Float32Array.of(3, 4), 'none')).toEqual(Float32Array.of(3, 4));
  });

  it('tells the first of equal ones first', () => {
    const top = topOf(Float32Array.of(0.2, 0.3, 0.2, 0.3), 3, ['a', 'b', 'c', 'd']);
    expect(top.map(({ label }) => label)).toEqual(['b', 'd', 'a']);
    expect(topOf(Float32Array.of(1), 5, null)).toEqual([{ class: 0, label: '0', probability: 1 }]);
  });
});
