// fast-png: a maintained encoder with text chunks that also runs in a browser.
import { encode } from 'fast-png';
import type { Picture } from '../plot/surface.js';

/** Pictures of noise are hardly smaller with more effort, and take twice as long. */
const EFFORT = 3;

/** A PNG file in memory. @param text chunks of Latin-1 text by name */
export function encodeRgb({ width, height, pixels }: Picture, text: Readonly<Record<string, string>> = {}): Uint8Array {
  return encode({ width, height, data: pixels, channels: 3, depth: 8, text: { ...text } }, { zlib: { level: EFFORT } });
}
