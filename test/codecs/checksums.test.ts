import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adler32 } from '../../dist/codecs/adler32.js';
import { checksumWasm } from '../../dist/codecs/checksum.wasm.js';
import { fletcher32, makeFletcher32 } from '../../dist/codecs/fletcher32.js';
import { instantiate } from '../../dist/core/wasm.js';

type Row = readonly [kind: 'formula' | 'ones' | 'zeros', bytes: number, fletcher: number, adler: number];

const GOLDEN = join(import.meta.dirname, '../golden/codecs/checksums.json');
const rows: readonly Row[] = JSON.parse(readFileSync(GOLDEN, 'utf8'));

const AT = 65536;
const memory = new WebAssembly.Memory({ initial: 40, maximum: 40, shared: true });
const all = new Uint8Array(memory.buffer);
const kernel = instantiate(checksumWasm, memory);

/** Checksum of `bytes` by a function of the module, at an address that is not aligned. */
function inWasm(name: 'adler32' | 'fletcher32', bytes: Uint8Array): number {
  all.fill(0x77, AT, AT + bytes.length + 200);
  all.set(bytes, AT + 3);
  return (kernel[name]?.(AT + 3, bytes.length) ?? Number.NaN) >>> 0;
}

function make(kind: Row[0], length: number): Uint8Array {
  if (kind !== 'formula') return new Uint8Array(length).fill(kind === 'ones' ? 255 : 0);
  return Uint8Array.from({ length }, (_, i) => Number(((BigInt(i) * BigInt(i) * 2654435761n) >> 7n) & 255n));
}

describe('checksums', () => {
  it('are those that h5py stores and zlib computes', () => {
    expect(rows.length).toBeGreaterThan(40);
    for (const [kind, length, fletcher, adler] of rows) {
      const data = make(kind, length);
      expect([kind, length, fletcher32(data), adler32(data)]).toEqual([kind, length, fletcher, adler]);
      expect([kind, length, inWasm('fletcher32', data), inWasm('adler32', data)]).toEqual([
        kind,
        length,
        fletcher,
        adler,
      ]);
    }
  });

  it('are the same in WebAssembly and TypeScript for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9000, size: 'max' }), (bytes) => {
        expect(inWasm('adler32', bytes)).toBe(adler32(bytes));
        expect(inWasm('fletcher32', bytes)).toBe(fletcher32(bytes));
      }),
    );
  });

  it('do not overflow on a long run of the largest byte', () => {
    const bytes = new Uint8Array(2_000_001).fill(255);
    expect(inWasm('adler32', bytes)).toBe(adler32(bytes));
    expect(inWasm('fletcher32', bytes)).toBe(fletcher32(bytes));
  });

  it('continue over pieces', () => {
    const bytes = make('formula', 20_000);
    expect(adler32(bytes.subarray(7777), adler32(bytes.subarray(0, 7777)))).toBe(adler32(bytes));
  });
});

describe('the fletcher32 filter', () => {
  for (const name of ['wasm', 'ts'] as const) {
    const check = makeFletcher32(memory, name);
    const place = (data: Uint8Array, checksum: readonly number[]) => {
      const chunk = all.subarray(AT, AT + data.length + checksum.length);
      chunk.set(data);
      chunk.set(checksum, data.length);
      return chunk;
    };
    const littleEndian = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];

    it(`takes HDF5's checksum, now and as it once was, and nothing else (${name})`, () => {
      const none = new Uint8Array();
      for (const [kind, length, fletcher] of rows) {
        const data = make(kind, length);
        const [a = 0, b = 0, c = 0, d = 0] = littleEndian(fletcher);
        expect(Buffer.compare(check(place(data, [a, b, c, d]), none), data)).toBe(0);
        expect(Buffer.compare(check(place(data, [b, a, d, c]), none), data)).toBe(0);
        expect(() => check(place(data, [a ^ 1, b, c, d]), none)).toThrow(/fails its fletcher32 checksum/);
      }
    });

    it(`notices any flipped bit (${name})`, () => {
      const data = make('formula', 33);
      const [, , fletcher = 0] = rows.find(([kind, length]) => kind === 'formula' && length === 33) ?? [];
      for (let bit = 0; bit < 37 * 8; bit++) {
        const chunk = place(data, littleEndian(fletcher));
        chunk[bit >> 3] = (chunk[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => check(chunk, new Uint8Array())).toThrow(/fails its fletcher32 checksum/);
      }
    });

    it(`refuses fewer bytes than a checksum (${name})`, () => {
      expect(() => check(all.subarray(AT, AT + 3), new Uint8Array())).toThrow('too short');
    });
  }
});
