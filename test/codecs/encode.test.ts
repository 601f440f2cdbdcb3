import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeEncoder } from '../../dist/codecs/encode.js';
import { decodeBlock } from '../../dist/codecs/lz4.js';
import { lz4Wasm } from '../../dist/codecs/lz4.wasm.js';
import { lz4Bound, encodeBlock as plainEncode } from '../../dist/codecs/lz4-encode.js';
import { makeDecoder, scratchBytes } from '../../dist/codecs/pipeline.js';
import { ARENA_BASE, Arena, makeMemory } from '../../dist/core/arena.js';
import type { FrameCodec } from '../../dist/core/sink.js';
import type { Filter } from '../../dist/core/storage.js';
import { instantiate } from '../../dist/core/wasm.js';
import { KINDS, sample } from './streams.js';

const memory = makeMemory(2 ** 22);
const all = new Uint8Array(memory.buffer);
const INPUT = ARENA_BASE;
const OUTPUT = 2 ** 20;
const TABLE = 2 ** 21;
const POISON = 0xa5;
const kernel = instantiate(lz4Wasm, memory);

/** What the WebAssembly encoder makes of `bytes`; throws when it writes beyond its bound and slack. */
function encodeInWasm(bytes: Uint8Array): Uint8Array {
  const end = OUTPUT + lz4Bound(bytes.length) + 64;
  all.fill(POISON, OUTPUT, end + 1024);
  all.set(bytes, INPUT);
  const length = kernel.encodeBlock?.(INPUT, bytes.length, OUTPUT, TABLE) ?? -1;
  if (!all.subarray(end, end + 1024).every((byte) => byte === POISON)) throw new Error('wrote beyond its bound');
  return all.slice(OUTPUT, OUTPUT + length);
}

function decode(filter: Filter, stored: Uint8Array, bytes: number, elementBytes: number, kind: 'wasm' | 'ts') {
  const size = scratchBytes([filter], bytes) + stored.length + bytes + 1024;
  const arena = new Arena(memory, ARENA_BASE, size);
  const decoder = makeDecoder([filter], bytes, elementBytes, arena, kind);
  const input = arena.bytes(stored.length);
  const output = arena.bytes(bytes);
  input.set(stored);
  output.fill(POISON);
  decoder.decode(input, 0, output);
  return output;
}

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300, size: 'max' }),
  fc.uint8Array({ max: 1, maxLength: 3000, size: 'max' }),
  fc.tuple(fc.constantFrom(...KINDS), fc.nat(70_000)).map(([kind, length]) => sample(kind, length, length)),
);

describe('the LZ4 encoder', () => {
  it('writes what decodes to the same, equal bytes in WebAssembly and TypeScript, within its bound', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const output = new Uint8Array(lz4Bound(bytes.length));
        const encoded = output.subarray(0, plainEncode(bytes, output));
        expect(Buffer.compare(encodeInWasm(bytes), encoded)).toBe(0);
        const decoded = new Uint8Array(bytes.length);
        expect(decodeBlock(encoded, decoded)).toBe(bytes.length);
        expect(Buffer.compare(decoded, bytes)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('makes runs short', () => {
    expect(encodeInWasm(new Uint8Array(65_536)).length).toBeLessThan(300);
  });

  it('keeps the last 5 bytes as literals and begins no match in the last 12', () => {
    for (let length = 0; length < 40; length++) {
      const encoded = encodeInWasm(new Uint8Array(length).fill(7));
      const last = Math.min(length, length < 13 ? length : 5);
      expect([...encoded.subarray(encoded.length - last)]).toEqual(new Array(last).fill(7));
    }
  });
});

const filterOf = (codec: FrameCodec, elementBytes: number): Filter => {
  if (codec.name === 'bslz4') return { name: 'bitshuffle', elementBytes, blockElements: 0, inner: 'lz4' };
  return codec.name === 'gzip' ? { name: 'deflate' } : { name: codec.name };
};

describe('encoders of frames', () => {
  const codecs: readonly FrameCodec[] = [
    { name: 'gzip', level: 1 },
    { name: 'zstd', level: 1 },
    { name: 'lz4' },
    { name: 'bslz4' },
  ];
  for (const codec of codecs) {
    for (const kind of ['wasm', 'ts'] as const) {
      it(`${codec.name}: every frame decodes to itself, whatever its length and elements (${kind})`, () => {
        const sizes = fc.tuple(
          fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 80),
          fc.integer({ min: 1, max: 6000 }),
          fc.constantFrom(...KINDS),
        );
        const run = fc.property(sizes, ([elementBytes, count, sort]) => {
          const encode = makeEncoder(codec, elementBytes);
          const frames = [count, Math.ceil(count / 3), count + 40].map((n) => sample(sort, n * elementBytes, n));
          const stored = frames.map(encode);
          frames.forEach((frame, i) => {
            const chunk = stored[i] ?? new Uint8Array();
            const decoded = decode(filterOf(codec, elementBytes), chunk, frame.length, elementBytes, kind);
            expect(Buffer.compare(decoded, frame)).toBe(0);
          });
        });
        fc.assert(run, { numRuns: 25 });
      });
    }
  }
});
