import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { InputFile } from '../../dist/io/file.js';
import { serve } from './serve.js';

process.env.FANFOLD_HTTP_TIMEOUT = '2';
process.env.FANFOLD_HTTP_RETRIES = '2';
process.env.FANFOLD_HTTP_BACKOFF = '0.01';

const served = serve();
// Larger than what is kept of it, and no whole number of blocks.
const SIZE = 40 * 2 ** 20 + 12_348;
const content = Buffer.from(new ArrayBuffer(SIZE));

beforeAll(() => {
  const words = new Uint32Array(content.buffer, 0, SIZE >> 2);
  for (let i = 0, x = 1; i < words.length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    words[i] = x;
  }
  writeFileSync(join(served.folder, 'large.bin'), content);
});

/** A read: where it begins, how long it is, and what is expected before it. */
const read = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 3_000_000 }), fc.constant(20_000_000)),
  expected: fc.option(fc.integer({ min: 1, max: 9_000_000 })),
});

describe.each(['good', 'redirect'])('through %s', (way) => {
  test('any reads give the bytes of the file, in this thread, synchronously', () => {
    const file = InputFile.open(served.url(way, 'large.bin'));
    expect(file.size).toBe(SIZE);
    fc.assert(
      fc.property(fc.array(read, { minLength: 1, maxLength: 6 }), (reads) => {
        for (const { at, length, expected } of reads) {
          const start = Math.floor(at * (SIZE - 1));
          const into = new Uint8Array(Math.min(length, SIZE - start));
          if (expected !== null) file.expect(start, start + expected);
          file.read(into, start);
          expect(content.compare(into, 0, into.length, start, start + into.length)).toBe(0);
        }
      }),
      { numRuns: 15 },
    );
    file.close();
  });
});

test('a read behind the end says so', () => {
  const file = InputFile.open(served.url('good', 'large.bin'));
  expect(() => file.read(new Uint8Array(10), SIZE - 5)).toThrow(/ends at byte \d+, but 10 bytes are needed/);
});

test('a server without ranges is refused where nothing can be downloaded', () => {
  expect(() => InputFile.open(served.url('whole', 'large.bin'))).toThrow(
    /does not send parts of files\. Download it first/,
  );
});

test('a failure is told, and the next read tries again', () => {
  const file = InputFile.open(served.url('cut', 'large.bin'));
  expect(() => file.read(new Uint8Array(300_000), 0)).toThrow(/the connection broke/);
  expect(() => file.read(new Uint8Array(300_000), 0)).toThrow(/the connection broke/);
});
