/** Literals and matches that make up a block; sequence k has `own[k]` literals, then a match of `length[k]` bytes. */
export interface Parsed {
  readonly literals: Uint8Array;
  readonly own: readonly number[];
  readonly length: readonly number[];
  /** Distances as they are stored (RFC 8878, section 3.1.1.5): 1 to 3 stand for the last ones, others are 3 more. */
  readonly value: readonly number[];
  /** The last three distances after the block. */
  readonly distances: readonly [number, number, number];
}

const HASH_BITS = 16;
const LEAST_MATCH = 4;

/** Bits that a sequence takes beside its distance, about. */
const SEQUENCE_BITS = 9;

/** Bits of a literal in the best prefix code, about; at least 1. */
function literalBits(bytes: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return Math.max(
    1,
    counts.reduce(
      (bits, count) => (count === 0 ? bits : bits - (count / bytes.length) * Math.log2(count / bytes.length)),
      0,
    ),
  );
}

interface Found {
  readonly length: number;
  readonly distance: number;
  /** Bits saved, about. */
  readonly gain: number;
}

const NOTHING: Found = { length: 0, distance: 0, gain: 0 };

/** Finds matches in one frame: positions with the same four bytes are chained, the latest first. */
export class MatchFinder {
  readonly #bytes: Uint8Array;
  readonly #heads = new Int32Array(1 << HASH_BITS).fill(-1);
  readonly #before: Int32Array;
  readonly #depth: number;
  #noted = 0;

  /** @param depth positions that are looked at for one match */
  constructor(bytes: Uint8Array, depth: number) {
    this.#bytes = bytes;
    this.#before = new Int32Array(bytes.length);
    this.#depth = depth;
  }

  #hash(at: number): number {
    const bytes = this.#bytes;
    const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    const high = (bytes[at + 2] ?? 0) | ((bytes[at + 3] ?? 0) << 8);
    return Math.imul(low | (high << 16), 0x9e3779b1) >>> (32 - HASH_BITS);
  }

  /** Chains the positions before `end`. */
  #note(end: number): void {
    for (; this.#noted < end; this.#noted++) {
      const hash = this.#hash(this.#noted);
      this.#before[this.#noted] = this.#heads[hash] ?? -1;
      this.#heads[hash] = this.#noted;
    }
  }

  /** The match at `at` that saves most: with the last distance, or one of the chain. */
  #find(at: number, end: number, bitsEach: number, last: number): Found {
    const bytes = this.#bytes;
    let best = NOTHING;
    this.#note(at);
    let candidate = at - last;
    let next = this.#heads[this.#hash(at)] ?? -1;
    let bits = SEQUENCE_BITS;
    for (let steps = this.#depth; steps >= 0; steps--) {
      // Most that are no longer than the best one differ in the byte behind it.
      if (candidate >= 0 && bytes[candidate + best.length] === bytes[at + best.length]) {
        let length = 0;
        while (at + length < end && bytes[candidate + length] === bytes[at + length]) length++;
        const gain = length * bitsEach - bits;
        if (length >= LEAST_MATCH && gain > best.gain) best = { length, distance: at - candidate, gain };
      }
      if (next < 0 || at + best.length >= end) break;
      candidate = next;
      next = this.#before[candidate] ?? -1;
      bits = SEQUENCE_BITS + 32 - Math.clz32(at - candidate);
    }
    return best;
  }

  /** Parses the bytes from `start` to `end`; matches lie anywhere before. */
  parse(start: number, end: number, distances: readonly [number, number, number]): Parsed {
    const block = this.#bytes.subarray(start, end);
    const literals = new Uint8Array(block.length);
    const [own, length, value]: [number[], number[], number[]] = [[], [], []];
    const bitsEach = literalBits(block);
    let last = distances;
    let taken = 0;
    let from = start;
    let ahead: Found | null = null;
    for (let at = start; at + LEAST_MATCH <= end; ) {
      const found: Found = ahead ?? this.#find(at, end, bitsEach, last[0]);
      ahead = found.gain > 0 && at + LEAST_MATCH < end ? this.#find(at + 1, end, bitsEach, last[0]) : null;
      if (found.gain === 0 || (ahead && ahead.gain > found.gain + bitsEach)) {
        // Where nothing was found for long, fewer places are looked at.
        at += ahead ? 1 : 1 + ((at - from) >> 7);
        continue;
      }
      ahead = null;
      literals.set(this.#bytes.subarray(from, at), taken);
      taken += at - from;
      own.push(at - from);
      length.push(found.length);
      const known = last.indexOf(found.distance);
      // Without literals the last distance is not repeated, and the numbers stand for the others.
      const isKnown = known >= 0 && (known > 0 || at > from);
      value.push(isKnown ? known + (at > from ? 1 : 0) : found.distance + 3);
      const [first, second, third] = last;
      last = isKnown && known < 2 ? (known === 0 ? last : [second, first, third]) : [found.distance, first, second];
      at += found.length;
      from = at;
    }
    literals.set(this.#bytes.subarray(from, end), taken);
    return { literals: literals.subarray(0, taken + end - from), own, length, value, distances: last };
  }
}
