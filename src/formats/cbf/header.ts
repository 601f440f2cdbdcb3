import { SourceError } from '../../core/errors.js';
import type { InputFile } from '../../io/file.js';
import { SECTION } from './signature.js';

/** What a CBF says of its binary section, and where that lies. */
export interface CbfHeader {
  /** Everything in front of the binary section. */
  readonly text: string;
  /** Lines of the section's header, by their names in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  /** First byte behind the mark that begins the binary data. */
  readonly offset: number;
}

/** Form feed, control-Z, end of transmission, and a byte that is no text: what precedes the binary data. */
const MARK = [0x0c, 0x1a, 0x04, 0xd5];

/** Headers are read in a piece of this size, then in larger ones up to the limit. */
const PIECE = 8192;
const LIMIT = 4 * 2 ** 20;

/** The error for a file whose header makes no sense. */
export function badCbf(location: string, why: string): SourceError {
  return new SourceError('bad-cbf', `${location} is not a readable CBF: ${why}.`, { location });
}

function indexOfMark(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x0c, from); at >= 0; at = bytes.indexOf(0x0c, at + 1)) {
    if (MARK.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

/** Header lines as in a mail: a name, a colon, a value that goes on in indented lines. */
function parseFields(text: string): Map<string, string> {
  const unfolded = text.replaceAll(/\r?\n[ \t]+/g, ' ');
  const fields = new Map<string, string>();
  for (const line of unfolded.split(/\r?\n/)) {
    const at = line.indexOf(':');
    if (at <= 0) continue;
    const name = line.slice(0, at).trim().toLowerCase();
    const value = line.slice(at + 1).trim();
    if (!fields.has(name)) fields.set(name, value.replace(/^"(.*)"$/, '$1'));
  }
  return fields;
}

const latin = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

/** Reads up to the first binary section. @throws SourceError for a file without one */
export function readCbfHeader(file: InputFile, location: string): CbfHeader {
  for (let length = PIECE; ; length *= 8) {
    const bytes = new Uint8Array(Math.min(length, LIMIT, file.size));
    file.read(bytes, 0);
    const mark = indexOfMark(bytes, 0);
    if (mark >= 0) {
      const text = latin(bytes.subarray(0, mark));
      const section = text.indexOf(SECTION);
      if (section < 0) throw badCbf(location, 'its binary data has no header');
      return {
        text: text.slice(0, section),
        fields: parseFields(text.slice(section + SECTION.length)),
        offset: mark + MARK.length,
      };
    }
    if (bytes.length < length) {
      const end = bytes.length === file.size ? 'its end' : `byte ${bytes.length}`;
      throw badCbf(location, `no binary data begins before ${end}`);
    }
  }
}

/** True when another binary section begins within the next 64 KiB from `position` on. */
export function hasSectionAfter(file: InputFile, position: number): boolean {
  const bytes = new Uint8Array(Math.max(0, Math.min(65536, file.size - position)));
  if (bytes.length === 0) return false;
  file.read(bytes, position);
  return new RegExp(`${SECTION}(?!--)`).test(latin(bytes));
}
