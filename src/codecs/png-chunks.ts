import { badChunk } from './codec.js';

/** The first bytes of every PNG file. */
export const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Samples of a pixel for each colour type: grey, colours, numbers of a palette, grey or colours with opacity. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Bits a sample may have for each colour type. */
const BITS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const PALETTE = 3;
const PALETTE_BYTES = 768;

/** What the header of a PNG file says of its pixels. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Of a sample, or of a number of the palette. */
  readonly bits: number;
  readonly samples: number;
  readonly hasPalette: boolean;
  readonly isInterlaced: boolean;
}

/** The header in the 13 bytes of IHDR; in words what is wrong with it otherwise. */
export function parsePngHeader(bytes: Uint8Array): PngHeader | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [bits = 0, colour = 0, compression, filter, interlace = 0] = bytes.subarray(8, 13);
  if (width === 0 || height === 0 || width > 2 ** 31 - 1 || height > 2 ** 31 - 1)
    return `it is ${height} x ${width} pixels`;
  if (!BITS[colour]?.includes(bits)) return `its pixels have ${bits} bits of colour type ${colour}`;
  if (compression !== 0 || filter !== 0) return `its compression is ${compression}, its filter method ${filter}`;
  if (interlace > 1) return `its interlace method is ${interlace}`;
  return {
    width,
    height,
    bits,
    samples: SAMPLES[colour] ?? 1,
    hasPalette: colour === PALETTE,
    isInterlaced: interlace === 1,
  };
}

/** A chunk of the file: where its contents lie. */
interface Chunk {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** The chunks of a whole file up to its last. @throws SourceError `bad-chunk` where the file ends before it */
function* chunksOf(file: Uint8Array): Generator<Chunk> {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  for (let at = PNG_SIGNATURE.length; ; ) {
    if (at + 12 > file.length) throw badChunk('ends before its last chunk: it is cut off', { filter: 'png' });
    const [start, length] = [at + 8, view.getUint32(at)];
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (type === 'IEND') return;
    if (start + length + 4 > file.length)
      throw badChunk(`ends inside its chunk ${/^[A-Za-z]{4}$/.test(type) ? type : 'of pixels'}: it is cut off`, {
        filter: 'png',
      });
    yield { type, start, end: start + length };
    at = start + length + 4;
  }
}

/** CRC-32 without a table: of a few hundred bytes at most. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Header and palette, which no other check sum covers. @throws SourceError `bad-chunk` */
function checkChunk(file: Uint8Array, { type, start, end }: Chunk): void {
  const stored = new DataView(file.buffer, file.byteOffset + end, 4).getUint32(0);
  if (crcOf(file.subarray(start - 4, end)) !== stored)
    throw badChunk(`is damaged: the CRC-32 of its chunk ${type} does not match`, { filter: 'png' });
}

/** A file taken apart. */
export interface PngParts {
  readonly header: PngHeader;
  /** (red, green, blue) of each number; empty without one. */
  readonly palette: Uint8Array;
  /** The zlib stream of the pixels. */
  readonly stream: Uint8Array;
}

/**
 * Takes a PNG file apart. Its pixels lie in chunks, which are moved together inside `file`: its bytes change.
 *
 * @throws SourceError `bad-chunk` for a file that is cut off, or has no pixels
 */
export function takePngApart(file: Uint8Array): PngParts {
  let header: PngHeader | undefined;
  let palette: Uint8Array = new Uint8Array(0);
  let [first, end] = [-1, -1];
  for (const chunk of chunksOf(file)) {
    if (chunk.type === 'IHDR' && !header && chunk.end - chunk.start === 13) {
      checkChunk(file, chunk);
      const parsed = parsePngHeader(file.subarray(chunk.start, chunk.end));
      if (typeof parsed === 'string') throw badChunk(`is no readable PNG: ${parsed}`, { filter: 'png' });
      header = parsed;
    } else if (chunk.type === 'PLTE' && chunk.end - chunk.start <= PALETTE_BYTES) {
      checkChunk(file, chunk);
      palette = file.slice(chunk.start, chunk.end);
    } else if (chunk.type === 'IDAT') {
      if (first < 0) [first, end] = [chunk.start, chunk.start];
      if (end !== chunk.start) file.copyWithin(end, chunk.start, chunk.end);
      end += chunk.end - chunk.start;
    }
  }
  if (!header || first < 0) throw badChunk('is no readable PNG: it has no pixels', { filter: 'png' });
  if (header.hasPalette && palette.length === 0)
    throw badChunk('is no readable PNG: it has no palette', { filter: 'png' });
  return { header, palette, stream: file.subarray(first, end) };
}
