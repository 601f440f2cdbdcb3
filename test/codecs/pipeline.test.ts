import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deflate } from '../../dist/codecs/deflate.js';
import { fletcher32 } from '../../dist/codecs/fletcher32.js';
import { makeDecoder, scratchBytes } from '../../dist/codecs/pipeline.js';
import { shuffle } from '../../dist/codecs/shuffle.js';
import { ARENA_BASE, Arena, makeMemory, SLACK } from '../../dist/core/arena.js';
import { SourceError } from '../../dist/core/errors.js';
import type { Filter } from '../../dist/core/storage.js';
import { sample } from './streams.js';

const KERNELS = ['wasm', 'ts'] as const;
const POISON = 0x3c;
const IO_BASE = ARENA_BASE + 2 ** 20;
const memory = makeMemory(2 ** 21);
const poison = Buffer.alloc(2 ** 20, POISON);
const isPoison = (bytes: Uint8Array) => Buffer.compare(bytes, poison.subarray(0, bytes.length)) === 0;

function encode(filter: Filter, bytes: Uint8Array): Uint8Array {
  if (filter.name === 'deflate') return deflate(bytes, 4);
  if (filter.name === 'shuffle') return shuffle(bytes, filter.elementBytes);
  const chunk = new Uint8Array(bytes.length + 4);
  chunk.set(bytes);
  new DataView(chunk.buffer).setUint32(bytes.length, fletcher32(bytes), true);
  return chunk;
}

function store(pipeline: readonly Filter[], mask: number, bytes: Uint8Array): Uint8Array {
  return pipeline.reduce((stored, filter, i) => ((mask >> i) & 1 ? stored : encode(filter, stored)), bytes);
}

/** Decodes in an arena of just `scratchBytes`, and checks that nothing beyond it or the output's slack was written. */
function decode(
  pipeline: readonly Filter[],
  mask: number,
  stored: Uint8Array,
  chunkBytes: number,
  kernel: 'wasm' | 'ts',
) {
  const scratch = scratchBytes(pipeline, chunkBytes);
  const all = new Uint8Array(memory.buffer);
  all.fill(POISON, ARENA_BASE);
  const decoder = makeDecoder(pipeline, chunkBytes, 4, new Arena(memory, ARENA_BASE, scratch), kernel);
  const io = new Arena(memory, IO_BASE, 2 ** 20);
  const input = io.bytes(stored.length);
  const output = io.bytes(chunkBytes);
  input.set(stored);
  decoder.decode(input, mask, output);
  const end = output.byteOffset + chunkBytes + SLACK;
  const isIntact =
    isPoison(all.subarray(ARENA_BASE + scratch, IO_BASE)) &&
    isPoison(all.subarray(end, end + 4096)) &&
    Buffer.compare(input, stored) === 0;
  expect(isIntact).toBe(true);
  return output;
}

function failure(run: () => unknown): SourceError {
  try {
    run();
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
  throw new Error('did not fail');
}

const filters = fc.oneof(
  fc.constant<Filter>({ name: 'deflate' }),
  fc.constant<Filter>({ name: 'fletcher32' }),
  fc.constantFrom(1, 2, 3, 4, 8).map((elementBytes): Filter => ({ name: 'shuffle', elementBytes })),
);
const SHUFFLE: Filter = { name: 'shuffle', elementBytes: 4 };
const DEFLATE: Filter = { name: 'deflate' };
const FLETCHER: Filter = { name: 'fletcher32' };

describe('chunk decoder', () => {
  for (const kernel of KERNELS) {
    it(`undoes any pipeline with any filter mask (${kernel})`, () => {
      const kinds = fc.constantFrom('float32', 'counts', 'zeros', 'bytes' as const);
      const run = fc.property(
        fc.array(filters, { maxLength: 5 }),
        fc.nat(31),
        kinds,
        fc.integer({ min: 1, max: 5000 }),
        (pipeline, mask, kind, length) => {
          const data = sample(kind, length, length);
          const output = decode(pipeline, mask, store(pipeline, mask, data), length, kernel);
          expect(Buffer.compare(output, data)).toBe(0);
        },
      );
      fc.assert(run, { numRuns: 150 });
    });

    it(`names what is wrong with a damaged chunk (${kernel})`, () => {
      const data = sample('counts', 4000, 1);
      const stored = deflate(data, 4);
      const cut = failure(() => decode([DEFLATE], 0, stored.subarray(0, 200), 4000, kernel));
      expect(cut.code).toBe('bad-chunk');
      expect(cut.message).toMatch(/^does not inflate: input ends too early at decoded byte \d+$/);
      expect(cut.fields).toMatchObject({ filter: 'deflate', reason: 'input ends too early' });
      const long = failure(() => decode([DEFLATE], 0, stored, 3000, kernel));
      expect(long.message).toMatch(/^does not inflate: more output than expected/);
      const short = failure(() => decode([DEFLATE], 0, stored, 5000, kernel));
      expect(short).toMatchObject({ code: 'bad-chunk', message: 'decodes to 4000 bytes instead of 5000' });
      const sum = store([SHUFFLE, FLETCHER], 0, data);
      sum[17] = (sum[17] ?? 0) ^ 4;
      expect(failure(() => decode([SHUFFLE, FLETCHER], 0, sum, 4000, kernel)).message).toMatch(/^fails its fletcher32/);
    });

    it(`copies a chunk that skipped every filter, if it has the right size (${kernel})`, () => {
      const data = sample('bytes', 1000, 1);
      const pipeline = [SHUFFLE, DEFLATE, FLETCHER];
      expect(Buffer.compare(decode(pipeline, 7, data, 1000, kernel), data)).toBe(0);
      for (const [bytes, mask] of [
        [999, 7],
        [1001, 7],
        [1001, 6],
        [0, 7],
      ] as const) {
        const error = failure(() => decode(pipeline, mask, sample('bytes', bytes, 1), 1000, kernel));
        expect(error).toMatchObject({ code: 'bad-chunk', message: `decodes to ${bytes} bytes instead of 1000` });
      }
    });

    it(`takes the element size of the data when shuffle states none (${kernel})`, () => {
      const data = sample('float32', 400, 1);
      const output = decode([{ name: 'shuffle', elementBytes: 0 }], 0, shuffle(data, 4), 400, kernel);
      expect(Buffer.compare(output, data)).toBe(0);
    });

    it(`refuses filters it does not know (${kernel})`, () => {
      const pipeline: Filter[] = [{ name: 'unsupported', id: 32015, label: 'zstd' }];
      const error = failure(() => makeDecoder(pipeline, 100, 4, new Arena(memory, ARENA_BASE, 2 ** 16), kernel));
      expect(error.code).toBe('unsupported-filter');
      expect(error.message).toContain('zstd (id 32015)');
    });
  }

  it('needs one buffer between two filters that move bytes, and none for one', () => {
    const chunk = 2 ** 20;
    expect(scratchBytes([], chunk)).toBe(0);
    expect(scratchBytes([FLETCHER], chunk)).toBe(0);
    expect(scratchBytes([SHUFFLE], chunk)).toBe(0);
    expect(scratchBytes([DEFLATE], chunk)).toBeLessThan(2 ** 16);
    expect(scratchBytes([SHUFFLE, DEFLATE], chunk)).toBeLessThan(chunk + 2 ** 16);
  });
});
