import { ByteWriter } from '../../byte-writer.js';

const MOST_OBJECTS = 65000;

/** Texts of one file, gathered into a global heap collection; equal texts are stored once. */
export class TextHeap {
  readonly #address: number;
  readonly #numbers = new Map<string, number>();
  readonly #out = new ByteWriter(4096);

  /** @param address where the collection will lie in the file */
  constructor(address: number) {
    this.#address = address;
    this.#out.ascii('GCOL').u8(1, 0, 0, 0).u64(0);
  }

  /** The 16 bytes that stand for `text` in an element of variable-length type. */
  reference(text: string): Uint8Array {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length === 0) return new ByteWriter().u32(0).u64(0).u32(0).done();
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      if (number > MOST_OBJECTS) throw new RangeError('too many texts for one HDF5 heap collection');
      this.#numbers.set(text, number);
      this.#out.u16(number).u16(1).u32(0).u64(bytes.length).bytes(bytes).pad(8);
    }
    return new ByteWriter().u32(bytes.length).u64(this.#address).u32(number).done();
  }

  /** The collection: at least 4096 bytes, its free space as object 0. */
  done(): Uint8Array {
    const used = this.#out.length;
    const size = Math.max(4096, Math.ceil((used + 16) / 8) * 8);
    this.#out
      .u16(0)
      .u16(0)
      .u32(0)
      .u64(size - used)
      .zeros(size - used - 16);
    const bytes = this.#out.done();
    new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(8, BigInt(size), true);
    return bytes;
  }
}
