import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeByteSwap } from '../../dist/codecs/byteswap.js';
import { makeUnshuffle, shuffle } from '../../dist/codecs/shuffle.js';

const INPUT = 65536;
const OUTPUT = 65536 * 3;
const POISON = 0x99;
const memory = new WebAssembly.Memory({ initial: 6, maximum: 6, shared: true });
const all = new Uint8Array(memory.buffer);

function place(at: number, bytes: Uint8Array): Uint8Array {
  all.fill(POISON, at - 64, at + bytes.length + 128);
  all.set(bytes, at);
  return all.subarray(at, at + bytes.length);
}

const isUntouched = (from: number, to: number) => all.subarray(from, to).every((byte) => byte === POISON);

describe('shuffle', () => {
  it('puts first bytes first, second bytes second, and the rest last', () => {
    expect([...shuffle(Uint8Array.of(1, 2, 3, 4, 5, 6, 7), 2)]).toEqual([1, 3, 5, 2, 4, 6, 7]);
    expect([...shuffle(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), 4)]).toEqual([1, 5, 2, 6, 3, 7, 4, 8, 9]);
  });

  for (const kernel of ['wasm', 'ts'] as const) {
    it(`leaves what is shorter than an element, however large that is (${kernel})`, () => {
      const input = place(INPUT, Uint8Array.of(1, 2, 3, 4, 5));
      const started = performance.now();
      expect([...makeUnshuffle(2 ** 32 - 1, memory, kernel)(input, place(OUTPUT, new Uint8Array(5)))]).toEqual([
        1, 2, 3, 4, 5,
      ]);
      expect(performance.now() - started).toBeLessThan(1000);
    });

    it(`is undone for any length and element size (${kernel})`, () => {
      const property = fc.property(
        fc.uint8Array({ maxLength: 1200, size: 'max' }),
        fc.integer({ min: 1, max: 17 }),
        (bytes, size) => {
          const input = place(INPUT + 5, shuffle(bytes, size));
          const output = place(OUTPUT, new Uint8Array(bytes.length));
          const result = makeUnshuffle(size, memory, kernel)(input, output);
          expect(Buffer.compare(result, bytes)).toBe(0);
          expect(
            isUntouched(OUTPUT - 64, OUTPUT) && isUntouched(OUTPUT + bytes.length + 64, OUTPUT + bytes.length + 128),
          ).toBe(true);
        },
      );
      fc.assert(property, { numRuns: 200 });
    });

    it(`is undone for the sizes of detector data (${kernel})`, () => {
      for (const size of [2, 4, 8]) {
        const bytes = Uint8Array.from({ length: 65_536 + size - 1 }, (_, i) => (i * i) >> 3);
        const result = makeUnshuffle(
          size,
          memory,
          kernel,
        )(place(INPUT, shuffle(bytes, size)), place(OUTPUT, new Uint8Array(bytes.length)));
        expect(Buffer.compare(result, bytes)).toBe(0);
      }
    });
  }
});

describe('byte swap', () => {
  for (const kernel of ['wasm', 'ts'] as const) {
    it(`turns elements as DataView reads them big-endian (${kernel})`, () => {
      for (const size of [2, 4, 8] as const) {
        for (let count = 0; count < 40; count++) {
          const bytes = Uint8Array.from({ length: count * size }, (_, i) => i * 37 + 1);
          const big = new DataView(bytes.buffer);
          const swapped = place(INPUT, bytes);
          makeByteSwap(size, memory, kernel)(swapped);
          const little = new DataView(memory.buffer, INPUT);
          for (let i = 0; i < count; i++) {
            const at = i * size;
            if (size === 2) expect(little.getUint16(at, true)).toBe(big.getUint16(at));
            if (size === 4) expect(little.getUint32(at, true)).toBe(big.getUint32(at));
            if (size === 8) expect(little.getBigUint64(at, true)).toBe(big.getBigUint64(at));
          }
          expect(isUntouched(INPUT - 64, INPUT) && isUntouched(INPUT + bytes.length, INPUT + bytes.length + 128)).toBe(
            true,
          );
        }
      }
    });

    it(`leaves single bytes (${kernel})`, () => {
      const bytes = place(INPUT, Uint8Array.of(1, 2, 3));
      makeByteSwap(1, memory, kernel)(bytes);
      expect([...bytes]).toEqual([1, 2, 3]);
    });
  }
});
