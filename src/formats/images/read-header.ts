import { SourceError } from '../../core/errors.js';
import type { HeaderBytes, ImageHeader } from './header.js';
import { readJpegHeader } from './jpeg-header.js';
import { readPngHeader } from './png-header.js';
import { imageKindOf } from './signature.js';
import { readWebpHeader } from './webp-header.js';

/** Larger images are taken for files that want to fill the memory. */
const MOST_PIXELS = 2 ** 28;

const READERS = { PNG: readPngHeader, JPEG: readJpegHeader, WebP: readWebpHeader } as const;

/** @throws SourceError for a file that is none of the three, damaged, cut off in its header, or too large */
export function readImageHeader(bytes: HeaderBytes): ImageHeader {
  const { location, size } = bytes;
  const first = bytes.at(0, Math.min(12, size));
  const kind = imageKindOf(new Uint8Array(first.buffer, first.byteOffset, first.byteLength));
  if (!kind) {
    const what = `${location} is neither PNG nor JPEG nor WebP, despite its name. Move it elsewhere, or name it as what it is.`;
    throw new SourceError('unknown-format', what, { path: location });
  }
  const header = READERS[kind](bytes);
  const pixels = header.width * header.height;
  if (pixels <= MOST_PIXELS) return header;
  throw new SourceError(
    'image-too-large',
    `${location} says it has ${header.height} x ${header.width} pixels; images of up to ${MOST_PIXELS} pixels are read. Store it as TIFF, in tiles.`,
    { path: location, pixels },
  );
}
