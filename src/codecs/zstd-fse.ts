import { type BackwardBits, ForwardBits } from './zstd-bits.js';
import { ZstdStop } from './zstd-failures.js';

/** A table of finite state entropy (RFC 8878, section 4.1): what every state stands for and how the next one is found. */
export interface FseTable {
  /** The table has 2^bits states. */
  readonly bits: number;
  readonly symbols: Uint8Array;
  /** The next state is `bases` and as many bits of the stream as `lengths` says. */
  readonly lengths: Uint8Array;
  readonly bases: Uint16Array;
}

/** Probabilities of symbols, out of 2^bits; -1 is "less than one". */
export interface Distribution {
  readonly bits: number;
  readonly counts: readonly number[];
}

/** The decoding table of a distribution (RFC 8878, section 4.1.1). */
export function fseTable({ bits, counts }: Distribution): FseTable {
  const size = 1 << bits;
  const symbols = new Uint8Array(size);
  const next = new Uint16Array(counts.length);
  let high = size - 1;
  for (const [symbol, count] of counts.entries()) {
    if (count === -1) symbols[high--] = symbol;
    next[symbol] = Math.abs(count);
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (const [symbol, count] of counts.entries()) {
    for (let i = 0; i < count; i++) {
      symbols[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at > high);
    }
  }
  const lengths = new Uint8Array(size);
  const bases = new Uint16Array(size);
  for (const [state, symbol] of symbols.entries()) {
    const rank = next[symbol] ?? 0;
    next[symbol] = rank + 1;
    const length = bits - (31 - Math.clz32(rank));
    lengths[state] = length;
    bases[state] = (rank << length) - size;
  }
  return { bits, symbols, lengths, bases };
}

/** The table of a single symbol, which takes no bits. */
export function fseRepeat(symbol: number): FseTable {
  return { bits: 0, symbols: Uint8Array.of(symbol), lengths: new Uint8Array(1), bases: new Uint16Array(1) };
}

/**
 * Reads the table at the start of `bytes` (RFC 8878, section 4.1.1).
 * @returns the table and the bytes that it takes
 * @throws ZstdStop `bad FSE table`
 */
export function readFseTable(bytes: Uint8Array, mostBits: number, lastSymbol: number): [FseTable, number] {
  const reader = new ForwardBits(bytes);
  const bits = reader.peek(4) + 5;
  reader.skip(4);
  if (bits > mostBits) throw new ZstdStop('bad FSE table');
  const counts: number[] = [];
  let left = 1 << bits;
  while (left > 0) {
    if (counts.length > lastSymbol) throw new ZstdStop('bad FSE table');
    // Values up to `left + 1`: the lowest ones take one bit less.
    const width = 32 - Math.clz32(left + 1);
    const short = (1 << width) - 2 - left;
    const half = 1 << (width - 1);
    let value = reader.peek(width);
    if ((value & (half - 1)) < short) {
      value &= half - 1;
      reader.skip(width - 1);
    } else {
      if (value >= half) value -= short;
      reader.skip(width);
    }
    left -= Math.abs(value - 1);
    counts.push(value - 1);
    for (let more = value === 1 ? 3 : 0; more === 3 && counts.length <= lastSymbol; ) {
      more = reader.peek(2);
      reader.skip(2);
      for (let i = 0; i < more; i++) counts.push(0);
    }
  }
  if (left < 0 || counts.length > lastSymbol + 1 || reader.usedBytes > bytes.length)
    throw new ZstdStop('bad FSE table');
  return [fseTable({ bits, counts }), reader.usedBytes];
}

/** A state that walks through a table. */
export class FseState {
  readonly #table: FseTable;
  #state: number;

  constructor(table: FseTable, reader: BackwardBits) {
    this.#table = table;
    this.#state = reader.take(table.bits);
  }

  get symbol(): number {
    return this.#table.symbols[this.#state] ?? 0;
  }

  advance(reader: BackwardBits): void {
    this.#state = (this.#table.bases[this.#state] ?? 0) + reader.take(this.#table.lengths[this.#state] ?? 0);
  }
}
