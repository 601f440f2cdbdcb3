import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeLzf } from '../../dist/codecs/lzf.js';
import { python, pythonHas } from '../formats/python.js';
import { damaged } from './damage.js';
import { encodeLzf } from './encoders.js';
import { makeGuarded } from './guardedblock.js';
import { KINDS, sample } from './streams.js';

const guarded = makeGuarded(({ arena, kernel }) => makeLzf(arena, kernel), [], 2 ** 17);

/** Chunks as h5py stores them, and what was written. */
const H5PY = `
import base64, io, json
import h5py, numpy as np
rng = np.random.default_rng(5)
arrays = [
    rng.poisson(0.3, 20000).astype("u2"), rng.poisson(3, 9999).astype("u4"), np.arange(5000) // 9 * 0.5,
    np.zeros(40000, "u1"), np.repeat(rng.integers(0, 255, 500), 41).astype("u1"), np.tile(np.arange(2000), 7).astype("u2"),
]
out = []
with h5py.File(io.BytesIO(), "w") as f:
    for i, a in enumerate(arrays):
        d = f.create_dataset(f"{i}", data=a, chunks=a.shape, compression="lzf")
        mask, stored = d.id.read_direct_chunk((0,))
        assert mask == 0
        out.append([base64.b64encode(stored).decode(), base64.b64encode(a.tobytes()).decode()])
print(json.dumps(out))
`;

describe('LZF', () => {
  it('decodes what h5py stores', () => {
    if (!pythonHas('h5py, numpy', 'LZF against h5py')) return;
    for (const [stored, data] of JSON.parse(python(H5PY)) as [string, string][]) {
      const bytes = Buffer.from(data, 'base64');
      const { bytes: decoded } = guarded(Buffer.from(stored, 'base64'), bytes.length, 0x5a);
      expect(Buffer.compare(decoded ?? new Uint8Array(), bytes)).toBe(0);
    }
  });

  it('decodes any data in any room that holds them', () => {
    const property = fc.property(
      fc.constantFrom(...KINDS),
      fc.nat(6000),
      fc.nat(255),
      fc.nat(100),
      (kind, length, poison, spare) => {
        const data = sample(kind, length, length);
        const { bytes } = guarded(encodeLzf(data), length + spare, poison);
        expect(Buffer.compare(bytes ?? new Uint8Array(), data)).toBe(0);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it('names what is wrong', () => {
    const failure = (bytes: readonly number[], capacity: number) =>
      guarded(Uint8Array.from(bytes), capacity, 7).failure;
    expect(failure([3, 1, 2], 10)).toBe('does not decode as LZF: input ends too early');
    expect(failure([0, 1, 0xe0, 9], 100)).toBe('does not decode as LZF: input ends too early');
    expect(failure([0, 1, 0x20, 1], 10)).toBe('does not decode as LZF: distance too far back');
    expect(failure([1, 1, 2], 1)).toBe('does not decode as LZF: more output than expected');
    expect(failure([0, 1, 0xe0, 255, 0], 264)).toBe('does not decode as LZF: more output than expected');
  });

  it('stays within bounds on damaged chunks', { timeout: 60_000 }, () => {
    const streams = KINDS.map((kind, i) => encodeLzf(sample(kind, 500 + 400 * i, i)));
    const seen = new Set<string | null>();
    let poison = 0;
    for (const stream of damaged(streams, 12_000, 1)) seen.add(guarded(stream, 3000, poison++ & 255).failure);
    expect(seen.size).toBe(4);
  });

  it('stops a bomb at the size of the chunk', () => {
    const bomb = new Uint8Array(60_000).map((_, i) => (i < 2 ? 0 : ([0xe0, 0xff, 0][(i - 2) % 3] ?? 0)));
    expect(guarded(bomb, 2 ** 16, 1).failure).toBe('does not decode as LZF: more output than expected');
  });
});
