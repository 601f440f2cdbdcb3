import { malformed, type PagedFile } from './bytes.js';

/** What an undefined address (all bits set) reads as. */
export const UNDEFINED = -1;

const UTF8 = new TextDecoder();

/** How addresses are written in one file, and where they count from. */
export interface AddressSpace {
  readonly pages: PagedFile;
  /** Absolute position of address 0: the end of the user block. */
  readonly base: number;
  /** Bytes of an address. */
  readonly offsetBytes: number;
  /** Bytes of a length. */
  readonly lengthBytes: number;
}

/** Unsigned little-endian integer of 1-8 bytes; beyond 2^53 it is rounded and fails every later bound. */
export function readUint(view: DataView, at: number, bytes: number): number {
  if (bytes === 8) return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  if (bytes === 4) return view.getUint32(at, true);
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + view.getUint8(at + i);
  return value;
}

/** Address of `bytes` bytes, `UNDEFINED` when all bits are set. */
export function readAddress(view: DataView, at: number, bytes: number): number {
  if (bytes === 8) {
    const high = view.getUint32(at + 4, true);
    const low = view.getUint32(at, true);
    return high === 0xffffffff && low === 0xffffffff ? UNDEFINED : low + high * 2 ** 32;
  }
  const value = readUint(view, at, bytes);
  return value === 2 ** (8 * bytes) - 1 ? UNDEFINED : value;
}

/** Reads a structure field by field; running over its end is an error of the file. */
export class Cursor {
  readonly space: AddressSpace;
  readonly #view: DataView;
  readonly #start: number;
  readonly #end: number;
  readonly #position: number;
  #at: number;

  private constructor(space: AddressSpace, view: DataView, start: number, end: number, position: number) {
    this.space = space;
    this.#view = view;
    this.#start = start;
    this.#at = start;
    this.#end = end;
    this.#position = position;
  }

  /** `length` bytes at an address of the file. @throws SourceError when they lie outside it */
  static at(space: AddressSpace, address: number, length: number): Cursor {
    const position = address < 0 ? address : space.base + address;
    const view = space.pages.locate(position, length);
    const at = space.pages.at;
    return new Cursor(space, view, at, at + length, position);
  }

  /** Bytes already in memory, such as an object of a heap. */
  static over(space: AddressSpace, bytes: Uint8Array, position: number): Cursor {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new Cursor(space, view, 0, bytes.byteLength, position);
  }

  /** Absolute position in the file. */
  get position(): number {
    return this.#position + this.#at - this.#start;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  fail(what: string): Error {
    return malformed(this.space.pages.path, this.position, what);
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (!(bytes >= 0 && bytes <= this.#end - at)) throw this.fail('a structure that ends too early');
    this.#at = at + bytes;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  uint(bytes: number): number {
    return readUint(this.#view, this.#take(bytes), bytes);
  }

  /** An address relative to the base of the file, or `UNDEFINED`. */
  address(): number {
    return readAddress(this.#view, this.#take(this.space.offsetBytes), this.space.offsetBytes);
  }

  length(): number {
    return this.uint(this.space.lengthBytes);
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  /** A copy of the next bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    const at = this.#take(length);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length).slice() as Uint8Array<ArrayBuffer>;
  }

  /** The next bytes as a structure of their own. */
  slice(length: number): Cursor {
    const position = this.position;
    const at = this.#take(length);
    return new Cursor(this.space, this.#view, at, at + length, position);
  }

  /** The bytes from the start of the structure to here. */
  consumed(): Uint8Array {
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#start, this.#at - this.#start);
  }

  /** Text of `length` bytes up to the first zero byte. */
  text(length: number): string {
    const bytes = this.bytes(length);
    const end = bytes.indexOf(0);
    return UTF8.decode(end < 0 ? bytes : bytes.subarray(0, end));
  }

  /** Text that ends with a zero byte. */
  zeroTerminated(): string {
    let length = 0;
    while (length < this.remaining && this.#view.getUint8(this.#at + length) !== 0) length++;
    const text = UTF8.decode(this.bytes(length));
    this.skip(1);
    return text;
  }

  /** @throws SourceError unless the next four characters are `signature` */
  expect(signature: string): void {
    for (let i = 0; i < signature.length; i++) {
      if (this.u8() !== signature.charCodeAt(i)) throw this.fail(`"${signature}" is missing`);
    }
  }
}
