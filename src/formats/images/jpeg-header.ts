import { orientationOf, turnedNote } from './exif.js';
import { badImage, type HeaderBytes, type ImageHeader, unsupportedImage, upright } from './header.js';

/** Kinds of frame headers: those that are no frame header lie between them. */
const NO_FRAME = [0xc4, 0xc8, 0xcc];
const START_OF_SCAN = 0xda;
const APP1 = 0xe1;

/** Of 64 KiB of EXIF data the orientation stands near the start. */
const EXIF_BYTES = 4096;
const MOST_SEGMENTS = 10_000;

const CODINGS: Readonly<Record<number, string>> = {
  195: 'a lossless JPEG',
  197: 'a hierarchical JPEG',
  198: 'a hierarchical JPEG',
  199: 'a lossless JPEG',
  201: 'a JPEG with arithmetic coding',
  202: 'a JPEG with arithmetic coding',
  203: 'a lossless JPEG',
  205: 'a hierarchical JPEG',
  206: 'a hierarchical JPEG',
  207: 'a lossless JPEG',
};

/** What the frame header says. @throws SourceError for kinds that are not decoded */
function readFrame(bytes: HeaderBytes, at: number, marker: number, orientation: number): ImageHeader {
  const { location } = bytes;
  const frame = bytes.at(at, 6);
  const [bits, height, width, samples] = [frame.getUint8(0), frame.getUint16(1), frame.getUint16(3), frame.getUint8(5)];
  const save = 'Save it as an ordinary JPEG or as PNG.';
  const coding = CODINGS[marker];
  if (coding !== undefined) throw unsupportedImage(location, coding, save);
  if (bits !== 8) throw unsupportedImage(location, `a JPEG of ${bits} bits a sample`, 'Save it as PNG of 16 bits.');
  if (samples === 4)
    throw unsupportedImage(location, 'a CMYK image, made for printing', 'Save it in red, green and blue.');
  if (samples !== 1 && samples !== 3) throw unsupportedImage(location, `a JPEG of ${samples} samples a pixel`, save);
  if (width === 0 || height === 0) throw badImage(location, 'JPEG', `it is ${height} x ${width} pixels`);
  return {
    kind: 'JPEG',
    ...upright(width, height, orientation),
    elementBytes: 1,
    samples,
    isColour: samples === 3,
    hasOpacity: false,
    notes: turnedNote(orientation),
  };
}

/** @throws SourceError for a header that is damaged, cut off, or of a kind that is not decoded */
export function readJpegHeader(bytes: HeaderBytes): ImageHeader {
  const wrong = (why: string) => badImage(bytes.location, 'JPEG', why);
  let orientation = 1;
  let at = 2;
  for (let n = 0; n < MOST_SEGMENTS; n++) {
    const head = bytes.at(at, 2);
    if (head.getUint8(0) !== 0xff) throw wrong(`byte ${at} should begin a segment`);
    const marker = head.getUint8(1);
    // Any number of 0xff may fill the room in front of a marker.
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === START_OF_SCAN) break;
    // Markers without contents.
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    const length = bytes.at(at + 2, 2).getUint16(0);
    if (length < 2) throw wrong(`its segment at byte ${at} has ${length} bytes`);
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAME.includes(marker))
      return readFrame(bytes, at + 4, marker, orientation);
    if (marker === APP1 && orientation === 1) {
      const room = Math.min(length - 2, EXIF_BYTES, bytes.size - at - 4);
      orientation = orientationOf(bytes.at(at + 4, Math.max(0, room)));
    }
    at += 2 + length;
  }
  throw wrong('it has no frame header');
}
