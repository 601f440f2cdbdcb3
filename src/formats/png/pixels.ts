// fast-png: a maintained encoder with text chunks that also runs in a browser.
import { encode } from 'fast-png';
import type { NamedArray } from '../../core/sink.js';

/** Noise is hardly smaller with more effort, and takes twice as long. */
const EFFORT = 3;

/** True for a single image of 8 or 16 bits whose operator says that it is one to look at as it is. */
export function isPlainImage({ image, shape, data }: NamedArray): boolean {
  return image === shape.length && (data instanceof Uint8Array || data instanceof Uint16Array);
}

/** An image as a PNG of the same pixels: grey of 8 or 16 bits, or (rows, columns, 3) in colours. @param text chunks by name */
export function encodePixels({ shape, data }: NamedArray, text: Readonly<Record<string, string>> = {}): Uint8Array {
  const [height = 1, width = 1, channels = 1] = shape;
  const isWide = data instanceof Uint16Array;
  const pixels = isWide ? data : data instanceof Uint8Array ? data : Uint8Array.from(data);
  const depth = isWide ? 16 : 8;
  return encode({ width, height, data: pixels, channels, depth, text: { ...text } }, { zlib: { level: EFFORT } });
}
