import { type ZstdFailure, ZstdStop } from './zstd-failures.js';

/** `count` bits, at most 16, that begin at bit `at` of `bytes`, lowest first; bits outside are 0. */
function bitsAt(bytes: Uint8Array, at: number, count: number): number {
  const byte = at >> 3;
  const word = (bytes[byte] ?? 0) | ((bytes[byte + 1] ?? 0) << 8) | ((bytes[byte + 2] ?? 0) << 16);
  return (word >>> (at & 7)) & ((1 << count) - 1);
}

/** Bits from the first byte on, lowest first, as tables of probabilities are stored. */
export class ForwardBits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** At most 16 bits; those behind the end are 0. */
  peek(count: number): number {
    return bitsAt(this.#bytes, this.#at, count);
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** Whole bytes that were begun. */
  get usedBytes(): number {
    return (this.#at + 7) >> 3;
  }
}

/**
 * Bits from the end of a stream to its start (RFC 8878, section 4.1). The highest bit that is set in the last byte only
 * marks the end. Bits before the start are 0, and make `left` negative.
 */
export class BackwardBits {
  readonly #bytes: Uint8Array;
  /** Bits that were not read. */
  left: number;

  /** @throws ZstdStop `failure` when there is no end mark */
  constructor(bytes: Uint8Array, failure: ZstdFailure) {
    const last = bytes.at(-1) ?? 0;
    if (last === 0) throw new ZstdStop(failure);
    this.#bytes = bytes;
    this.left = 8 * bytes.length - 8 + (31 - Math.clz32(last));
  }

  /** At most 32 bits. */
  take(count: number): number {
    if (count > 16) return this.take(count - 16) * 65536 + this.take(16);
    this.left -= count;
    return bitsAt(this.#bytes, this.left, count);
  }

  /** The next bits without taking them; at most 16. */
  peek(count: number): number {
    return bitsAt(this.#bytes, this.left - count, count);
  }
}
