import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockCodec, blockKernel } from '../../dist/codecs/block.js';
import type { CodecContext } from '../../dist/codecs/codec.js';
import { makeEncoder } from '../../dist/codecs/encode.js';
import { decodeBlock, makeLz4 } from '../../dist/codecs/lz4.js';
import { lz4Wasm } from '../../dist/codecs/lz4.wasm.js';
import { encodeBlock, lz4Bound } from '../../dist/codecs/lz4-encode.js';
import { damaged } from './damage.js';
import { encodeLz4 } from './encoders.js';
import { makeGuarded } from './guardedblock.js';
import { KINDS, sample } from './streams.js';

const LARGEST = 70_000;
const block = makeGuarded(
  ({ arena, kernel }: CodecContext) =>
    blockCodec('lz4', 'LZ4', kernel === 'wasm' ? blockKernel(lz4Wasm, 'decodeBlock', arena) : decodeBlock),
  [],
  LARGEST,
);
const chunk = makeGuarded(({ arena, kernel }) => makeLz4(arena, kernel), [], LARGEST);

function encodeFast(bytes: Uint8Array): Uint8Array {
  const output = new Uint8Array(lz4Bound(bytes.length));
  return output.subarray(0, encodeBlock(bytes, output));
}

function bigEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256);
}

/** A chunk of the filter from its blocks as they are stored. */
function chunkOf(total: number, blockBytes: number, blocks: readonly Uint8Array[]): Uint8Array {
  const stored = blocks.flatMap((bytes) => [...bigEndian(bytes.length, 4), ...bytes]);
  return Uint8Array.from([...bigEndian(total, 8), ...bigEndian(blockBytes, 4), ...stored]);
}

function encodeChunk(bytes: Uint8Array, blockBytes: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(bytes.length / blockBytes) }, (_, i) => {
    const part = bytes.subarray(i * blockBytes, (i + 1) * blockBytes);
    const encoded = encodeLz4(part);
    return encoded.length < part.length ? encoded : part;
  });
  return chunkOf(bytes.length, blockBytes, blocks);
}

/** The failure of a block that may decode to `capacity` bytes. */
const failure = (bytes: readonly number[], capacity = 100) =>
  block(Uint8Array.from(bytes), capacity, 0x5a).failure?.replace('does not decode as LZ4: ', '') ?? null;
const chunkFailure = (bytes: Uint8Array, capacity = 100) =>
  chunk(bytes, capacity, 0x5a).failure?.replace('does not decode as LZ4: ', '') ?? null;

describe('LZ4 blocks', () => {
  it('decode to what was encoded, by two encoders, into room that just fits or is larger', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 200, size: 'max' }),
      fc.uint8Array({ max: 2, maxLength: 2000, size: 'max' }),
      fc.tuple(fc.constantFrom(...KINDS), fc.nat(6000)).map(([kind, length]) => sample(kind, length, length)),
    );
    fc.assert(
      fc.property(anyBytes, fc.nat(100), fc.nat(255), (bytes, room, poison) => {
        for (const encoded of [encodeFast(bytes), encodeLz4(bytes)]) {
          if (bytes.length === 0 && encoded.length === 0) continue;
          const result = block(encoded, bytes.length + room, poison);
          expect(result.failure).toBe(null);
          expect(Buffer.compare(result.bytes ?? new Uint8Array(), bytes)).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('repeat any distance over any length', () => {
    for (let distance = 1; distance < 70; distance++) {
      for (const length of [4, 5, 15, 16, 17, 18, 19, 31, 32, 33, 64, 65, 100, 273, 300]) {
        const start = Uint8Array.from({ length: distance }, (_, i) => i * 7 + 1);
        const more = length - 19;
        const stored = [
          (Math.min(15, distance) << 4) | Math.min(15, length - 4),
          ...(distance < 15 ? [] : [distance - 15]),
          ...start,
          distance,
          0,
          ...(more < 0 ? [] : more < 255 ? [more] : [255, more - 255]),
          0,
        ];
        const expected = Uint8Array.from({ length: distance + length }, (_, i) => start[i % distance] ?? 0);
        const { bytes } = block(Uint8Array.from(stored), expected.length, 0x77);
        expect(Buffer.compare(bytes ?? new Uint8Array(), expected)).toBe(0);
      }
    }
  });

  it('are refused for what is wrong with them', () => {
    expect(failure([])).toBe('input ends too early');
    expect(failure([0])).toBe(null);
    expect(failure([0x30, 1, 2])).toBe('input ends too early');
    expect(failure([0xf0])).toBe('input ends too early');
    expect(failure([0xf0, 255, 255])).toBe('input ends too early');
    expect(failure([0x30, 1, 2, 3], 2)).toBe('more output than expected');
    expect(failure([0x10, 1, 1])).toBe('input ends too early');
    expect(failure([0x10, 1, 0, 0, 0])).toBe('distance too far back');
    expect(failure([0x10, 1, 2, 0, 0])).toBe('distance too far back');
    expect(failure([0x10, 1, 1, 0])).toBe('input ends too early');
    expect(failure([0x10, 1, 1, 0, 0], 4)).toBe('more output than expected');
    expect(failure([0x10, 1, 1, 0, 0], 5)).toBe(null);
    expect(failure([0x1f, 1, 1, 0, 255, 255, 0, 0])).toBe('more output than expected');
    expect(failure([0x1f, 1, 1, 0, 255, 255], 2000)).toBe('input ends too early');
  });

  it('that would fill memory end at the room there is', () => {
    const bomb = [0x1f, 1, 1, 0, ...new Array(60_000).fill(255), 0, 0];
    expect(failure(bomb, 1000)).toBe('more output than expected');
    expect(failure([0xf0, ...new Array(60_000).fill(255), 0], 1000)).toBe('input ends too early');
  });

  it('damaged in 10,000 ways end with one verdict and nothing out of place', () => {
    const streams = KINDS.flatMap((kind, i) => {
      const bytes = sample(kind, 300 + 150 * i, i);
      return [encodeFast(bytes), encodeLz4(bytes), encodeLz4(bytes.subarray(0, 60))];
    });
    const seen = new Set<string | null>();
    let run = 0;
    for (const stream of damaged(streams, 10_000, 1)) {
      seen.add(block(stream, 1200, (run++ * 37) & 255).failure);
    }
    expect(seen.size).toBe(4);
  });
});

describe("chunks of HDF5's LZ4 filter", () => {
  it('decode whatever the size of their blocks', () => {
    const encode = makeEncoder({ name: 'lz4' }, 1);
    const any = fc.tuple(
      fc.constantFrom(...KINDS),
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 6000 }),
    );
    fc.assert(
      fc.property(any, ([kind, length, blockBytes]) => {
        const bytes = sample(kind, length, length);
        for (const stored of [encodeChunk(bytes, Math.max(blockBytes, length >> 6)), encode(bytes)]) {
          expect(Buffer.compare(chunk(stored, length, 0x11).bytes ?? new Uint8Array(), bytes)).toBe(0);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('are refused for what is wrong with them', () => {
    const raw = Uint8Array.of(1, 2, 3, 4);
    expect(chunkFailure(chunkOf(8, 4, [raw, raw]))).toBe(null);
    expect(chunkFailure(new Uint8Array(11))).toBe('input ends too early');
    expect(chunkFailure(chunkOf(8, 4, [raw]))).toBe('input ends too early');
    expect(chunkFailure(chunkOf(8, 4, [raw, raw]).subarray(0, 26))).toBe('input ends too early');
    expect(chunkFailure(chunkOf(8, 0, [raw, raw]))).toBe('impossible block size');
    expect(chunkFailure(chunkOf(101, 4, [raw, raw]))).toBe('more output than expected');
    expect(chunkFailure(chunkOf(2 ** 60, 4, [raw, raw]))).toBe('more output than expected');
    expect(chunkFailure(chunkOf(8, 8, [Uint8Array.of(0x30, 1, 2, 3)]))).toBe('a block does not decode to its size');
    expect(chunkFailure(chunkOf(2, 4, [Uint8Array.of(0x30, 1, 2, 3)]))).toBe('more output than expected');
  });

  it('damaged in 10,000 ways end with one verdict and nothing out of place', () => {
    const streams = KINDS.flatMap((kind, i) => {
      const bytes = sample(kind, 500 + 100 * i, i);
      return [encodeChunk(bytes, 64), encodeChunk(bytes, 333), encodeChunk(bytes, 2 ** 30)];
    });
    const seen = new Set<string | null>();
    let run = 0;
    for (const stream of damaged(streams, 10_000, 2)) {
      seen.add(chunk(stream, 1300, (run++ * 37) & 255).failure);
    }
    expect(seen.size).toBe(6);
  });
});
