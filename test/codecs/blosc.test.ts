import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bloscScratch, makeBlosc } from '../../dist/codecs/blosc.js';
import { python, pythonHas } from '../formats/python.js';
import { damaged } from './damage.js';
import { type BloscOptions, encodeBlosc } from './encoders.js';
import { makeGuarded } from './guardedblock.js';
import { KINDS, sample } from './streams.js';

const LARGEST = 2 ** 20;
const guarded = makeGuarded(makeBlosc, bloscScratch(LARGEST), LARGEST);
const fuzzed = makeGuarded(makeBlosc, bloscScratch(4096), 4096);

const COMPRESSORS = ['blosclz', 'lz4', 'lz4hc', 'zlib', 'zstd'] as const;

/** Chunks as the HDF5 filter stores them: compressor, what they decode to, the chunk. */
const HDF5PLUGIN = `
import base64, io, json, sys
import h5py, hdf5plugin, numpy as np
rng = np.random.default_rng(6)
kinds = {
    "counts": lambda n: rng.poisson(0.4, n), "ramp": lambda n: np.arange(n) // 3, "noise": lambda n: rng.integers(0, 250, n) * 0x01010101,
    "runs": lambda n: np.repeat(rng.integers(0, 99, n // 40 + 1), 40)[:n],
}
out = []
def store(a, name, shuffle, level):
    with h5py.File(io.BytesIO(), "w") as f:
        d = f.create_dataset("d", data=a, chunks=a.shape, **hdf5plugin.Blosc(cname=name, clevel=level, shuffle=shuffle))
        mask, stored = d.id.read_direct_chunk((0,))
        if mask == 0:
            out.append([f"{name} {a.dtype} {len(a)} {shuffle} {level}", base64.b64encode(stored).decode(), base64.b64encode(a.tobytes()).decode()])
for name in sys.argv[1].split(","):
    for shuffle in 0, 1, 2:
        for dtype in "u1", "u2", "u4", "f8":
            for kind, n in ("counts", 40000), ("ramp", 3001), ("noise", 9000), ("runs", 70001):
                store(kinds[kind](n).astype(dtype), name, shuffle, 5)
        for n in 1, 7, 16, 40, 127, 1000:
            store(kinds["runs"](n).astype("u2"), name, shuffle, 9)
        for level in 0, 1, 9:
            store(kinds["counts"](100003).astype("u4"), name, shuffle, level)
        for size in 3, 5, 12, 16, 17, 40:
            a = np.repeat(rng.integers(0, 9, 4000), size)
            store(np.frombuffer(a.astype("u1").tobytes(), f"V{size}"), name, shuffle, 5)
print(json.dumps(out))
`;

const isSame = (bytes: Uint8Array | null, expected: Uint8Array) =>
  Buffer.compare(bytes ?? Uint8Array.of(1), expected) === 0;

/** Chunks that C-Blosc 1.21.3 made: what, bytes, their SHA-1, the chunk in base64. */
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/codecs/blosc.json'), 'utf8')) as [
  string,
  number,
  string,
  string,
][];

/** True when Python has the Blosc filter; otherwise prints that it has not. */
function hasFilter(): boolean {
  const tests = 'Blosc against hdf5plugin';
  if (!pythonHas('h5py, hdf5plugin, numpy', tests)) return false;
  const isThere = python('import h5py, hdf5plugin; print(h5py.h5z.filter_avail(32001))').trim() === 'True';
  if (!isThere) process.stderr.write(`not run: ${tests} (hdf5plugin has no Blosc filter)\n`);
  return isThere;
}

describe('Blosc', () => {
  it('decodes what C-Blosc made', () => {
    const wrong = golden.filter(([, bytes, sha1, chunk]) => {
      const outcome = guarded(Buffer.from(chunk, 'base64'), bytes, 0xc3);
      return (
        createHash('sha1')
          .update(outcome.bytes ?? '')
          .digest('hex') !== sha1
      );
    });
    expect(wrong.map(([what]) => what)).toEqual([]);
  });

  it('decodes what the HDF5 filter stores', { timeout: 120_000 }, () => {
    if (!hasFilter()) return;
    const wrong: string[] = [];
    const chunks = JSON.parse(python(HDF5PLUGIN, COMPRESSORS.join())) as [string, string, string][];
    expect(chunks.length).toBeGreaterThan(COMPRESSORS.length * 60);
    for (const [name, stored, data] of chunks) {
      const bytes = Buffer.from(data, 'base64');
      const outcome = guarded(Buffer.from(stored, 'base64'), bytes.length, 0x5a);
      if (!isSame(outcome.bytes, bytes)) wrong.push(`${name}: ${outcome.failure}`);
    }
    expect(wrong).toEqual([]);
  });

  it('decodes any data, elements, blocks and streams', () => {
    const property = fc.property(
      fc.record({
        compressor: fc.constantFrom('blosclz', 'lz4', 'zlib' as const),
        filter: fc.constantFrom('none', 'shuffle', 'bitshuffle' as const),
        elementBytes: fc.integer({ min: 1, max: 20 }),
        isSplit: fc.boolean(),
        isCopied: fc.boolean(),
        blockElements: fc.integer({ min: 1, max: 600 }),
      }),
      fc.constantFrom(...KINDS),
      fc.integer({ min: 1, max: 6000 }),
      fc.nat(255),
      fc.nat(50),
      ({ blockElements, ...options }, kind, length, poison, spare) => {
        const data = sample(kind, length, length);
        const stored = encodeBlosc(data, { ...options, blockBytes: blockElements * options.elementBytes });
        expect(isSame(guarded(stored, length + spare, poison).bytes, data)).toBe(true);
      },
    );
    fc.assert(property, { numRuns: 400 });
  });

  const options = { compressor: 'lz4', filter: 'shuffle', elementBytes: 2, isSplit: true, isCopied: false } as const;
  const data = sample('counts', 3000, 1);
  const chunk = encodeBlosc(data, { ...options, blockBytes: 1000 });

  function changed(at: number, value: number, bytes = 1): Uint8Array {
    const other = Uint8Array.from(chunk);
    const view = new DataView(other.buffer);
    if (bytes === 1) view.setUint8(at, value);
    else view.setUint32(at, value, true);
    return other;
  }

  it('names what is wrong', () => {
    const failure = (stored: Uint8Array, capacity = 3000) => guarded(stored, capacity, 7).failure;
    expect(failure(chunk)).toBeNull();
    expect(failure(chunk, 2999)).toBe('does not decode as Blosc: more output than expected');
    expect(failure(chunk.subarray(0, 10))).toBe('does not decode as Blosc: input ends too early');
    expect(failure(chunk.subarray(0, -1))).toBe('does not decode as Blosc: input ends too early');
    expect(failure(changed(0, 5))).toBe(
      'is stored with Blosc2 (version 5 of the format), which cannot be decoded here',
    );
    expect(failure(changed(0, 1))).toBe('does not decode as Blosc: unknown version 1');
    expect(failure(changed(1, 2))).toBe('does not decode as Blosc: unknown version 2 of its streams');
    expect(failure(changed(2, 0x41))).toBe('is stored by Blosc with snappy, which cannot be decoded here');
    expect(failure(changed(2, 0xa1))).toBe('does not decode as Blosc: unknown compressor 5');
    expect(failure(changed(3, 0))).toBe('does not decode as Blosc: elements of 0 bytes');
    expect(failure(changed(8, 0, 4))).toBe('does not decode as Blosc: impossible block size');
    expect(failure(changed(8, 3001, 4))).toBe('does not decode as Blosc: impossible block size');
    expect(failure(changed(8, 999, 4))).toBe('does not decode as Blosc: impossible block size');
    expect(failure(changed(16, 1e9, 4))).toBe('does not decode as Blosc: input ends too early');
    expect(failure(changed(28, 2 ** 32 - 1, 4))).toBe('does not decode as Blosc: input ends too early');
    // One block more for every byte than the chunk has room to point at.
    expect(failure(changed(8, 1, 4))).toBe('does not decode as Blosc: input ends too early');
  });

  const made = (compressor: BloscOptions['compressor']) =>
    KINDS.flatMap((kind, i) =>
      (['none', 'shuffle', 'bitshuffle'] as const).map((filter) =>
        encodeBlosc(sample(kind, 900 + 300 * i, i), {
          compressor,
          filter,
          elementBytes: [1, 2, 4, 8, 3, 2, 4][i] ?? 1,
          isSplit: i % 2 === 0,
          isCopied: false,
          blockBytes: 960,
        }),
      ),
    );
  // Node 20 makes no Zstandard.
  const zstd = golden.filter(([what, bytes]) => what.startsWith('zstd') && bytes <= 3100);
  const chunksOf = {
    blosclz: made('blosclz'),
    lz4: made('lz4'),
    zlib: made('zlib'),
    zstd: zstd.map(([, , , stored]) => Uint8Array.from(Buffer.from(stored, 'base64'))),
  };

  for (const [compressor, chunks] of Object.entries(chunksOf)) {
    it(`stays within bounds on damaged chunks of ${compressor}`, { timeout: 120_000 }, () => {
      const seen = new Set<string | null>();
      // The two decoders of an entropy code may notice different faults of one stream first.
      const isAgreed = (a: string, b: string) =>
        a === b || [/does not inflate/, /Zstandard/].some((text) => text.test(a) && text.test(b));
      let poison = 0;
      for (const stored of damaged(chunks, 12_000, 5)) seen.add(fuzzed(stored, 3100, poison++ & 255, isAgreed).failure);
      expect(seen.size).toBeGreaterThan(12);
      expect([...seen].every((failure) => failure === null || /^(does not|is stored)/.test(failure))).toBe(true);
    });
  }

  it('stops a bomb at the size of the chunk', () => {
    const bomb = encodeBlosc(new Uint8Array(LARGEST), { ...options, blockBytes: LARGEST });
    expect(bomb.length).toBeLessThan(10_000);
    expect(guarded(bomb, LARGEST - 1, 1).failure).toBe('does not decode as Blosc: more output than expected');
    const stated = Uint8Array.from(bomb);
    new DataView(stated.buffer).setUint32(4, 4096, true);
    new DataView(stated.buffer).setUint32(8, 4096, true);
    expect(guarded(stated, 4096, 1).failure).toBe('does not decode as Blosc: more output than expected');
  });
});
