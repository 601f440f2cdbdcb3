import { adler32 } from './adler32.js';
import { type HuffmanTable, huffmanTable } from './huffman.js';

/** Why a stream does not inflate: entry k is code -(k + 1) of the WebAssembly module. */
export const INFLATE_FAILURES = [
  'no valid zlib header',
  'bad block header',
  'bad code lengths',
  'bad code word',
  'distance too far back',
  'more output than expected',
  'input ends too early',
  'Adler-32 does not match',
] as const;

export type InflateFailure = (typeof INFLATE_FAILURES)[number];

/** `failure` is null when all went well; `decoded` counts the bytes written. */
export interface Inflated {
  readonly failure: InflateFailure | null;
  readonly decoded: number;
}

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END_OF_BLOCK = 256;

/** Ends decoding from any depth; never leaves this file. */
class Stop extends Error {
  readonly failure: InflateFailure;

  constructor(failure: InflateFailure) {
    super(failure);
    this.failure = failure;
  }
}

/** Bits of a stream, lowest first; beyond the end they read as 0, but cannot be taken. */
class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  #peek(): number {
    const byte = this.#at >>> 3;
    const word = (this.#bytes[byte] ?? 0) | ((this.#bytes[byte + 1] ?? 0) << 8) | ((this.#bytes[byte + 2] ?? 0) << 16);
    return word >>> (this.#at & 7);
  }

  #skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#bytes.length * 8) throw new Stop('input ends too early');
  }

  /** At most 17 bits. */
  take(count: number): number {
    const value = this.#peek() & ((1 << count) - 1);
    this.#skip(count);
    return value;
  }

  symbol(table: HuffmanTable): number {
    const entry = table.entries[this.#peek() & ((1 << table.bits) - 1)] ?? 0;
    this.#skip(entry ? entry & 15 : 1);
    if (!entry) throw new Stop('bad code word');
    return entry >> 4;
  }

  /** The next `count` whole bytes, after the rest of a begun byte is dropped. */
  takeBytes(count: number): Uint8Array {
    const start = (this.#at + 7) >>> 3;
    this.#at = start * 8;
    this.#skip(count * 8);
    return this.#bytes.subarray(start, start + count);
  }
}

interface Codes {
  readonly literals: HuffmanTable;
  readonly distances: HuffmanTable;
}

function codesOf(literalLengths: Uint8Array, distanceLengths: Uint8Array): Codes {
  const literals = huffmanTable(literalLengths, true);
  const distances = literals && huffmanTable(distanceLengths, true);
  if (!distances) throw new Stop('bad code lengths');
  return { literals, distances };
}

function fixedCodes(): Codes {
  const lengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
  return codesOf(lengths, new Uint8Array(32).fill(5));
}

function readCodes(reader: BitReader): Codes {
  const literals = reader.take(5) + 257;
  const distances = reader.take(5) + 1;
  const sent = reader.take(4) + 4;
  const ofLengths = new Uint8Array(19);
  for (const symbol of CODE_LENGTH_ORDER.slice(0, sent)) ofLengths[symbol] = reader.take(3);
  const code = literals > 286 || distances > 30 ? null : huffmanTable(ofLengths, false);
  if (!code) throw new Stop('bad code lengths');
  const lengths = new Uint8Array(literals + distances);
  for (let n = 0; n < lengths.length; ) {
    const symbol = reader.symbol(code);
    if (symbol < 16) {
      lengths[n++] = symbol;
      continue;
    }
    const times = symbol === 16 ? 3 + reader.take(2) : symbol === 17 ? 3 + reader.take(3) : 11 + reader.take(7);
    if ((symbol === 16 && n === 0) || n + times > lengths.length) throw new Stop('bad code lengths');
    lengths.fill(symbol === 16 ? (lengths[n - 1] ?? 0) : 0, n, n + times);
    n += times;
  }
  if (!lengths[END_OF_BLOCK]) throw new Stop('bad code lengths');
  return codesOf(lengths.subarray(0, literals), lengths.subarray(literals));
}

/** Decodes symbols up to the end of the block; returns the new number of decoded bytes. */
function inflateBlock(
  reader: BitReader,
  { literals, distances }: Codes,
  output: Uint8Array,
  progress: { decoded: number },
): void {
  for (;;) {
    const symbol = reader.symbol(literals);
    if (symbol === END_OF_BLOCK) return;
    if (symbol < END_OF_BLOCK) {
      if (progress.decoded === output.length) throw new Stop('more output than expected');
      output[progress.decoded++] = symbol;
      continue;
    }
    const base = LENGTH_BASE[symbol - 257];
    if (base === undefined) throw new Stop('bad code word');
    const length = base + reader.take(LENGTH_EXTRA[symbol - 257] ?? 0);
    const code = reader.symbol(distances);
    if (code > 29) throw new Stop('bad code word');
    // Two codes per power of two, the first two powers without extra bits (RFC 1951, section 3.2.5).
    const extra = Math.max(0, (code >> 1) - 1);
    const distance = code < 2 ? code + 1 : ((2 + (code & 1)) << extra) + 1 + reader.take(extra);
    if (distance > progress.decoded) throw new Stop('distance too far back');
    if (length > output.length - progress.decoded) throw new Stop('more output than expected');
    for (let i = 0; i < length; i++, progress.decoded++)
      output[progress.decoded] = output[progress.decoded - distance] ?? 0;
  }
}

function inflateStored(reader: BitReader, output: Uint8Array, progress: { decoded: number }): void {
  const [low = 0, high = 0, notLow = 0, notHigh = 0] = reader.takeBytes(4);
  if ((low ^ notLow) !== 0xff || (high ^ notHigh) !== 0xff) throw new Stop('bad block header');
  const data = reader.takeBytes(low | (high << 8));
  if (data.length > output.length - progress.decoded) throw new Stop('more output than expected');
  output.set(data, progress.decoded);
  progress.decoded += data.length;
}

function inflateBlocks(reader: BitReader, output: Uint8Array, progress: { decoded: number }): void {
  for (let isFinal = 0; !isFinal; ) {
    isFinal = reader.take(1);
    const kind = reader.take(2);
    if (kind === 3) throw new Stop('bad block header');
    if (kind === 0) inflateStored(reader, output, progress);
    else inflateBlock(reader, kind === 1 ? fixedCodes() : readCodes(reader), output, progress);
  }
}

/**
 * Inflates a zlib stream (RFC 1950 and 1951) into `output`, which may be larger than the result. Bytes behind the stream
 * are ignored; a preset dictionary is refused. The plain reference of the WebAssembly kernel.
 */
export function inflate(input: Uint8Array, output: Uint8Array, verify = true): Inflated {
  const reader = new BitReader(input);
  const progress = { decoded: 0 };
  try {
    const [method = 0, flags = 0] = reader.takeBytes(2);
    const isValid = (method & 15) === 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 === 0 && !(flags & 0x20);
    if (!isValid) throw new Stop('no valid zlib header');
    inflateBlocks(reader, output, progress);
    const stored = reader.takeBytes(4).reduce((value, byte) => value * 256 + byte, 0);
    if (verify && stored !== adler32(output.subarray(0, progress.decoded))) throw new Stop('Adler-32 does not match');
  } catch (error) {
    if (error instanceof Stop) return { failure: error.failure, decoded: progress.decoded };
    throw error;
  }
  return { failure: null, decoded: progress.decoded };
}
