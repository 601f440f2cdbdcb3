import { BackwardBits } from './zstd-bits.js';
import { ZstdStop } from './zstd-failures.js';
import { FseState, readFseTable } from './zstd-fse.js';

/** Most bytes that a block decodes to, and most literals it can have. */
export const BLOCK_BYTES = 131_072;

export const LONGEST_CODE = 11;
const MOST_WEIGHTS = 255;

/** A prefix code: the next `bits` bits index a symbol and the bits that it really takes. */
export interface ZstdHuffman {
  readonly bits: number;
  readonly symbols: Uint8Array;
  readonly lengths: Uint8Array;
}

/** Weights that two states give in turn until the stream is used up (RFC 8878, section 4.2.1.2). */
function readWeights(bytes: Uint8Array): number[] {
  const [table, used] = readFseTable(bytes, 6, LONGEST_CODE + 1);
  const reader = new BackwardBits(bytes.subarray(used), 'bad Huffman code');
  let [now, other] = [new FseState(table, reader), new FseState(table, reader)];
  if (reader.left < 0) throw new ZstdStop('bad Huffman code');
  const weights: number[] = [];
  while (weights.length < MOST_WEIGHTS - 1) {
    weights.push(now.symbol);
    now.advance(reader);
    if (reader.left < 0) return [...weights, other.symbol];
    [now, other] = [other, now];
  }
  throw new ZstdStop('bad Huffman code');
}

/** The code of the given weights; that of the last symbol follows from the others. */
export function huffmanOf(given: readonly number[]): ZstdHuffman {
  const sum = given.reduce((total, weight) => total + ((1 << weight) >> 1), 0);
  const bits = 32 - Math.clz32(sum);
  const rest = (1 << bits) - sum;
  if (sum === 0 || bits > LONGEST_CODE || (rest & (rest - 1)) !== 0) throw new ZstdStop('bad Huffman code');
  const weights = [...given, 32 - Math.clz32(rest)];
  // A code in which no word has the full length would be one with fewer bits.
  if (!weights.includes(1)) throw new ZstdStop('bad Huffman code');
  const symbols = new Uint8Array(1 << bits);
  const lengths = new Uint8Array(1 << bits);
  let at = 0;
  for (let weight = 1; weight <= bits; weight++) {
    for (const [symbol, own] of weights.entries()) {
      if (own !== weight) continue;
      const end = at + (1 << (weight - 1));
      symbols.fill(symbol, at, end);
      lengths.fill(bits + 1 - weight, at, end);
      at = end;
    }
  }
  return { bits, symbols, lengths };
}

/** Reads the code at the start of `bytes` (RFC 8878, section 4.2.1) and the bytes that it takes. */
function readHuffman(bytes: Uint8Array): [ZstdHuffman, number] {
  const [header = 0] = bytes;
  const count = header - 127;
  const used = 1 + (header < 128 ? header : (count + 1) >> 1);
  if (used > bytes.length) throw new ZstdStop('bad Huffman code');
  const stored = bytes.subarray(1, used);
  if (header < 128) return [huffmanOf(readWeights(stored)), used];
  const weights = Array.from({ length: count }, (_, i) => ((stored[i >> 1] ?? 0) >> (i % 2 ? 0 : 4)) & 15);
  return [huffmanOf(weights), used];
}

/** Decodes one stream, which must be used up by exactly the bytes of `output`. */
function decodeStream(code: ZstdHuffman, stream: Uint8Array, output: Uint8Array): void {
  const reader = new BackwardBits(stream, 'bad literals');
  for (let i = 0; i < output.length; i++) {
    const index = reader.peek(code.bits);
    output[i] = code.symbols[index] ?? 0;
    reader.left -= code.lengths[index] ?? 0;
    if (reader.left < 0) throw new ZstdStop('bad literals');
  }
  if (reader.left !== 0) throw new ZstdStop('bad literals');
}

/** Four streams behind the lengths of the first three, each for a quarter of the output. */
function decodeStreams(code: ZstdHuffman, bytes: Uint8Array, output: Uint8Array): void {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  const sizes = [a | (b << 8), c | (d << 8), e | (f << 8)];
  const quarter = (output.length + 3) >> 2;
  let at = 6;
  if (output.length < 6 || sizes.reduce((total, size) => total + size, at) > bytes.length) {
    throw new ZstdStop('bad literals');
  }
  for (const [i, size] of [...sizes, bytes.length].entries()) {
    decodeStream(code, bytes.subarray(at, at + size), output.subarray(i * quarter, (i + 1) * quarter));
    at += size;
  }
}

/** Literals of a block, the code for later blocks, and the bytes of the section. */
export interface Literals {
  readonly bytes: Uint8Array;
  readonly code: ZstdHuffman | null;
  readonly used: number;
}

/**
 * Reads the literals section at the start of a block (RFC 8878, section 3.1.1.3.1).
 * @param earlier the code of the last block that had one
 */
export function readLiterals(block: Uint8Array, earlier: ZstdHuffman | null): Literals {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = block;
  const kind = first & 3;
  const format = (first >> 2) & 3;
  const low = first | (second << 8) | (third << 16);
  const isCoded = kind > 1;
  const header = isCoded ? [3, 3, 4, 5][format] : [1, 2, 1, 3][format];
  if (header === undefined || header > block.length) throw new ZstdStop('bad literals');
  if (!isCoded) {
    const size = header === 1 ? first >> 3 : (low & (header === 2 ? 0xffff : 0xffffff)) >> 4;
    const used = header + (kind === 0 ? size : 1);
    if (size > BLOCK_BYTES || used > block.length) throw new ZstdStop('bad literals');
    const stored = block.subarray(header, used);
    return { bytes: kind === 0 ? stored : new Uint8Array(size).fill(stored[0] ?? 0), code: earlier, used };
  }
  const width = [10, 10, 14, 18][format] ?? 0;
  const stated = Math.floor((low + fourth * 2 ** 24 + fifth * 2 ** 32) / 16);
  const size = stated % 2 ** width;
  const used = header + (Math.floor(stated / 2 ** width) % 2 ** width);
  if (size > BLOCK_BYTES || used > block.length) throw new ZstdStop('bad literals');
  const stored = block.subarray(header, used);
  if (kind === 3 && !earlier) throw new ZstdStop('bad literals');
  const [code, skipped] = kind === 3 && earlier ? [earlier, 0] : readHuffman(stored);
  const bytes = new Uint8Array(size);
  if (format === 0) decodeStream(code, stored.subarray(skipped), bytes);
  else decodeStreams(code, stored.subarray(skipped), bytes);
  return { bytes, code, used };
}
