import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type InflateFailure, inflate } from '../../dist/codecs/inflate.js';
import { makeGuardedInflate, randomNumbers } from './guarded.js';
import { KINDS, sample } from './streams.js';

const CAPACITY = 2900;
const guarded = makeGuardedInflate();

/** What zlib says, in our words. */
const ZLIB: readonly (readonly [RegExp, InflateFailure])[] = [
  [/incorrect header|unknown compression|invalid window|dictionary/i, 'no valid zlib header'],
  [/invalid block type|invalid stored block/, 'bad block header'],
  [/code lengths|repeat|lengths set|distances set|too many|end-of-block/, 'bad code lengths'],
  [/invalid literal\/length code|invalid distance code/, 'bad code word'],
  [/too far back/, 'distance too far back'],
  [/Cannot create a Buffer larger/, 'more output than expected'],
  [/unexpected end of file/, 'input ends too early'],
  [/incorrect data check/, 'Adler-32 does not match'],
];

function byZlib(stream: Uint8Array): { failure: InflateFailure | null; bytes: Uint8Array | null } {
  try {
    return { failure: null, bytes: inflateSync(stream, { maxOutputLength: CAPACITY }) };
  } catch (error) {
    const text = String(error);
    const known = ZLIB.find(([pattern]) => pattern.test(text));
    if (!known) throw error;
    return { failure: known[1], bytes: null };
  }
}

/** Several things can be wrong at one place; decoders differ in which they notice first. */
function isSameVerdict(a: InflateFailure | null, b: InflateFailure | null): boolean {
  const ends = ['input ends too early', 'more output than expected'];
  return a === b || (a !== null && b !== null && (ends.includes(a) || ends.includes(b)));
}

function compare(stream: Uint8Array, poison: number): InflateFailure | null {
  const result = guarded(stream, CAPACITY, poison);
  const output = new Uint8Array(CAPACITY);
  const reference = inflate(stream, output);
  const zlib = byZlib(stream);
  if (!isSameVerdict(reference.failure, zlib.failure)) expect(reference.failure).toBe(zlib.failure);
  if (!isSameVerdict(result.failure, reference.failure)) expect(result.failure).toBe(reference.failure);
  if (zlib.bytes) {
    expect(Buffer.compare(output.subarray(0, reference.decoded), zlib.bytes)).toBe(0);
    expect(Buffer.compare(result.bytes, zlib.bytes)).toBe(0);
  }
  if (reference.failure && result.failure === reference.failure && reference.failure !== 'input ends too early') {
    const common = Math.min(result.decoded, reference.decoded);
    expect(Buffer.compare(result.bytes.subarray(0, common), output.subarray(0, common))).toBe(0);
  }
  return result.failure;
}

describe('damaged streams', () => {
  const streams = KINDS.flatMap((kind, k) =>
    [0, 1, 4, 9].flatMap((level) => [
      deflateSync(sample(kind, 1000 + 300 * k, level), { level }),
      deflateSync(sample(kind, 200, level), { level, memLevel: 1 }),
    ]),
  );
  const pick = (next: () => number) => streams[Math.floor(next() * streams.length)] ?? new Uint8Array();

  it('end with the verdict of zlib and the reference, and nothing out of place: flipped bits', () => {
    const next = randomNumbers(1);
    const seen = new Set<InflateFailure | null>();
    for (let run = 0; run < 6000; run++) {
      const stream = Uint8Array.from(pick(next));
      const first = run % 3 === 0 ? Math.min(60, stream.length) : stream.length;
      for (let flips = 1 + Math.floor(next() * 3); flips > 0; flips--) {
        const at = Math.floor(next() * first);
        stream[at] = (stream[at] ?? 0) ^ (1 << Math.floor(next() * 8));
      }
      seen.add(compare(stream, Math.floor(next() * 256)));
    }
    for (const [, failure] of ZLIB) expect(seen).toContain(failure);
  });

  it('the same: cut short anywhere', () => {
    for (const [i, stream] of streams.entries()) {
      for (let length = 0; length < stream.length; length += length < 150 ? 1 : 11) {
        expect(compare(stream.subarray(0, length), (i * 37 + length) & 255)).toBe('input ends too early');
      }
    }
  });

  it('the same: spliced from two', () => {
    const next = randomNumbers(3);
    for (let run = 0; run < 4000; run++) {
      const [a, b] = [pick(next), pick(next)];
      const spliced = Buffer.concat([a.subarray(0, next() * a.length), b.subarray(next() * b.length)]);
      compare(spliced, Math.floor(next() * 256));
    }
  });

  it('the same: random bits behind a valid header', () => {
    const next = randomNumbers(4);
    for (let run = 0; run < 6000; run++) {
      const stream = new Uint8Array(4 + Math.floor(next() * 200)).map(() => next() * 256);
      stream.set([0x78, 0x9c]);
      // A final dynamic block with a permitted number of codes comes as far as building them.
      if (run % 2) stream.set([0x05 | ((stream[2] ?? 0) & 0x78), (stream[3] ?? 0) & 0xef], 2);
      compare(stream, Math.floor(next() * 256));
    }
  });
});

/** Bits, lowest first, after a zlib header. */
function streamOf(...fields: readonly (readonly [value: number, bits: number])[]): Uint8Array {
  const bits = fields.flatMap(([value, count]) => Array.from({ length: count }, (_, i) => (value >> i) & 1));
  const bytes = new Uint8Array(2 + Math.ceil(bits.length / 8) + 40);
  bytes.set([0x78, 0x9c]);
  for (const [i, bit] of bits.entries()) bytes[2 + (i >> 3)] = (bytes[2 + (i >> 3)] ?? 0) | (bit << (i & 7));
  return bytes;
}

/**
 * A dynamic block whose code lengths are all sent with 4-bit words: the code length code has 16 symbols of 4 bits, so
 * that word k, bits reversed, is length k.
 */
function dynamicBlock(
  literals: readonly number[],
  distances: readonly number[],
  ...data: readonly (readonly [number, number])[]
) {
  const reverse4 = (v: number) => ((v & 1) << 3) | ((v & 2) << 1) | ((v & 4) >> 1) | ((v & 8) >> 3);
  const sent = Array.from({ length: 19 }, (_, i): [number, number] => [i < 3 ? 0 : 4, 3]);
  const lengths = [...literals, ...distances].map((length): [number, number] => [reverse4(length), 4]);
  return streamOf(
    [1, 1],
    [2, 2],
    [literals.length - 257, 5],
    [distances.length - 1, 5],
    [15, 4],
    ...sent,
    ...lengths,
    ...data,
  );
}

const literalLengths = (at: Readonly<Record<number, number>>, count = 258) =>
  Array.from({ length: count }, (_, i) => at[i] ?? 0);

describe('codes that are none', () => {
  const cases: readonly (readonly [string, Uint8Array, InflateFailure])[] = [
    ['incomplete literal code', dynamicBlock(literalLengths({ 0: 2, 256: 2, 257: 2 }), [1]), 'bad code lengths'],
    ['over-subscribed literal code', dynamicBlock(literalLengths({ 0: 1, 256: 1, 257: 1 }), [1]), 'bad code lengths'],
    ['no end of block', dynamicBlock(literalLengths({ 0: 1, 257: 1 }), [1]), 'bad code lengths'],
    [
      'incomplete distance code of two words',
      dynamicBlock(literalLengths({ 0: 1, 256: 2, 257: 2 }), [2, 2]),
      'bad code lengths',
    ],
    [
      'single distance code of two bits',
      dynamicBlock(literalLengths({ 0: 1, 256: 2, 257: 2 }), [2]),
      'bad code lengths',
    ],
    [
      'unused word of a single distance code',
      dynamicBlock(literalLengths({ 0: 1, 256: 2, 257: 2 }), [1], [0, 1], [3, 2], [1, 1]),
      'bad code word',
    ],
    [
      'match without any distance code',
      dynamicBlock(literalLengths({ 0: 1, 256: 2, 257: 2 }), [0], [0, 1], [3, 2], [0, 1]),
      'bad code word',
    ],
    ['unused word of a single literal code', dynamicBlock(literalLengths({ 256: 1 }), [0], [1, 1]), 'bad code word'],
  ];

  for (const [name, stream, failure] of cases) {
    it(`${name}: ${failure}`, () => {
      expect(byZlib(stream).failure).toBe(failure);
      for (const poison of [0, 0xff, 0x55]) expect(guarded(stream, CAPACITY, poison).failure).toBe(failure);
      expect(inflate(stream, new Uint8Array(CAPACITY)).failure).toBe(failure);
    });
  }

  it('a single distance code is a code', () => {
    // One literal 0, then a match of length 3 at distance 1, then the end: four zeros.
    const stream = dynamicBlock(literalLengths({ 0: 1, 256: 2, 257: 2 }), [1], [0, 1], [3, 2], [0, 1], [1, 2]);
    expect(guarded(stream, CAPACITY, 0)).toMatchObject({ failure: 'Adler-32 does not match', decoded: 4 });
    expect(inflate(stream, new Uint8Array(CAPACITY), false)).toEqual({ failure: null, decoded: 4 });
  });
});
