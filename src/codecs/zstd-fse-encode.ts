import { BitWriter } from './zstd-bit-writer.js';
import type { Distribution, FseTable } from './zstd-fse.js';

/** Counts of symbols, brought to a sum of 2^bits; every symbol that occurs keeps one state at least. */
export function distributionOf(counts: readonly number[], bits: number): Distribution {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const size = 1 << bits;
  const scaled = counts.map((count) => (count === 0 ? 0 : Math.max(1, Math.round((count * size) / total))));
  for (let excess = scaled.reduce((sum, count) => sum + count, 0) - size; excess !== 0; ) {
    const largest = scaled.indexOf(Math.max(...scaled));
    const change = excess > 0 ? -Math.min(excess, Math.ceil((scaled[largest] ?? 0) / 8)) : -excess;
    scaled[largest] = (scaled[largest] ?? 0) + change;
    excess += change;
  }
  return { bits, counts: scaled.slice(0, scaled.findLastIndex((count) => count > 0) + 1) };
}

/** A distribution as `readFseTable` reads it (RFC 8878, section 4.1.1). */
export function writeDistribution({ bits, counts }: Distribution): Uint8Array {
  const writer = new BitWriter();
  writer.put(bits - 5, 4);
  let left = 1 << bits;
  for (let symbol = 0; left > 0; symbol++) {
    const count = counts[symbol] ?? 0;
    const value = count + 1;
    const width = 32 - Math.clz32(left + 1);
    const short = (1 << width) - 2 - left;
    if (value < short) writer.put(value, width - 1);
    else writer.put(value < 1 << (width - 1) ? value : value + short, width);
    left -= Math.abs(count);
    if (count !== 0) continue;
    let zeros = 0;
    while (counts[symbol + 1] === 0) {
      zeros++;
      symbol++;
    }
    for (; zeros >= 3; zeros -= 3) writer.put(3, 2);
    writer.put(zeros, 2);
  }
  return writer.forward();
}

/** Bits that `counts` symbols take, about, with a distribution; infinite when it has no place for one of them. */
export function costOf(counts: readonly number[], distribution: Distribution): number {
  return counts.reduce((total, count, symbol) => {
    const share = Math.abs(distribution.counts[symbol] ?? 0);
    return count === 0 ? total : total + count * (distribution.bits - Math.log2(share));
  }, 0);
}

/** States that a decoder has to be in; goes through the symbols from the last to the first. */
export class FseEncoder {
  readonly #bits: number;
  /** For every symbol, its states in order. */
  readonly #states: readonly (readonly number[])[];
  #state = -1;

  constructor({ bits, symbols }: FseTable) {
    this.#bits = bits;
    const states: number[][] = [];
    for (const [state, symbol] of symbols.entries()) {
      states[symbol] ??= [];
      states[symbol].push(state);
    }
    this.#states = states;
  }

  /** Goes to the state in which a decoder finds `symbol`, and writes how it comes from there to the one before. */
  put(writer: BitWriter, symbol: number): void {
    const states = this.#states[symbol] ?? [];
    const isLast = this.#state < 0;
    // The states of a symbol share all that can follow: each takes a run whose length is a power of two.
    const next = this.#state + (1 << this.#bits);
    const width = isLast ? 0 : 31 - Math.clz32(Math.floor(next / states.length));
    this.#state = states[isLast ? 0 : (next >> width) - states.length] ?? 0;
    writer.put(next, width);
  }

  /** Writes the first state of a decoder. */
  finish(writer: BitWriter): void {
    writer.put(this.#state, this.#bits);
  }
}
