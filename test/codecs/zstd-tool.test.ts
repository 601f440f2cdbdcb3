import { describe, expect, it } from 'vitest';
import { shuffle } from '../../dist/codecs/shuffle.js';
import { makeZstd, ZSTD_SCRATCH } from '../../dist/codecs/zstd.js';
import { encodeZstdFrame } from '../../dist/codecs/zstd-encode.js';
import { python, pythonHas } from '../formats/python.js';
import { makeGuarded } from './guardedblock.js';
import { KINDS, sample } from './streams.js';
import { hasZstdTool, zstdTool } from './zstdtool.js';

const LARGEST = 500_000;
const guarded = makeGuarded(({ arena, kernel }) => makeZstd(arena, kernel), [ZSTD_SCRATCH], LARGEST);
const same = (decoded: Uint8Array | null, data: Uint8Array) =>
  expect(Buffer.compare(decoded ?? Uint8Array.of(1), data)).toBe(0);

/** Options of the tool; it reads from a pipe, and so knows the length of the data only when it is told. */
const WAYS = [
  ['-1', '--check'],
  ['-3', '--no-check'],
  ['-9', '--check'],
  ['-19', '--no-check'],
  ['--ultra', '-22', '--check'],
  ['--fast=5', '--no-check'],
  ['-3', '-B1024'],
] as const;

/** Stores given chunks with filter 32015 in a file, reads them, and stores what was read through the filter itself. */
const H5PY = `
import base64, io, json, sys
import h5py, hdf5plugin
out = []
with h5py.File(io.BytesIO(), "w") as f:
    for i, (frame, size) in enumerate(json.loads(sys.argv[1])):
        d = f.create_dataset(f"{i}", shape=(size,), dtype="u1", chunks=(size,), **hdf5plugin.Zstd(clevel=5))
        d.id.write_direct_chunk((0,), base64.b64decode(frame))
        data = d[:]
        e = f.create_dataset(f"e{i}", data=data, chunks=(size,), **hdf5plugin.Zstd(clevel=5))
        mask, stored = e.id.read_direct_chunk((0,))
        assert mask == 0
        out.append([base64.b64encode(data.tobytes()).decode(), base64.b64encode(stored).decode()])
print(json.dumps(out))
`;

describe('Zstandard against other programs', () => {
  it('decodes what the zstd tool makes', { timeout: 120_000 }, () => {
    if (!hasZstdTool('Zstandard frames of the zstd tool')) return;
    for (const kind of KINDS) {
      for (const length of [0, 50, 3000, 300_000]) {
        const data = sample(kind, length, length);
        for (const [i, way] of WAYS.entries()) {
          const stated = i % 2 === 0 ? [`--stream-size=${length}`] : [];
          same(guarded(zstdTool(data, ...way, ...stated), length, 0xa5).bytes, data);
        }
      }
    }
  });

  it('makes what the zstd tool decodes, about as small', { timeout: 60_000 }, () => {
    if (!hasZstdTool('the Zstandard encoder against the zstd tool')) return;
    for (const kind of KINDS) {
      for (const length of [0, 1, 31, 32, 700, 1023, 1024, 4095, 4096, 16_384, 140_000, 270_000]) {
        const data = sample(kind, length, length);
        for (const level of [1, 9]) same(zstdTool(encodeZstdFrame(data, level), '-d'), data);
      }
    }
    const counts = sample('counts', 400_000, 3);
    for (const data of [counts, shuffle(counts, 2)]) {
      expect(encodeZstdFrame(data, 1).length).toBeLessThan(1.25 * zstdTool(data, '-1').length);
    }
  });

  it('exchanges chunks with h5py and hdf5plugin', () => {
    if (!pythonHas('h5py, hdf5plugin', 'Zstandard against hdf5plugin')) return;
    if (python('import h5py, hdf5plugin; print(h5py.h5z.filter_avail(32015))').trim() !== 'True') {
      console.log('Not compared: the installed hdf5plugin has no Zstandard.');
      return;
    }
    const all = KINDS.map((kind, i) => sample(kind, 2000 + 999 * i, i));
    const frames = all.map((data) => [Buffer.from(encodeZstdFrame(data, 3)).toString('base64'), data.length]);
    const answers = JSON.parse(python(H5PY, JSON.stringify(frames))) as [string, string][];
    expect(answers.length).toBe(all.length);
    for (const [i, [read, stored]] of answers.entries()) {
      const data = all[i] ?? new Uint8Array();
      same(Buffer.from(read, 'base64'), data);
      same(guarded(Buffer.from(stored, 'base64'), data.length, 3).bytes, data);
    }
  });
});
