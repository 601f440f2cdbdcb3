import { constants, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deflate } from '../../dist/codecs/deflate.js';
import { inflate } from '../../dist/codecs/inflate.js';
import { makeGuardedInflate } from './guarded.js';
import { KINDS, sample } from './streams.js';

const guarded = makeGuardedInflate();

function expectInflates(stream: Uint8Array, data: Uint8Array, poison = 0xa5): void {
  const result = guarded(stream, data.length, poison);
  expect({ failure: result.failure, decoded: result.decoded }).toEqual({ failure: null, decoded: data.length });
  expect(Buffer.compare(result.bytes, data)).toBe(0);
  const output = new Uint8Array(data.length);
  expect(inflate(stream, output)).toEqual({ failure: null, decoded: data.length });
  expect(Buffer.compare(output, data)).toBe(0);
}

describe('inflate', () => {
  for (const kind of KINDS) {
    it(`undoes zlib at every level: ${kind}`, () => {
      for (let level = 0; level <= 9; level++) {
        for (const length of [1, 2, 15, 300, 70_001, 262_144]) {
          const data = sample(kind, length, level * 7 + length);
          expectInflates(deflateSync(data, { level }), data);
        }
      }
    });
  }

  it('reads every window size, strategy and memory level', () => {
    const strategies = [
      constants.Z_DEFAULT_STRATEGY,
      constants.Z_FILTERED,
      constants.Z_HUFFMAN_ONLY,
      constants.Z_RLE,
      constants.Z_FIXED,
    ];
    for (const kind of KINDS) {
      const data = sample(kind, 50_000, 3);
      for (let windowBits = 9; windowBits <= 15; windowBits++) expectInflates(deflateSync(data, { windowBits }), data);
      for (const strategy of strategies) expectInflates(deflateSync(data, { strategy }), data);
      for (let memLevel = 1; memLevel <= 9; memLevel++) expectInflates(deflateSync(data, { memLevel, level: 6 }), data);
    }
  });

  it('reads any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 3000 });
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 9 }), fc.nat(255), fc.nat(40), (piece, level, poison, times) => {
        const data = new Uint8Array(piece.length * times);
        for (let i = 0; i < times; i++) data.set(piece, i * piece.length);
        expectInflates(deflateSync(data, { level }), data, poison);
      }),
      { numRuns: 300 },
    );
  });

  it('reads streams in which one byte, any byte, has a code word of one bit, whatever its tables held before', () => {
    for (let byte = 0; byte < 256; byte++) {
      const data = new Uint8Array(2000).fill(byte);
      for (let i = 0; i < data.length; i += 17) data[i] = (byte + 1 + (i % 29)) & 255;
      // poison that looks like entries of one literal: three bits to drop
      expectInflates(deflateSync(data, { strategy: constants.Z_HUFFMAN_ONLY }), data, 0x43);
    }
  });

  it('ignores bytes behind the stream and takes a larger output', () => {
    const data = sample('counts', 5000, 1);
    const stream = Buffer.concat([deflateSync(data), Buffer.from('more')]);
    expect(guarded(stream, 9000, 0).decoded).toBe(5000);
    expect(inflate(stream, new Uint8Array(9000))).toEqual({ failure: null, decoded: 5000 });
  });

  it('refuses a preset dictionary', () => {
    const stream = deflateSync('the dictionary word', { dictionary: Buffer.from('dictionary') });
    expect(guarded(stream, 100, 0).failure).toBe('no valid zlib header');
    expect(inflate(stream, new Uint8Array(100)).failure).toBe('no valid zlib header');
  });

  it('checks the Adler-32', () => {
    const data = sample('text', 5000, 1);
    const stream = Uint8Array.from(deflateSync(data));
    stream.set([(stream.at(-1) ?? 0) ^ 1], stream.length - 1);
    expect(guarded(stream, 5000, 0).failure).toBe('Adler-32 does not match');
    expect(inflate(stream, new Uint8Array(5000)).failure).toBe('Adler-32 does not match');
    expect(inflate(stream, new Uint8Array(5000), false).failure).toBeNull();
  });

  it('never writes more than the capacity', () => {
    for (const kind of KINDS) {
      const stream = deflateSync(sample(kind, 4000, 5));
      for (let capacity = 0; capacity < 4000; capacity += 37) {
        const result = guarded(stream, capacity, 0x5a);
        expect(result.failure).toBe('more output than expected');
        expect(inflate(stream, new Uint8Array(capacity)).failure).toBe('more output than expected');
      }
    }
  });
});

describe('deflate', () => {
  it('makes streams that inflate, also from shared memory', () => {
    const data = new Uint8Array(new SharedArrayBuffer(20_000));
    data.set(sample('text', 20_000, 9));
    for (let level = 0; level <= 9; level++) expectInflates(deflate(data, level), data);
    expect(deflate(data, 9).length).toBeLessThan(deflate(data, 1).length);
  });
});
