import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeByteOffset } from '../../dist/codecs/byteoffset.js';
import { makePackBits } from '../../dist/codecs/packbits.js';
import { makeTiffLzw, TIFF_LZW_SCRATCH } from '../../dist/codecs/tifflzw.js';
import { python, pythonHas } from '../formats/python.js';
import { damaged } from './damage.js';
import { encodeByteOffset, encodePackBits, encodeTiffLzw } from './encoders.js';
import { randomNumbers } from './guarded.js';
import { makeGuarded } from './guardedblock.js';
import { KINDS, sample } from './streams.js';

const LARGEST = 2 ** 17;
const byteOffset = makeGuarded(({ arena, kernel }) => makeByteOffset(arena, kernel), [], LARGEST);
const packBits = makeGuarded(({ arena, kernel }) => makePackBits(arena, kernel), [], LARGEST);
const lzw = makeGuarded(({ arena, kernel }) => makeTiffLzw(arena, kernel), [TIFF_LZW_SCRATCH], LARGEST);

/** Detector counts as fabio compresses them. */
const FABIO = `
import base64, json
import numpy as np
from fabio.compression import compByteOffset
rng = np.random.default_rng(3)
arrays = [
    rng.poisson(4, 30000), rng.poisson(300, 5000), rng.integers(-2**31, 2**31, 3000), np.zeros(17, int), np.array([5]),
    np.array([127, 0, -127, 1, -127, 128, 0, 32767, 0, 32768, 0, 2**31 - 1, -2**31, 5, 2**31 - 1, 2**31 - 1]),
    np.where(rng.random(4000) < 0.01, 2**20, rng.poisson(0.1, 4000)),
]
print(json.dumps([[base64.b64encode(bytes(compByteOffset(a.astype("i4")))).decode(), base64.b64encode(a.astype("<i4").tobytes()).decode()] for a in arrays]))
`;

/** Strips of images that libtiff wrote. */
const LIBTIFF = `
import base64, io, json
import numpy as np, tifffile
from PIL import Image
rng = np.random.default_rng(4)
arrays = [
    rng.poisson(1, (90, 70)), rng.integers(0, 256, (60, 81)), np.zeros((200, 300)), np.repeat(rng.integers(0, 9, 900), 11).reshape(90, 110),
    np.tile(np.arange(256), 40).reshape(80, 128), rng.poisson(0.1, (300, 301)), rng.integers(0, 256, (1, 1)),
]
out = []
for a in arrays:
    for kind in "tiff_lzw", "packbits":
        file = io.BytesIO()
        Image.fromarray(a.astype("u1")).save(file, "TIFF", compression=kind)
        data = file.getvalue()
        page = tifffile.TiffFile(io.BytesIO(data)).pages[0]
        rows = page.rowsperstrip
        for i, (start, size) in enumerate(zip(page.dataoffsets, page.databytecounts)):
            pixels = a[i * rows:(i + 1) * rows].astype("u1").tobytes()
            out.append([kind, base64.b64encode(data[start:start + size]).decode(), base64.b64encode(pixels).decode()])
print(json.dumps(out))
`;

const isSame = (bytes: Uint8Array | null, expected: Uint8Array) =>
  expect(Buffer.compare(bytes ?? new Uint8Array(), expected)).toBe(0);

describe('byte offsets', () => {
  it('decode as fabio compresses', () => {
    if (!pythonHas('fabio, numpy', 'byte offsets against fabio')) return;
    for (const [stored, data] of JSON.parse(python(FABIO)) as [string, string][]) {
      const bytes = Buffer.from(data, 'base64');
      isSame(byteOffset(Buffer.from(stored, 'base64'), bytes.length, 0xaa).bytes, bytes);
    }
  });

  it('decode to any elements, signed or unsigned', () => {
    const element = fc.oneof(
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: -40_000, max: 40_000 }),
      fc.integer(),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 2 ** 32 - 1, 0),
    );
    const property = fc.property(fc.array(element, { maxLength: 200 }), fc.nat(255), (values, poison) => {
      const expected = new Uint8Array(Uint32Array.from(values, (value) => value >>> 0).buffer);
      isSame(byteOffset(encodeByteOffset(values), expected.length, poison).bytes, expected);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('name what is wrong', () => {
    const failure = (bytes: readonly number[], capacity: number) =>
      byteOffset(Uint8Array.from(bytes), capacity, 7).failure;
    expect(failure([1, 0x80, 1], 40)).toBe('does not decode as byte offsets: input ends too early');
    expect(failure([1, 2, 3], 8)).toBe('does not decode as byte offsets: more output than expected');
  });

  it('stay within bounds on damaged sections', { timeout: 60_000 }, () => {
    const next = randomNumbers(9);
    const sizes = [4, 300, 70_000, 2 ** 31];
    const streams = sizes.map((size) =>
      encodeByteOffset(Array.from({ length: 600 }, () => Math.floor(next() ** 3 * size))),
    );
    const seen = new Set<string | null>();
    let poison = 0;
    for (const stream of damaged(streams, 12_000, 2)) seen.add(byteOffset(stream, 2400, poison++ & 255).failure);
    expect(seen.size).toBe(3);
  });
});

describe('PackBits and TIFF LZW', () => {
  it('decode what libtiff wrote', () => {
    if (!pythonHas('PIL, tifffile, numpy', 'PackBits and TIFF LZW against libtiff')) return;
    for (const [kind, stored, data] of JSON.parse(python(LIBTIFF)) as [string, string, string][]) {
      const bytes = Buffer.from(data, 'base64');
      const decode = kind === 'packbits' ? packBits : lzw;
      isSame(decode(Buffer.from(stored, 'base64'), bytes.length, 0x11).bytes, bytes);
    }
  });

  it('decode any data', () => {
    const property = fc.property(
      fc.constantFrom(...KINDS),
      fc.nat(20_000),
      fc.nat(255),
      fc.constantFrom(3836, 100, Number.POSITIVE_INFINITY),
      (kind, length, poison, clearAfter) => {
        const data = sample(kind, length, length);
        isSame(packBits(encodePackBits(data), length, poison).bytes, data);
        isSame(lzw(encodeTiffLzw(data, clearAfter), length, poison).bytes, data);
        // A strip may hold more than its rows need.
        const part = length >> 1;
        isSame(packBits(encodePackBits(data), part, poison).bytes, data.subarray(0, part));
        isSame(lzw(encodeTiffLzw(data, clearAfter), part, poison).bytes, data.subarray(0, part));
        isSame(lzw(encodeTiffLzw(data, clearAfter), length + 50, poison).bytes, data);
      },
    );
    fc.assert(property, { numRuns: 150 });
  });

  it('name what is wrong', () => {
    expect(packBits(Uint8Array.of(5, 1, 2), 20, 0).failure).toBe('does not decode as PackBits: input ends too early');
    expect(packBits(Uint8Array.of(0, 9, 0x85), 20, 0).failure).toBe(
      'does not decode as PackBits: input ends too early',
    );
    expect(lzw(Uint8Array.of(0x80, 0x00), 20, 0).failure).toBe('does not decode as TIFF LZW: input ends too early');
    // Lowest bit first, as before TIFF 5.0.
    expect(lzw(Uint8Array.of(0x00, 0x01, 0x0a, 0x14), 20, 0).failure).toBe(
      'does not decode as TIFF LZW: bad code word',
    );
    // A string that is not yet known: clear, then 300.
    expect(lzw(Uint8Array.of(0x80, 0x4b, 0x00), 20, 0).failure).toBe('does not decode as TIFF LZW: bad code word');
  });

  it('stay within bounds on damaged strips', { timeout: 60_000 }, () => {
    const data = KINDS.map((kind, i) => sample(kind, 500 + 400 * i, i));
    const seen = new Set<string | null>();
    let poison = 0;
    for (const stream of damaged(data.map(encodePackBits), 12_000, 3)) {
      seen.add(packBits(stream, 3000, poison++ & 255).failure);
    }
    const strips = data.map((bytes) => encodeTiffLzw(bytes));
    for (const stream of damaged(strips, 12_000, 4)) seen.add(lzw(stream, 3000, poison++ & 255).failure);
    expect(seen.size).toBe(4);
  });
});
