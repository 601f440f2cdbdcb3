import { SourceError } from '../../core/errors.js';
import type { InputFile } from '../../io/file.js';

/** Bytes read at a time: directories and what belongs to them lie close together. */
const WINDOW = 4096;
/** Of these, bytes in front of the wanted ones: writers put the values of a directory before it as often as behind. */
const BEFORE = 512;

/** The error for a file whose header or directories make no sense. */
export function badTiff(location: string, why: string): SourceError {
  return new SourceError('bad-tiff', `${location} is not a readable TIFF: ${why}.`, { location });
}

/** Numbers at any position of a TIFF file, in its byte order; a small window of the file is kept. */
export class TiffBytes {
  readonly location: string;
  readonly size: number;
  /** Offsets of 8 bytes instead of 4. */
  readonly isBig: boolean;
  readonly order: 'little' | 'big';
  readonly firstDirectory: number;
  readonly #file: InputFile;
  readonly #little: boolean;
  #window = new DataView(new ArrayBuffer(0));
  #start = 0;

  /** @throws SourceError when the file does not begin as a TIFF does */
  constructor(file: InputFile, location: string) {
    this.#file = file;
    this.location = location;
    this.size = file.size;
    if (file.size < 16) throw badTiff(location, `it has only ${file.size} bytes`);
    const mark = this.#at(0, 2).getUint16(0);
    if (mark !== 0x4949 && mark !== 0x4d4d) throw badTiff(location, 'it begins with neither II nor MM');
    this.#little = mark === 0x4949;
    this.order = this.#little ? 'little' : 'big';
    const version = this.u16(2);
    if (version !== 42 && version !== 43) throw badTiff(location, `its version is ${version}, known are 42 and 43`);
    this.isBig = version === 43;
    if (this.isBig && (this.u16(4) !== 8 || this.u16(6) !== 0))
      throw badTiff(location, `its offsets have ${this.u16(4)} bytes, known are 8`);
    this.firstDirectory = this.isBig ? this.u64(8) : this.u32(4);
  }

  /** `length` bytes from `position`. @throws SourceError when the file ends before */
  #at(position: number, length: number): DataView {
    if (position + length > this.size) {
      throw new SourceError(
        'truncated',
        `${this.location} is truncated or damaged: ${length} bytes of its directories should lie at byte ${position}, the file has ${this.size}.`,
        { location: this.location, offset: position, found: this.size },
      );
    }
    const inside = position >= this.#start && position + length <= this.#start + this.#window.byteLength;
    if (!inside) {
      const start = Math.max(0, position - BEFORE);
      const bytes = new Uint8Array(Math.min(this.size - start, Math.max(WINDOW, position - start + length)));
      this.#file.read(bytes, start);
      this.#window = new DataView(bytes.buffer);
      this.#start = start;
    }
    return new DataView(this.#window.buffer, position - this.#start, length);
  }

  u8(position: number): number {
    return this.#at(position, 1).getUint8(0);
  }

  u16(position: number): number {
    return this.#at(position, 2).getUint16(0, this.#little);
  }

  u32(position: number): number {
    return this.#at(position, 4).getUint32(0, this.#little);
  }

  /** @throws SourceError for a number that no file has room for */
  u64(position: number): number {
    const value = Number(this.#at(position, 8).getBigUint64(0, this.#little));
    if (!Number.isSafeInteger(value)) throw badTiff(this.location, `byte ${position} holds an impossible offset`);
    return value;
  }

  float(position: number, bytes: 4 | 8): number {
    const view = this.#at(position, bytes);
    return bytes === 4 ? view.getFloat32(0, this.#little) : view.getFloat64(0, this.#little);
  }

  /** A copy of `length` bytes. */
  copy(position: number, length: number): Uint8Array {
    const view = this.#at(position, length);
    return new Uint8Array(view.buffer, view.byteOffset, length).slice();
  }
}
