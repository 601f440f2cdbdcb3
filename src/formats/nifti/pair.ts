import { exists } from '../../io/folder.js';

const PAIR = /\.(hdr|img)(\.gz)?$/i;

/** The path with its `.hdr` or `.img` replaced, in the same case, packed or not as wanted. */
function partner(path: string, part: 'hdr' | 'img', packed: boolean): string {
  return path.replace(
    PAIR,
    (_, own: string) => `.${own === own.toUpperCase() ? part.toUpperCase() : part}${packed ? '.gz' : ''}`,
  );
}

/** One of a pair: the first that is there, packed as `path` is before the other way. */
function findPart(path: string, part: 'hdr' | 'img'): string | null {
  const match = PAIR.exec(path);
  if (!match) return null;
  const packed = match[2] !== undefined;
  const [likely, other] = [partner(path, part, packed), partner(path, part, !packed)];
  return !exists(likely) && exists(other) ? other : likely;
}

/** The header that belongs to the file of a pair; null for other names. */
export function headerFileOf(path: string): string | null {
  return findPart(path, 'hdr');
}

/** The image that belongs to the file of a pair; null for other names. */
export function imageFileOf(path: string): string | null {
  return findPart(path, 'img');
}
