import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitshuffleScratch, makeBitshuffle, makeBitshuffleParts } from '../../dist/codecs/bitshuffle.js';
import { blockElementsOf, transposeBits } from '../../dist/codecs/bitshuffle-blocks.js';
import { ARENA_BASE, Arena, makeMemory } from '../../dist/core/arena.js';
import { SourceError } from '../../dist/core/errors.js';
import { damaged } from './damage.js';
import { encodeLz4 } from './encoders.js';
import { makeGuarded } from './guardedblock.js';
import { KINDS, sample } from './streams.js';

type Inner = 'none' | 'lz4';

const LARGEST = 40_000;
const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16] as const;

function filterOf<I extends Inner>(inner: I, elementBytes: number, blockElements = 0) {
  return { name: 'bitshuffle', elementBytes, blockElements, inner } as const;
}

function makeDecode(inner: Inner, elementBytes: number, blockElements = 0) {
  const filter = filterOf(inner, elementBytes, blockElements);
  return makeGuarded((context) => makeBitshuffle(filter, context), bitshuffleScratch(filter, LARGEST), LARGEST);
}

function bigEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256);
}

/** A chunk as bitshuffle stores it: blocks of bit planes, elements that fill no eight raw behind them. */
function encode(bytes: Uint8Array, inner: Inner, elementBytes: number, blockElements = 0): Uint8Array {
  const block = elementBytes * blockElementsOf(elementBytes, blockElements);
  const eights = bytes.length - (bytes.length % (8 * elementBytes));
  const out: number[] = inner === 'lz4' ? [...bigEndian(bytes.length, 8), ...bigEndian(block, 4)] : [];
  for (let at = 0; at < eights; at += block) {
    const part = bytes.subarray(at, Math.min(eights, at + block));
    const planes = new Uint8Array(part.length);
    transposeBits(part, planes, elementBytes);
    const stored = inner === 'lz4' ? encodeLz4(planes) : planes;
    if (inner === 'lz4') out.push(...bigEndian(stored.length, 4));
    for (const byte of stored) out.push(byte);
  }
  return Uint8Array.from([...out, ...bytes.subarray(eights)]);
}

/** Elements as detectors give them: few low bits, some large, some all ones. */
function counts(count: number, elementBytes: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(count * elementBytes);
  const low = sample('counts', 2 * count, seed);
  for (let i = 0; i < count; i++) {
    bytes[i * elementBytes] = low[2 * i] ?? 0;
    if (i % 300 === 299) bytes.fill(255, i * elementBytes, (i + 1) * elementBytes);
    if (i % 1000 > 700) bytes[i * elementBytes + elementBytes - 1] = i & 3;
  }
  return bytes;
}

describe('bit planes', () => {
  it('are those of the definition', () => {
    // Elements 1, 2, 3, ... of two bytes: bit 0 of the first eight is 10101010 from the highest bit down.
    const planes = new Uint8Array(32);
    transposeBits(
      Uint8Array.from({ length: 32 }, (_, i) => (i % 2 ? 0 : i / 2 + 1)),
      planes,
      2,
    );
    expect([...planes.subarray(0, 4)]).toEqual([0b01010101, 0b01010101, 0b01100110, 0b01100110]);
    expect([...planes.subarray(6, 10)]).toEqual([0b10000000, 0b01111111, 0, 0b10000000]);
    expect(planes.subarray(10).every((byte) => byte === 0)).toBe(true);
  });

  it('come in blocks of 8 KiB, in eights, of 128 elements at least', () => {
    expect([1, 2, 3, 4, 7, 8, 100].map((size) => blockElementsOf(size, 0))).toEqual([
      8192, 4096, 2728, 2048, 1168, 1024, 128,
    ]);
    expect(blockElementsOf(4, 24)).toBe(24);
  });
});

describe('bitshuffle that states blocks of more than 4 GiB', () => {
  it.each([2 ** 31 + 8, 2 ** 31, 2 ** 32 - 8])('of %i elements, takes a chunk for one block', (blockElements) => {
    const bytes = counts(1003, 2, 7);
    const chunk = encode(bytes, 'none', 2, blockElements);
    const { bytes: decoded } = makeDecode('none', 2, blockElements)(chunk, bytes.length, 0x5a);
    expect(Buffer.compare(decoded ?? Buffer.alloc(0), bytes)).toBe(0);
  });
});

for (const inner of ['none', 'lz4'] as const) {
  describe(`bitshuffle, ${inner === 'lz4' ? 'LZ4' : 'not compressed'}`, () => {
    for (const elementBytes of SIZES) {
      it(`is undone for elements of ${elementBytes} bytes, whole and cut blocks, and a rest of up to seven`, () => {
        const decoders = [0, 8, 24, 136, 264].map(
          (blockElements) => [blockElements, makeDecode(inner, elementBytes, blockElements)] as const,
        );
        const run = fc.property(fc.nat(2300), fc.constantFrom('detector', ...KINDS), fc.nat(255), (n, kind, poison) => {
          const bytes = kind === 'detector' ? counts(n, elementBytes, n) : sample(kind, n * elementBytes, n);
          const [blockElements, decode] = decoders[n % decoders.length] ?? [0, makeDecode(inner, elementBytes)];
          const { bytes: decoded, failure } = decode(
            encode(bytes, inner, elementBytes, blockElements),
            bytes.length,
            poison,
          );
          expect(failure).toBe(null);
          expect(Buffer.compare(decoded ?? new Uint8Array(), bytes)).toBe(0);
        });
        fc.assert(run, { numRuns: 30 });
      });
    }

    it('damaged in 10,000 ways ends with one verdict and nothing out of place', () => {
      let run = 0;
      const seen = new Set<string | null>();
      for (const elementBytes of [1, 2, 3, 4, 8]) {
        const decode = makeDecode(inner, elementBytes);
        const streams = [0, 8, 64].flatMap((blockElements, i) => [
          encode(counts(83 + 20 * i, elementBytes, i), inner, elementBytes, blockElements),
          encode(sample('zeros', (75 + i) * elementBytes, i), inner, elementBytes, blockElements),
        ]);
        for (const stream of damaged(streams, 2000, elementBytes)) {
          seen.add(decode(stream, 123 * elementBytes, (run++ * 37) & 255).failure);
        }
      }
      expect(run).toBe(10_000);
      expect(seen.size).toBe(inner === 'lz4' ? 6 : 2);
    });
  });
}

describe('a chunk of bitshuffle', () => {
  const decode = makeDecode('lz4', 4);
  const bytes = counts(2100, 4, 1);
  const stored = encode(bytes, 'lz4', 4);
  const changed = (at: number, ...values: readonly number[]) => {
    const copy = Uint8Array.from(stored);
    copy.set(values, at);
    return decode(copy, bytes.length, 0x33).failure?.replace('does not decode as bitshuffle: ', '') ?? null;
  };

  it('is refused for what its header says', () => {
    expect(changed(0)).toBe(null);
    expect(changed(0, ...bigEndian(bytes.length + 4, 8))).toBe('more output than expected');
    expect(changed(0, ...bigEndian(2 ** 62, 8))).toBe('more output than expected');
    expect(changed(0, ...bigEndian(bytes.length - 1, 8))).toBe('a block does not decode to its size');
    expect(changed(8, ...bigEndian(0, 4))).toBe('impossible block size');
    expect(changed(8, ...bigEndian(8192 + 16, 4))).toBe('impossible block size');
    expect(changed(8, ...bigEndian(4096, 4))).toBe('more output than expected');
    expect(changed(12, 255)).toBe('input ends too early');
  });

  it('takes blocks larger than 64 KiB only when the filter states them', () => {
    const large = new Uint8Array(100_000);
    const outcome = (blockElements: number) => {
      const filter = filterOf('lz4', 4, blockElements);
      const guarded = makeGuarded(
        (context) => makeBitshuffle(filter, context),
        bitshuffleScratch(filter, 100_000),
        100_000,
      );
      return guarded(encode(large, 'lz4', 4, 25_000), 100_000, 0x44).failure;
    };
    expect(outcome(0)).toBe('does not decode as bitshuffle: impossible block size');
    expect(outcome(25_000)).toBe(null);
    expect(outcome(2 ** 30)).toBe(null);
  });

  it('cannot have blocks that are no eights, or elements without bytes', () => {
    const arena = new Arena(makeMemory(2 ** 17), ARENA_BASE, 2 ** 17);
    const make = (inner: Inner, elementBytes: number, blockElements: number) => () =>
      makeBitshuffle(filterOf(inner, elementBytes, blockElements), {
        chunkBytes: 64,
        elementBytes: 4,
        arena,
        kernel: 'ts',
      });
    expect(make('none', 4, 12)).toThrow(SourceError);
    expect(make('none', 0, 8)).toThrow(SourceError);
    expect(make('lz4', 2 ** 31, 8)).toThrow('impossible');
  });
});

describe('parts of a chunk', () => {
  for (const kernel of ['wasm', 'ts'] as const) {
    it(`make up the whole, each writing its own alone (${kernel})`, () => {
      const bytes = counts(8203, 2, 5);
      const stored = encode(bytes, 'lz4', 2, 512);
      const filter = filterOf('lz4', 2, 512);
      const memory = makeMemory(2 ** 19);
      const arena = new Arena(memory, ARENA_BASE, 2 ** 19);
      const parts = makeBitshuffleParts(filter, { chunkBytes: bytes.length, elementBytes: 2, arena, kernel });
      const input = arena.bytes(stored.length);
      const output = arena.bytes(bytes.length);
      input.set(stored);
      const { blocks, blockBytes } = parts.layout(input);
      expect([blocks, blockBytes]).toEqual([17, 1024]);
      for (const size of [1, 2, 3, 17, 40]) {
        let done = 0;
        for (let rank = 0; rank < size; rank++) {
          const first = Math.floor((rank * blocks) / size);
          const end = Math.floor(((rank + 1) * blocks) / size);
          output.fill(0x6b);
          const part = parts.decode(input, output, first, end);
          expect(part.byteOffset - output.byteOffset).toBe(done);
          expect(Buffer.compare(part, bytes.subarray(done, done + part.length))).toBe(0);
          expect(output.subarray(0, done).every((byte) => byte === 0x6b)).toBe(true);
          done += part.length;
          expect(output.subarray(done).every((byte) => byte === 0x6b)).toBe(true);
        }
        expect(done).toBe(bytes.length);
      }
    });

    it(`are of a chunk that has the right size (${kernel})`, () => {
      const bytes = counts(100, 2, 5);
      const memory = makeMemory(2 ** 19);
      const arena = new Arena(memory, ARENA_BASE, 2 ** 19);
      const parts = makeBitshuffleParts(filterOf('lz4', 2), { chunkBytes: 300, elementBytes: 2, arena, kernel });
      const stored = encode(bytes, 'lz4', 2);
      const input = arena.bytes(stored.length);
      input.set(stored);
      expect(() => parts.decode(input, arena.bytes(300), 0, 1)).toThrow('decodes to 200 bytes instead of 300');
      expect(() => parts.decode(input.subarray(0, 5), arena.bytes(300), 0, 1)).toThrow('input ends too early');
    });
  }
});
