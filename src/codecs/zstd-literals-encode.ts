import { BitWriter, joinParts } from './zstd-bit-writer.js';
import { fseTable } from './zstd-fse.js';
import { distributionOf, FseEncoder, writeDistribution } from './zstd-fse-encode.js';
import { huffmanOf, LONGEST_CODE } from './zstd-literals.js';

/** Lengths of a Huffman code for counts, at most `LONGEST_CODE` bits: counts that give longer ones are made more even. */
function codeLengths(counts: readonly number[]): number[] {
  for (let given = counts; ; given = given.map((count) => (count === 0 ? 0 : (count >> 1) | 1))) {
    const lengths = huffmanLengths(given);
    if (Math.max(...lengths) <= LONGEST_CODE) return lengths;
  }
}

/** Lengths of a Huffman code: again and again the two rarest nodes become one. */
function huffmanLengths(counts: readonly number[]): number[] {
  interface Node {
    readonly count: number;
    readonly symbols: readonly number[];
  }
  const leaves: Node[] = counts
    .flatMap((count, symbol) => (count > 0 ? [{ count, symbols: [symbol] }] : []))
    .sort((a, b) => a.count - b.count);
  const joined: Node[] = [];
  const lengths = counts.map(() => 0);
  let [leaf, inner] = [0, 0];
  const rarest = (): Node => {
    const [a, b] = [leaves[leaf], joined[inner]];
    if (a && (!b || a.count <= b.count)) {
      leaf++;
      return a;
    }
    inner++;
    return b ?? { count: 0, symbols: [] };
  };
  for (let i = 1; i < leaves.length; i++) {
    const [a, b] = [rarest(), rarest()];
    const symbols = [...a.symbols, ...b.symbols];
    for (const symbol of symbols) lengths[symbol] = (lengths[symbol] ?? 0) + 1;
    joined.push({ count: a.count + b.count, symbols });
  }
  return lengths;
}

/** Weights compressed with two states in turn (RFC 8878, section 4.2.1.2); null when that cannot be. */
function packWeights(weights: readonly number[]): Uint8Array | null {
  const counts = Array.from({ length: LONGEST_CODE + 1 }, (_, weight) => weights.filter((w) => w === weight).length);
  if (counts.filter((count) => count > 0).length < 2) return null;
  const distribution = distributionOf(counts, weights.length > 40 ? 6 : 5);
  const table = writeDistribution(distribution);
  const writer = new BitWriter();
  const states = [0, 1].map(() => new FseEncoder(fseTable(distribution)));
  for (let i = weights.length - 1; i >= 0; i--) states[i % 2]?.put(writer, weights[i] ?? 0);
  for (const state of states.reverse()) state.finish(writer);
  const stream = writer.backward();
  const used = table.length + stream.length;
  return used < 128 ? joinParts([Uint8Array.of(used), table, stream]) : null;
}

/** Weights as four bits each; null when there are too many. */
function plainWeights(weights: readonly number[]): Uint8Array | null {
  if (weights.length > 128) return null;
  const pairs = Array.from({ length: (weights.length + 1) >> 1 }, (_, i) => {
    return ((weights[2 * i] ?? 0) << 4) | (weights[2 * i + 1] ?? 0);
  });
  return Uint8Array.of(127 + weights.length, ...pairs);
}

/** How a code is stored (RFC 8878, section 4.2.1), in the shorter form; null when no form fits. */
function describe(weights: readonly number[]): Uint8Array | null {
  const packed = weights.length > 1 ? packWeights(weights) : null;
  const plain = plainWeights(weights);
  return packed && (!plain || packed.length < plain.length) ? packed : plain;
}

/** The head of a section: its kind, what it decodes to, and for coded ones the bytes that follow. */
function sectionHead(kind: number, size: number, stored: number | null): Uint8Array {
  const writer = new BitWriter();
  writer.put(kind, 2);
  if (stored === null) {
    if (size < 32) writer.put(0, 1);
    else writer.put(size < 4096 ? 1 : 3, 2);
    writer.put(size, size < 32 ? 5 : size < 4096 ? 12 : 20);
  } else {
    const format = size < 1024 ? 0 : size < 16_384 ? 2 : 3;
    const width = [10, 10, 14, 18][format] ?? 0;
    writer.put(format, 2);
    writer.put(size, width);
    writer.put(stored, width);
  }
  return writer.forward();
}

/** Literals in a Huffman code, below 1 KiB in one stream, else in four; null when they take fewer bytes as they are. */
function encodeCoded(literals: Uint8Array): Uint8Array | null {
  const counts = Array.from({ length: 256 }, () => 0);
  for (const byte of literals) counts[byte] = (counts[byte] ?? 0) + 1;
  const lengths = codeLengths(counts.slice(0, counts.findLastIndex((count) => count > 0) + 1));
  const longest = Math.max(...lengths);
  const weights = lengths.slice(0, -1).map((length) => (length === 0 ? 0 : longest + 1 - length));
  const description = describe(weights);
  if (!description) return null;
  const { bits, symbols } = huffmanOf(weights);
  const words = lengths.map((length, symbol) => symbols.indexOf(symbol) >> (bits - length));
  const streamOf = (part: Uint8Array): Uint8Array => {
    const writer = new BitWriter();
    for (let i = part.length - 1; i >= 0; i--) writer.put(words[part[i] ?? 0] ?? 0, lengths[part[i] ?? 0] ?? 0);
    return writer.backward();
  };
  const parts = [description];
  if (literals.length < 1024) parts.push(streamOf(literals));
  else {
    const quarter = (literals.length + 3) >> 2;
    const streams = [0, 1, 2, 3].map((i) => streamOf(literals.subarray(i * quarter, (i + 1) * quarter)));
    parts.push(Uint8Array.from(streams.slice(0, 3).flatMap(({ length }) => [length & 255, length >> 8])), ...streams);
  }
  const stored = joinParts(parts);
  return stored.length < literals.length ? joinParts([sectionHead(2, literals.length, stored.length), stored]) : null;
}

/** The literals section of a block (RFC 8878, section 3.1.1.3.1). */
export function encodeLiterals(literals: Uint8Array): Uint8Array {
  const [first] = literals;
  if (literals.length > 8) {
    if (first !== undefined && literals.every((byte) => byte === first)) {
      return joinParts([sectionHead(1, literals.length, null), Uint8Array.of(first)]);
    }
    const coded = encodeCoded(literals);
    if (coded) return coded;
  }
  return joinParts([sectionHead(0, literals.length, null), literals]);
}
