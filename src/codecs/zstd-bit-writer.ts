/** Writes bits lowest first into a buffer that grows; what is written last is read first from a stream read backwards. */
export class BitWriter {
  #bytes = new Uint8Array(1024);
  #at = 0;
  #held = 0;
  #bits = 0;

  /** The lowest `count` bits of `value`, at most 32. */
  put(value: number, count: number): void {
    if (count > 16) {
      this.put(value & 0xffff, 16);
      this.put(value >>> 16, count - 16);
      return;
    }
    this.#bits |= (value & ((1 << count) - 1)) << this.#held;
    this.#held += count;
    if (this.#at + 4 > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    for (; this.#held >= 8; this.#held -= 8) {
      this.#bytes[this.#at++] = this.#bits;
      this.#bits >>>= 8;
    }
  }

  /** What was written, filled up with zeros to a whole byte. */
  forward(): Uint8Array {
    if (this.#held > 0) this.put(0, 8 - this.#held);
    return this.#bytes.subarray(0, this.#at);
  }

  /** What was written, for reading it backwards: with a mark behind the last bit. */
  backward(): Uint8Array {
    this.put(1, 1);
    return this.forward();
  }
}

/** All parts one behind the other. */
export function joinParts(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
