import { PNG_SIGNATURE } from '../../codecs/png-chunks.js';
import type { ImageHeader } from './header.js';

const JPEG = [0xff, 0xd8, 0xff];
const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50];

const startsWith = (head: Uint8Array, at: number, bytes: readonly number[]): boolean =>
  bytes.every((byte, i) => head[at + i] === byte);

/** Which image a file holds, by its first bytes; null for any other file. */
export function imageKindOf(head: Uint8Array): ImageHeader['kind'] | null {
  if (startsWith(head, 0, PNG_SIGNATURE)) return 'PNG';
  if (startsWith(head, 0, JPEG)) return 'JPEG';
  return startsWith(head, 0, RIFF) && startsWith(head, 8, WEBP) ? 'WebP' : null;
}
