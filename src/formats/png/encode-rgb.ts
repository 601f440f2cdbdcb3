// fast-png: a maintained encoder with text chunks that also runs in a browser.
import { encode } from 'fast-png';
import type { Picture } from '../plot/surface.js';

/** A PNG file in memory. @param text chunks of Latin-1 text by name */
export function encodeRgb({ width, height, pixels }: Picture, text: Readonly<Record<string, string>> = {}): Uint8Array {
  return encode({ width, height, data: pixels, channels: 3, depth: 8, text: { ...text } });
}
