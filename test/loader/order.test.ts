import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutWindows } from '../../dist/core/series.js';
import type { Source } from '../../dist/core/source.js';
import { inPieces, makeOrder, permutation } from '../../dist/loader/order.js';
import { type Parts, splitSamples } from '../../dist/loader/split.js';

describe('shuffled order', () => {
  test.each([1, 2, 3, 4, 5, 16, 17, 100, 1000, 4097])('of %i samples holds each of them once', (count) => {
    const at = permutation(count, 7, 3);
    const seen = Array.from({ length: count }, (_, place) => at(place)).sort((a, b) => a - b);
    expect(seen).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  test('of any number of samples, for any seed and epoch, is a permutation', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.maxSafeInteger(), fc.nat(), (count, seed, epoch) => {
        const at = permutation(count, seed, epoch);
        const seen = new Uint8Array(count);
        for (let place = 0; place < count; place++) seen[at(place)] = 1;
        return !seen.includes(0);
      }),
    );
  });

  test('depends on seed and epoch, and on nothing else', () => {
    const list = (seed: number, epoch: number) => Array.from({ length: 50 }, (_, i) => permutation(50, seed, epoch)(i));
    expect(list(7, 0)).toEqual(list(7, 0));
    expect(list(7, 0)).not.toEqual(list(7, 1));
    expect(list(7, 0)).not.toEqual(list(8, 0));
    expect(list(0, 1)).not.toEqual(list(1, 0));
    expect(list(2 ** 32 + 7, 0)).not.toEqual(list(7, 0));
  });

  test('reaches far: 4 thousand million samples need no table', () => {
    const at = permutation(2 ** 32, 1, 0);
    expect(new Set([0, 1, 2, 2 ** 32 - 1].map(at)).size).toBe(4);
    expect(at(2 ** 32 - 1)).toBeLessThan(2 ** 32);
  });

  test('puts every sample in every place about as often', () => {
    // 6 samples, 3000 epochs: 500 expected in each cell, standard deviation 20.
    const cells = new Uint32Array(36);
    for (let epoch = 0; epoch < 3000; epoch++) {
      const at = permutation(6, 11, epoch);
      for (let place = 0; place < 6; place++) cells[place * 6 + at(place)] = (cells[place * 6 + at(place)] ?? 0) + 1;
    }
    for (const cell of cells) expect(Math.abs(cell - 500)).toBeLessThan(100);
  });

  test('all orders of three samples come up', () => {
    const orders = new Set<string>();
    for (let epoch = 0; epoch < 200; epoch++) orders.add([0, 1, 2].map(permutation(3, 5, epoch)).join(''));
    expect(orders.size).toBe(6);
  });

  test('is cut into batches; the last one may be short, or left out', () => {
    const order = makeOrder(Uint32Array.of(10, 20, 30, 40, 50), 5, 2, false, null, 0);
    expect([order.batches, [...order.of(0)], [...order.of(2)]]).toEqual([3, [10, 20], [50]]);
    expect(makeOrder(null, 5, 2, true, null, 0).batches).toBe(2);
    const shuffled = makeOrder(Uint32Array.of(10, 20, 30, 40, 50), 5, 5, false, 1, 0);
    expect([...shuffled.of(0)].sort((a, b) => a - b)).toEqual([10, 20, 30, 40, 50]);
  });
});

test('batches in parts hold the same samples in the same order, and none is empty', () => {
  const sizes = fc.record({
    samples: fc.integer({ min: 1, max: 200 }),
    batch: fc.integer({ min: 1, max: 40 }),
    piece: fc.integer({ min: 1, max: 40 }),
    dropLast: fc.boolean(),
  });
  fc.assert(
    fc.property(sizes, ({ samples, batch, piece, dropLast }) => {
      const order = makeOrder(null, samples, batch, dropLast, 3, 1);
      const pieces = Math.ceil(batch / Math.ceil(batch / Math.ceil(batch / piece)));
      const parts = inPieces(order, pieces);
      const all = ({ batches, of }: typeof order) => Array.from({ length: batches }, (_, number) => [...of(number)]);
      const lengths = all(parts).map(({ length }) => length);
      expect(all(parts).flat()).toEqual(all(order).flat());
      expect(lengths.every((length) => length > 0 && length <= parts.batch)).toBe(true);
    }),
  );
});

/** Windows over segments of some lengths, `segmentsEach` of them a recording. */
function windows(lengths: readonly number[], cut = { length: 8, step: 2 }, channels = 1, segmentsEach = 1): Source {
  const segments = lengths.map((length, i) => ({
    values: new Float64Array(length * channels),
    ...{ length, label: 0, recording: Math.floor(i / segmentsEach), start: 0 },
  }));
  const names = Array.from({ length: channels }, (_, c) => `c${c}`);
  const made = cutWindows({ channels: names, classes: ['one'], segments, interval: 0 }, cut);
  return { format: 'test', location: 'windows', notes: [], ...made };
}

const used = ({ train, validation, test: rest }: Parts): number => train.length + validation.length + rest.length;

/** First and last point of a window on the line of all values. */
function points({ handle }: Source, position: number, length = 8): readonly [number, number] {
  const first = handle.kind === 'windows' ? (handle.first[position] ?? 0) : 0;
  return [first, first + length - 1];
}

describe('split', () => {
  test('by group keeps recordings whole, and every part wished for has one', () => {
    const source = windows([40, 8, 40, 100, 30, 9, 50]);
    const groups = source.groups ?? new Int32Array(0);
    for (let seed = 0; seed < 20; seed++) {
      const parts = splitSamples(source, { by: 'group', train: 0.6, validation: 0.2, seed });
      const of = (part: Uint32Array) => new Set([...part].map((position) => groups[position]));
      const [train, validation, rest] = [of(parts.train), of(parts.validation), of(parts.test)];
      expect(train.size + validation.size + rest.size).toBe(7);
      expect(new Set([...train, ...validation, ...rest]).size).toBe(7);
      expect(Math.min(train.size, validation.size, rest.size)).toBeGreaterThan(0);
      expect(used(parts)).toBe(groups.length);
    }
  });

  test('two recordings are one for training and one for testing', () => {
    const parts = splitSamples(windows([40, 40]), { by: 'group', train: 0.8 });
    expect([parts.train.length, parts.test.length]).toEqual([17, 17]);
  });

  test('by group depends on its seed', () => {
    const source = windows(Array.from({ length: 20 }, () => 20));
    const list = (seed: number) => [...splitSamples(source, { by: 'group', train: 0.5, seed }).train];
    expect(list(1)).toEqual(list(1));
    expect(list(1)).not.toEqual(list(2));
  });

  test('by time leaves a gap, so that no point is in two parts', () => {
    const source = windows([100, 60]);
    const parts = splitSamples(source, { by: 'time', train: 0.6, validation: 0.2 });
    const reach = (part: Uint32Array) => [...part].map((position) => points(source, position));
    for (const [one, other] of [
      [parts.train, parts.validation],
      [parts.train, parts.test],
      [parts.validation, parts.test],
    ] as const) {
      expect(Math.min(one.length, other.length)).toBeGreaterThan(0);
      for (const [a, b] of reach(one)) for (const [c, d] of reach(other)) expect(b < c || d < a).toBe(true);
    }
    // 47 windows of the first recording, 27 of the second; three windows overlap each edge.
    expect(used(parts)).toBe(47 + 27 - 2 * 2 * 3);
  });

  test('of windows of any length and step keeps points, or recordings, apart', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 });
    const shares = fc.record({
      train: fc.double({ min: 0.05, max: 0.9, noNaN: true }),
      rest: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const cuts = fc.record({ length: fc.integer({ min: 1, max: 12 }), step: fc.integer({ min: 1, max: 14 }) });
    fc.assert(
      fc.property(lengths, cuts, shares, fc.nat(99), (segments, cut, { train, rest }, seed) => {
        const source = windows(segments, cut, 2, 1 + (seed % 3));
        const count = source.groups?.length ?? 0;
        const validation = rest * (1 - train);
        for (const by of ['group', 'time'] as const) {
          const parts = Object.values(splitSamples(source, { by, train, validation, seed }));
          const owner = new Map<number, number>();
          for (const [number, part] of parts.entries()) {
            for (const position of part) {
              const [first, last] = points(source, position, cut.length);
              const held =
                by === 'group'
                  ? [source.groups?.[position] ?? -1]
                  : Array.from({ length: last - first + 1 }, (_, k) => first + k);
              for (const one of held) {
                expect(owner.get(one) ?? number).toBe(number);
                owner.set(one, number);
              }
            }
          }
          const positions = parts.flatMap((part) => [...part]);
          expect(new Set(positions).size).toBe(positions.length);
          if (by === 'group' || cut.step >= cut.length) expect(positions.length).toBe(count);
        }
      }),
    );
  });

  test('by time leaves nothing out where windows do not overlap', () => {
    const { handle, ...rest } = windows([100]);
    const stack = { ...handle.stack, stackShape: [10] };
    const source: Source = { ...rest, handle: { kind: 'memory', stack, bytes: new Uint8Array(0) } };
    const { groups: _, ...plain } = source;
    const parts = splitSamples(plain, { by: 'time', train: 0.7, validation: 0.1 });
    expect([[...parts.train], [...parts.validation], [...parts.test]]).toEqual([[0, 1, 2, 3, 4, 5, 6], [7], [8, 9]]);
    expect(() => splitSamples(plain, { by: 'group', train: 0.7 })).toThrow(
      /does not say which samples belong together/,
    );
  });

  test.each([
    [0, 0],
    [1.2, 0],
    [0.8, 0.3],
    [0.5, -0.1],
    [Number.NaN, 0],
  ])('refuses parts of %d and %d', (train, validation) => {
    expect(() => splitSamples(windows([40]), { by: 'time', train, validation })).toThrow(/parts of 1/);
  });

  test('everything may be for training', () => {
    const parts = splitSamples(windows([40, 20]), { by: 'group', train: 1 });
    expect([parts.train.length, parts.validation.length, parts.test.length]).toEqual([24, 0, 0]);
  });
});
