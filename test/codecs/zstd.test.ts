import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeZstd, ZSTD_SCRATCH } from '../../dist/codecs/zstd.js';
import { contentChecksum } from '../../dist/codecs/zstd-checksum.js';
import { encodeZstd, encodeZstdFrame } from '../../dist/codecs/zstd-encode.js';
import { openHdf5 } from '../../dist/formats/hdf5/index.js';
import { decodeWhole } from '../formats/decodewhole.js';
import { makeGuarded } from './guardedblock.js';
import { KINDS, sample } from './streams.js';
import { hasZstdTool, zstdTool } from './zstdtool.js';

const LARGEST = 500_000;
const guarded = makeGuarded(({ arena, kernel }) => makeZstd(arena, kernel), [ZSTD_SCRATCH], LARGEST);
const failure = (frame: Uint8Array, capacity = 100) =>
  guarded(frame, capacity, 7).failure?.replace('does not decode as Zstandard: ', '') ?? null;
const same = (decoded: Uint8Array | null, data: Uint8Array) =>
  expect(Buffer.compare(decoded ?? Uint8Array.of(1), data)).toBe(0);

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** A frame that does not state its length, of one block. */
const frameOf = (kind: number, size: number, ...content: number[]) => {
  const head = (size << 3) | (kind << 1) | 1;
  return Uint8Array.from([...MAGIC, 0, 0x58, head & 255, (head >> 8) & 255, head >> 16, ...content]);
};

describe('Zstandard', () => {
  it('decodes what its encoder makes of any data, in any room that holds them', { timeout: 60_000 }, () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 300, size: 'max' }),
      fc.uint8Array({ max: 3, maxLength: 5000, size: 'max' }),
      fc.tuple(fc.constantFrom(...KINDS), fc.nat(20_000)).map(([kind, length]) => sample(kind, length, length)),
    );
    const property = fc.property(
      anyBytes,
      fc.integer({ min: 1, max: 22 }),
      fc.nat(255),
      fc.nat(100),
      (data, level, poison, spare) => {
        same(guarded(encodeZstdFrame(data, level), data.length + spare, poison).bytes, data);
      },
    );
    fc.assert(property, { numRuns: 400 });
  });

  it('decodes frames of several blocks', () => {
    for (const kind of KINDS) {
      const data = sample(kind, 300_001, 4);
      same(guarded(encodeZstd(data, 1), data.length, 0x99).bytes, data);
      same(guarded(encodeZstdFrame(data, 1), data.length, 0x99).bytes, data);
    }
  });

  it('decodes frames one behind the other and passes over skippable ones', () => {
    const [a, b] = [sample('text', 3000, 1), sample('counts', 2000, 2)];
    const skippable = Uint8Array.of(0x5e, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    const frames = Buffer.concat([encodeZstd(a, 3), skippable, encodeZstd(b, 3), skippable]);
    same(guarded(frames, 5000, 1).bytes, Buffer.concat([a, b]));
    same(guarded(skippable, 10, 1).bytes, new Uint8Array());
  });

  it('hashes as the xxHash specification says', () => {
    // XXH64 of nothing is ef46db3751d8e999, that of the sentence fbcea83c8a378bf1; the low half is kept.
    expect(contentChecksum(new Uint8Array())).toBe(0x51d8e999);
    const text = new TextEncoder().encode('Nobody inspects the spammish repetition');
    expect(contentChecksum(text)).toBe(0x8a378bf1);
  });

  it('names what is wrong', () => {
    expect(failure(Uint8Array.of(...MAGIC))).toBe('input ends too early');
    expect(failure(new Uint8Array())).toBe('input ends too early');
    expect(failure(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toBe('no Zstandard frame');
    expect(failure(Uint8Array.of(...MAGIC, 0x28, 0, 1, 0, 0))).toBe('bad frame header');
    expect(failure(Uint8Array.of(...MAGIC, 0x21, 5, 0, 1, 0, 0))).toBe('needs a dictionary');
    expect(failure(Uint8Array.of(...MAGIC, 0x21, 0, 0, 1, 0, 0))).toBe(null);
    expect(failure(Uint8Array.of(...MAGIC, 0x20, 3, 0x0b, 0, 0, 9))).toBe('not as long as its header says');
    expect(failure(frameOf(3, 1, 0))).toBe('bad block header');
    expect(failure(frameOf(0, 131_073, 0))).toBe('bad block header');
    expect(failure(frameOf(0, 3, 1, 2))).toBe('input ends too early');
    expect(failure(frameOf(1, 101, 1))).toBe('more output than expected');
    expect(failure(frameOf(2, 2, 3, 0))).toBe('bad literals');
    expect(failure(frameOf(2, 3, 0x08, 7, 1))).toBe('bad sequences');
    expect(failure(frameOf(2, 4, 0x08, 7, 1, 0xc0))).toBe('bad FSE table');
    expect(failure(frameOf(2, 6, 0x12, 0x40, 0, 128, 0, 0))).toBe('bad Huffman code');
    expect(failure(Buffer.concat([encodeZstdFrame(sample('text', 90, 1), 1), Uint8Array.of(0, 0, 0, 0)]))).toBe(
      'no Zstandard frame',
    );
  });

  it('names distances before the frame, also into the frame before', () => {
    // One literal, then a match of 3 bytes whose single offset code 4 means distance 16 + 0 - 3.
    const far = frameOf(2, 8, 0x08, 7, 1, 0x54, 1, 4, 0, 0x10);
    expect(failure(far)).toBe('distance too far back');
    expect(failure(Buffer.concat([encodeZstdFrame(sample('text', 90, 1), 1), far]), 200)).toBe('distance too far back');
  });

  it('checks the checksum', () => {
    if (!hasZstdTool('checksums of Zstandard frames')) return;
    const frame = zstdTool(sample('text', 5000, 1), '--check');
    expect(failure(frame, 5000)).toBe(null);
    frame[frame.length - 1] = (frame[frame.length - 1] ?? 0) ^ 1;
    expect(failure(frame, 5000)).toBe('content checksum does not match');
    expect(failure(frame.subarray(0, -1), 5000)).toBe('input ends too early');
  });

  it('stops bombs at the size of the chunk', () => {
    const zeros = encodeZstdFrame(new Uint8Array(400_000), 1);
    expect(failure(zeros, 399_999)).toBe('more output than expected');
    // Without its length in the header.
    const unsized = Buffer.concat([Uint8Array.of(...MAGIC, 0, 0x58), zeros.subarray(9)]);
    expect(guarded(unsized, 400_000, 3).bytes?.length).toBe(400_000);
    expect(failure(unsized, 399_999)).toBe('more output than expected');
    const claim = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    expect(failure(Uint8Array.of(...MAGIC, 0xe0, ...claim, 1, 0, 0))).toBe('more output than expected');
    // Many sequences of one literal length code 0, repeated distance, match length code 52.
    const greedy = frameOf(2, 40, 0x08, 7, 0xff, 0xff, 0xff, 0x54, 0, 0, 52, ...Array(30).fill(0xff), 1);
    expect(failure(greedy, LARGEST)).not.toBe(null);
  });

  it('reads a file whose filter h5py did not have', () => {
    const path = join(import.meta.dirname, '../../../shared/data/hdf5/real/hdf5_plugins/h5ex_d_zstd.h5');
    if (!existsSync(path) || !hasZstdTool('h5ex_d_zstd.h5 against the zstd tool')) {
      console.log('Not read: h5ex_d_zstd.h5 of the reference files, or the zstd tool, is not there.');
      return;
    }
    const { handle } = openHdf5(path, { dataset: '/DS1' });
    if (handle.kind !== 'stored' || handle.storage.layout.kind !== 'chunked') throw new Error('not stored in chunks');
    const { offset, size } = handle.storage.layout.table;
    const file = readFileSync(path);
    const chunks = Array.from(offset, (at, i) => zstdTool(file.subarray(at, at + (size[i] ?? 0)), '-d'));
    same(decodeWhole(handle.storage), Buffer.concat(chunks));
  });
});
