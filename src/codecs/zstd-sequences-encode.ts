import { BitWriter, joinParts } from './zstd-bit-writer.js';
import { type FseTable, fseRepeat, fseTable } from './zstd-fse.js';
import { costOf, distributionOf, FseEncoder, writeDistribution } from './zstd-fse-encode.js';
import type { Parsed } from './zstd-matches.js';
import { LITERAL_LENGTHS, MATCH_LENGTHS, OFFSETS, type SequenceCode } from './zstd-sequences.js';

/** The symbol of every number of a kind: the last one whose base is not larger. */
function symbolsOf({ base }: SequenceCode, numbers: readonly number[]): Uint8Array {
  return Uint8Array.from(numbers, (number) => {
    let [low, high] = [0, base.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((base[middle] ?? 0) <= number) low = middle;
      else high = middle;
    }
    return low;
  });
}

interface Coded {
  readonly mode: number;
  readonly table: FseTable;
  readonly description: Uint8Array;
}

/** The table that takes the fewest bits: a single symbol, the predefined one, or one of its own. */
function chooseTable(code: SequenceCode, symbols: Uint8Array): Coded {
  const counts = Array.from({ length: code.lastSymbol + 1 }, () => 0);
  for (const symbol of symbols) counts[symbol] = (counts[symbol] ?? 0) + 1;
  const [only = 0] = symbols;
  if (counts[only] === symbols.length) {
    return { mode: 1, table: fseRepeat(only), description: Uint8Array.of(only) };
  }
  const bits = Math.min(code.mostBits, Math.max(6, 30 - Math.clz32(symbols.length)));
  const distribution = distributionOf(counts, bits);
  const description = writeDistribution(distribution);
  if (costOf(counts, code.predefined) <= costOf(counts, distribution) + 8 * description.length) {
    return { mode: 0, table: fseTable(code.predefined), description: new Uint8Array() };
  }
  return { mode: 2, table: fseTable(distribution), description };
}

function countBytes(count: number): number[] {
  if (count < 128) return [count];
  if (count < 0x7f00) return [128 + (count >> 8), count & 255];
  return [255, (count - 0x7f00) & 255, (count - 0x7f00) >> 8];
}

/** The sequences section of a block (RFC 8878, section 3.1.1.3.2). */
export function encodeSequences({ own, length, value }: Parsed): Uint8Array {
  const count = own.length;
  if (count === 0) return Uint8Array.of(0);
  const kinds = [
    { code: LITERAL_LENGTHS, numbers: own },
    { code: OFFSETS, numbers: value },
    { code: MATCH_LENGTHS, numbers: length },
  ].map(({ code, numbers }) => {
    const symbols = symbolsOf(code, numbers);
    const { mode, table, description } = chooseTable(code, symbols);
    return { code, numbers, symbols, mode, description, states: new FseEncoder(table) };
  });
  type Kind = (typeof kinds)[number];
  const writer = new BitWriter();
  const putState = ({ states, symbols }: Kind, at: number) => states.put(writer, symbols[at] ?? 0);
  const putExtra = ({ code, numbers, symbols }: Kind, at: number) => {
    const symbol = symbols[at] ?? 0;
    writer.put((numbers[at] ?? 0) - (code.base[symbol] ?? 0), code.extra[symbol] ?? 0);
  };
  const [literalLengths, offsets, matchLengths] = kinds;
  if (!literalLengths || !offsets || !matchLengths) return Uint8Array.of(0);
  // From the last to the first, each in the opposite order of reading.
  for (let at = count - 1; at >= 0; at--) {
    for (const kind of [offsets, matchLengths, literalLengths]) putState(kind, at);
    for (const kind of [literalLengths, matchLengths, offsets]) putExtra(kind, at);
  }
  for (const { states } of [matchLengths, offsets, literalLengths]) states.finish(writer);
  const modes = (literalLengths.mode << 6) | (offsets.mode << 4) | (matchLengths.mode << 2);
  const descriptions = kinds.map(({ description }) => description);
  return joinParts([Uint8Array.of(...countBytes(count), modes), ...descriptions, writer.backward()]);
}
