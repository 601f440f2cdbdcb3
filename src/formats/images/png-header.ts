import { parsePngHeader } from '../../codecs/png-chunks.js';
import { badImage, type HeaderBytes, type ImageHeader } from './header.js';

/** Chunks in front of the pixels that are looked at; a file with more of them is none that a program writes. */
const MOST_CHUNKS = 1000;

/** A byte of deflate stands for no more. */
const LARGEST_RATIO = 1032;

interface Extras {
  readonly hasColours: boolean;
  readonly hasOpacity: boolean;
  readonly frames: number;
}

/** What chunks between header and pixels say. */
function readExtras(bytes: HeaderBytes, wrong: (why: string) => Error): Extras {
  let [hasColours, hasOpacity, frames] = [false, false, 1];
  let at = 33;
  for (let n = 0; n < MOST_CHUNKS; n++) {
    const head = bytes.at(at, 8);
    const length = head.getUint32(0);
    const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => head.getUint8(i)));
    if (type === 'IDAT') return { hasColours, hasOpacity, frames };
    if (type === 'IEND' || !/^[A-Za-z]{4}$/.test(type)) break;
    if (at + 12 + length > bytes.size) throw wrong(`its chunk ${type} reaches beyond the end of the file`);
    if (type === 'PLTE' && length <= 768) {
      const palette = bytes.at(at + 8, length);
      for (let i = 0; i + 2 < length; i += 3)
        hasColours ||=
          palette.getUint8(i) !== palette.getUint8(i + 1) || palette.getUint8(i) !== palette.getUint8(i + 2);
    }
    if (type === 'tRNS') hasOpacity = true;
    if (type === 'acTL' && length >= 4) frames = bytes.at(at + 8, 4).getUint32(0);
    at += 12 + length;
  }
  throw wrong('it has no pixels');
}

/** @throws SourceError for a header that is damaged, cut off or impossible */
export function readPngHeader(bytes: HeaderBytes): ImageHeader {
  const wrong = (why: string) => badImage(bytes.location, 'PNG', why);
  const start = bytes.at(8, 25);
  if (start.getUint32(0) !== 13 || start.getUint32(4) !== 0x49484452) throw wrong('it does not begin with its header');
  const header = parsePngHeader(new Uint8Array(start.buffer, start.byteOffset + 8, 13));
  if (typeof header === 'string') throw wrong(header);
  const { width, height, bits, samples, hasPalette } = header;
  const least = (height * width * samples * bits) / 8;
  if (bytes.size * LARGEST_RATIO < least)
    throw wrong(`${height} x ${width} pixels do not fit a file of ${bytes.size} bytes`);
  const { hasColours, hasOpacity, frames } = readExtras(bytes, wrong);
  return {
    kind: 'PNG',
    width,
    height,
    elementBytes: bits === 16 ? 2 : 1,
    samples,
    isColour: hasPalette ? hasColours : samples >= 3,
    hasOpacity: hasOpacity || samples === 2 || samples === 4,
    notes: [
      ...(bits < 8 && !hasPalette ? [`PNG of ${bits} bit${bits > 1 ? 's' : ''} a pixel, spread over 0 to 255`] : []),
      ...(frames > 1 ? [`animated PNG of ${frames} images: the first is read`] : []),
    ],
  };
}
