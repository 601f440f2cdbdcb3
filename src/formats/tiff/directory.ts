import { badTiff, type TiffBytes } from './bytes.js';
import { FIELD_BYTES } from './tags.js';

/** One entry of a directory: where its values lie and how they are written. */
interface Field {
  readonly type: number;
  readonly count: number;
  readonly at: number;
}

/** A longer text is no description of an image. */
const TEXT_LIMIT = 2 ** 20;

/** The fields of one image in the file; values are read when asked for. */
export class Directory {
  /** Number of the image in the file, from 0. */
  readonly index: number;
  readonly #bytes: TiffBytes;
  readonly #fields: ReadonlyMap<number, Field>;

  constructor(bytes: TiffBytes, index: number, fields: ReadonlyMap<number, Field>) {
    this.#bytes = bytes;
    this.index = index;
    this.#fields = fields;
  }

  has(tag: number): boolean {
    return this.#fields.has(tag);
  }

  /** Number of values of a tag, 0 when it is not there. */
  count(tag: number): number {
    return this.#fields.get(tag)?.count ?? 0;
  }

  #wrong(why: string): Error {
    return badTiff(this.#bytes.location, `image ${this.index}: ${why}`);
  }

  #value({ type, at }: Field, index: number, tag: number): number {
    const position = at + index * (FIELD_BYTES[type] ?? 1);
    switch (type) {
      case 1:
        return this.#bytes.u8(position);
      case 3:
        return this.#bytes.u16(position);
      case 4:
      case 13:
        return this.#bytes.u32(position);
      case 5:
        return this.#bytes.u32(position) / this.#bytes.u32(position + 4);
      case 11:
        return this.#bytes.float(position, 4);
      case 12:
        return this.#bytes.float(position, 8);
      case 16:
      case 18:
        return this.#bytes.u64(position);
      default:
        throw this.#wrong(`tag ${tag} has values of type ${type} where a number is needed`);
    }
  }

  /** The first value of a tag, or null when it is not there. */
  number(tag: number): number | null {
    const field = this.#fields.get(tag);
    if (!field) return null;
    if (field.count < 1) throw this.#wrong(`tag ${tag} has no value`);
    return this.#value(field, 0, tag);
  }

  /** The first value of a tag that counts something, or null when it is not there. @throws SourceError for a fraction */
  whole(tag: number): number | null {
    const value = this.number(tag);
    if (value !== null && !Number.isSafeInteger(value)) throw this.#wrong(`tag ${tag} is ${value}, no whole number`);
    return value;
  }

  /** All values of a tag, whose number must be `count`. @throws SourceError when it is not there or has another number */
  numbers(tag: number, count: number, what: string): number[] {
    const field = this.#fields.get(tag);
    if (field?.count !== count) {
      throw this.#wrong(`it has ${field?.count ?? 0} ${what}, its size asks for ${count}`);
    }
    if (field.at + count * (FIELD_BYTES[field.type] ?? 1) > this.#bytes.size) {
      throw this.#wrong(`its ${count} ${what} reach beyond the end of the file`);
    }
    return Array.from({ length: count }, (_, i) => {
      const value = this.#value(field, i, tag);
      if (!Number.isSafeInteger(value) || value < 0) throw this.#wrong(`${value} is one of its ${what}`);
      return value;
    });
  }

  /** A text, up to its first null byte; empty when it is not there. */
  text(tag: number): string {
    const field = this.#fields.get(tag);
    if (field?.type !== 2) return '';
    const bytes = this.#bytes.copy(field.at, Math.min(field.count, TEXT_LIMIT));
    const end = bytes.indexOf(0);
    const text = end < 0 ? bytes : bytes.subarray(0, end);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(text).trim();
    } catch {
      // Older programs write µ in one byte.
      return new TextDecoder('latin1').decode(text).trim();
    }
  }
}

/** Bytes of the directory at `at`, its fields, and where the next one lies (0: nowhere). */
function readOne(bytes: TiffBytes, at: number, index: number): { directory: Directory; next: number; length: number } {
  const [head, entry, inline] = bytes.isBig ? [8, 20, 8] : [2, 12, 4];
  const count = bytes.isBig ? bytes.u64(at) : bytes.u16(at);
  if (count === 0 || count > 65535) throw badTiff(bytes.location, `directory ${index} has ${count} entries`);
  const length = head + count * entry + inline;
  if (at + length - inline > bytes.size) {
    throw badTiff(bytes.location, `directory ${index} at byte ${at} reaches beyond the end of the file`);
  }
  const fields = new Map<number, Field>();
  for (let i = 0; i < count; i++) {
    const place = at + head + i * entry;
    const [tag, type] = [bytes.u16(place), bytes.u16(place + 2)];
    const values = bytes.isBig ? bytes.u64(place + 4) : bytes.u32(place + 4);
    const size = values * (FIELD_BYTES[type] ?? 0);
    const held = place + entry - inline;
    // Private tags may hold anything; only those that are asked for must point into the file.
    const pointer = size <= inline ? held : bytes.isBig ? bytes.u64(held) : bytes.u32(held);
    if (size > 0 && !fields.has(tag)) fields.set(tag, { type, count: values, at: pointer });
  }
  const last = at + length - inline;
  // Some writers end the file behind the last entry, without the 0 that says that no directory follows.
  const next = last + inline > bytes.size ? 0 : bytes.isBig ? bytes.u64(last) : bytes.u32(last);
  return { directory: new Directory(bytes, index, fields), next, length };
}

/**
 * The directories of a file one after the other. Ends for every file: no directory comes twice, and all of them together
 * are no longer than the file.
 *
 * @throws SourceError for directories that lie outside the file, overlap, or lead back to one before
 */
export function* directoriesOf(bytes: TiffBytes): Generator<Directory> {
  const seen = new Set<number>();
  let total = 0;
  for (let at = bytes.firstDirectory, index = 0; at !== 0; index++) {
    if (at < 8 || at >= bytes.size) {
      throw badTiff(bytes.location, `directory ${index} should lie at byte ${at}, the file has ${bytes.size}`);
    }
    if (seen.has(at)) throw badTiff(bytes.location, `directory ${index} leads back to one before, at byte ${at}`);
    seen.add(at);
    const { directory, next, length } = readOne(bytes, at, index);
    total += length;
    if (total > bytes.size) throw badTiff(bytes.location, 'its directories overlap');
    yield directory;
    at = next;
  }
}
