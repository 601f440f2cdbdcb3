import { SourceError } from '../../core/errors.js';
import type { InputFile } from '../../io/file.js';
import type { HeaderBytes } from './header.js';

/** Headers lie in so many bytes, but for what cameras put in front of them. */
const WINDOW = 4096;

function tooShort(location: string, needed: number, size: number): SourceError {
  return new SourceError(
    'truncated',
    `${location} is truncated: its header needs ${needed} bytes, the file has ${size}.`,
    {
      path: location,
      expected: needed,
      found: size,
    },
  );
}

/** The bytes of a file, read where they are asked for. */
export function bytesOfFile(file: InputFile, location: string): HeaderBytes {
  const { size } = file;
  let [start, window] = [0, new Uint8Array(0)];
  return {
    location,
    size,
    at(position, length) {
      if (position + length > size) throw tooShort(location, position + length, size);
      if (position < start || position + length > start + window.length) {
        window = new Uint8Array(Math.min(size - position, Math.max(WINDOW, length)));
        file.read(window, position);
        start = position;
      }
      return new DataView(window.buffer, position - start, length);
    },
  };
}

/** The same of a file that is in memory. */
export function bytesInMemory(bytes: Uint8Array, location: string): HeaderBytes {
  return {
    location,
    size: bytes.length,
    at(position, length) {
      if (position + length > bytes.length) throw tooShort(location, position + length, bytes.length);
      return new DataView(bytes.buffer, bytes.byteOffset + position, length);
    },
  };
}
