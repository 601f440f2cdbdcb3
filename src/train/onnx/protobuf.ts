/** A protocol buffer message in the making: fields in the order they are added (protobuf.dev, encoding). */
export class Message {
  /** What is finished, and the bytes behind it. */
  readonly #pieces: Uint8Array[] = [];
  #bytes: number[] = [];

  /** A whole number, not negative. */
  integer(field: number, value: number): this {
    this.#varint(field * 8);
    this.#varint(value);
    return this;
  }

  /** A number as float32. */
  float(field: number, value: number): this {
    this.#varint(field * 8 + 5);
    this.#append(new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint(field * 8 + 2);
    this.#varint(value.length);
    this.#append(value);
    return this;
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.encode());
  }

  encode(): Uint8Array {
    this.#finish();
    const all = new Uint8Array(this.#pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  /** Weights are taken as they are: there may be millions of them. */
  #append(bytes: Uint8Array): void {
    this.#finish();
    this.#pieces.push(bytes);
  }

  #finish(): void {
    if (this.#bytes.length > 0) this.#pieces.push(Uint8Array.from(this.#bytes));
    this.#bytes = [];
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#bytes.push((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.#bytes.push(rest);
  }
}
