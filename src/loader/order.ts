/** Enough rounds that no order of a few samples is preferred. */
const ROUNDS = 10;

/** Mixes all bits of a 32-bit number (finaliser of MurmurHash3, public domain). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * A permutation of 0 to `count - 1` that depends on the seed and the epoch alone and keeps no table: a Feistel network over the next power of
 * four, walked on until it falls below `count` (Black and Rogaway, Ciphers with arbitrary finite domains, 2002).
 *
 * @param count at most 2^32
 * @returns the sample at a place of the shuffled order
 */
export function permutation(count: number, seed: number, epoch: number): (place: number) => number {
  const half = Math.max(1, Math.ceil(Math.log2(Math.max(2, count)) / 2));
  const mask = 2 ** half - 1;
  const keys = Array.from({ length: ROUNDS }, (_, round) =>
    mix(mix(mix(seed) ^ Math.floor(seed / 2 ** 32)) ^ mix(epoch + 0x9e3779b9) ^ Math.imul(round + 1, 0x9e3779b1)),
  );
  return (place) => {
    let at = place;
    do {
      let left = Math.floor(at / (mask + 1));
      let right = at & mask;
      for (const key of keys) {
        const next = (left ^ mix(right ^ key)) & mask;
        left = right;
        right = next;
      }
      at = left * (mask + 1) + right;
    } while (at >= count);
    return at;
  };
}

/** Samples of an epoch in order: the positions of a part, shuffled or as they lie. */
export interface Order {
  readonly samples: number;
  readonly batch: number;
  readonly batches: number;
  /** Positions in the stack of the samples of one batch. */
  of(number: number): Uint32Array;
}

/**
 * @param positions of the samples of a part; null: all `count` of the stack
 * @param seed null: as they lie
 */
export function makeOrder(
  positions: Uint32Array | null,
  count: number,
  batch: number,
  dropLast: boolean,
  seed: number | null,
  epoch: number,
): Order {
  const samples = positions?.length ?? count;
  const shuffled = seed === null ? null : permutation(samples, seed, epoch);
  return {
    samples,
    batch,
    batches: dropLast ? Math.floor(samples / batch) : Math.ceil(samples / batch),
    of(number) {
      const first = number * batch;
      return Uint32Array.from({ length: Math.min(batch, samples - first) }, (_, i) => {
        const place = shuffled ? shuffled(first + i) : first + i;
        return positions?.[place] ?? place;
      });
    },
  };
}

/** The same samples in the same order, every batch in `pieces` parts that come one after the other. */
export function inPieces(order: Order, pieces: number): Order {
  if (pieces === 1) return order;
  const { batch } = order;
  const piece = Math.ceil(batch / pieces);
  return {
    batch: piece,
    // Both may be found out while the samples come.
    get samples() {
      return order.samples;
    },
    get batches() {
      const { samples, batches } = order;
      if (batches === 0 || !Number.isFinite(batches)) return batches;
      const last = Math.min(batch, samples - (batches - 1) * batch);
      return (batches - 1) * pieces + Math.ceil(last / piece);
    },
    of(number) {
      const at = (number % pieces) * piece;
      return order.of(Math.floor(number / pieces)).slice(at, at + piece);
    },
  };
}

/** A number below 2^32 that a seed gives to `item`: sorting by it deals items out at random. */
export function rank(seed: number, item: number): number {
  return mix(mix(seed + 0x9e3779b9) ^ mix(item));
}
