/** Grows as it is written; all numbers little-endian. Offsets are relative to the first byte. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  #room(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }

  u8(...values: number[]): this {
    const at = this.#room(values.length);
    for (const [i, value] of values.entries()) this.#bytes[at + i] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.#room(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  /** An unsigned number below 2^53; -1 is all ones, the undefined address. */
  u64(value: number): this {
    const at = this.#room(8);
    this.#view.setUint32(at, value < 0 ? 0xffffffff : value % 2 ** 32, true);
    this.#view.setUint32(at + 4, value < 0 ? 0xffffffff : Math.floor(value / 2 ** 32), true);
    return this;
  }

  bytes(source: Uint8Array): this {
    const at = this.#room(source.length);
    this.#bytes.set(source, at);
    return this;
  }

  ascii(text: string): this {
    return this.bytes(new TextEncoder().encode(text));
  }

  zeros(count: number): this {
    this.#room(count);
    return this;
  }

  /** Zeros up to the next multiple of `step`. */
  pad(step: number): this {
    return this.zeros((step - (this.#length % step)) % step);
  }

  /** A view of what was written so far. */
  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
}
