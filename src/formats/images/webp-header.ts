import { orientationOf, turnedNote } from './exif.js';
import { badImage, type HeaderBytes, type ImageHeader, upright } from './header.js';

const [HAS_OPACITY, HAS_EXIF, IS_ANIMATED] = [0x10, 0x08, 0x02];
const MOST_CHUNKS = 10_000;

const u24 = (view: DataView, at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 65536;

/** Contents of a chunk of the file: a name of four letters, and where they lie. */
function findChunk(bytes: HeaderBytes, wanted: string): DataView | null {
  for (let at = 12, n = 0; at + 8 <= bytes.size && n < MOST_CHUNKS; n++) {
    const head = bytes.at(at, 8);
    const length = head.getUint32(4, true);
    const name = String.fromCharCode(...[0, 1, 2, 3].map((i) => head.getUint8(i)));
    if (name === wanted) return bytes.at(at + 8, Math.min(length, 4096, bytes.size - at - 8));
    at += 8 + length + (length & 1);
  }
  return null;
}

interface Extent {
  readonly width: number;
  readonly height: number;
  readonly hasOpacity: boolean;
  readonly orientation: number;
  readonly isAnimated: boolean;
}

function readExtent(bytes: HeaderBytes): Extent | null {
  const name = String.fromCharCode(...[0, 1, 2, 3].map((i) => bytes.at(12, 4).getUint8(i)));
  const plain = { hasOpacity: false, orientation: 1, isAnimated: false };
  if (name === 'VP8 ') {
    const head = bytes.at(20, 10);
    if (u24(head, 3) !== 0x2a019d) return null;
    return { ...plain, width: head.getUint16(6, true) & 0x3fff, height: head.getUint16(8, true) & 0x3fff };
  }
  if (name === 'VP8L') {
    const head = bytes.at(20, 5);
    if (head.getUint8(0) !== 0x2f) return null;
    const bits = head.getUint32(1, true);
    const hasOpacity = ((bits >>> 28) & 1) === 1;
    return { ...plain, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, hasOpacity };
  }
  if (name !== 'VP8X') return null;
  const head = bytes.at(20, 10);
  const flags = head.getUint8(0);
  const exif = (flags & HAS_EXIF) !== 0 ? findChunk(bytes, 'EXIF') : null;
  return {
    width: u24(head, 4) + 1,
    height: u24(head, 7) + 1,
    hasOpacity: (flags & HAS_OPACITY) !== 0,
    orientation: exif ? orientationOf(exif) : 1,
    isAnimated: (flags & IS_ANIMATED) !== 0,
  };
}

/** Reads any of the three kinds of WebP: lossy, lossless, extended. @throws SourceError for a header that is damaged or cut off */
export function readWebpHeader(bytes: HeaderBytes): ImageHeader {
  const extent = readExtent(bytes);
  if (!extent) throw badImage(bytes.location, 'WebP', 'its first chunk holds no image');
  const { width, height, hasOpacity, orientation, isAnimated } = extent;
  if (width === 0 || height === 0) throw badImage(bytes.location, 'WebP', `it is ${height} x ${width} pixels`);
  return {
    kind: 'WebP',
    ...upright(width, height, orientation),
    elementBytes: 1,
    samples: hasOpacity ? 4 : 3,
    isColour: true,
    hasOpacity,
    notes: [...turnedNote(orientation), ...(isAnimated ? ['animated WebP: the first image is read'] : [])],
  };
}
