import { exists } from '../io/folder.js';
import { isUrl } from '../io/http/url.js';
import { isPattern } from '../io/pattern.js';

/** True for addresses of files on servers, and lists of them (`@urls.txt`). */
export function looksRemote(text: string | readonly string[]): boolean {
  if (typeof text !== 'string') return text.some(looksRemote);
  return isUrl(text) || (text.startsWith('@') && !exists(text));
}

/** Splits `scan.h5:/entry/data`, or `set.npz:X`, into path and data set. */
export function splitDataset(text: string): { path: string; dataset?: string } {
  const [, archive, member] = /^(.+\.npz):([^/].*)$/i.exec(text) ?? [];
  if (archive !== undefined && member !== undefined) return { path: archive, dataset: member };
  // Behind the host of an address, in which a colon is in front of a port.
  const at = text.indexOf(':/', isUrl(text) ? text.indexOf('/', 8) : 0);
  return at > 0 ? { path: text.slice(0, at), dataset: text.slice(at + 1) } : { path: text };
}

/**
 * The files that a source of several is made of: a list, a pattern, or paths with commas between; null for one file,
 * whatever its name looks like.
 */
export function severalOf(source: string | readonly string[]): readonly string[] | null {
  if (typeof source !== 'string') return source;
  if (isUrl(source)) return null;
  const { path, dataset } = splitDataset(source);
  if (!/[,*?[]/.test(source)) return null;
  const own = source.split(',');
  if (own.length > 1 && own.every((text) => splitDataset(text).dataset !== undefined)) return own;
  if (exists(path)) return null;
  const paths = path.split(',').filter((text) => text !== '');
  const isList = paths.length > 1 && paths.some((text) => isPattern(text) || exists(text));
  if (!isList && !isPattern(path)) return null;
  return (isList ? paths : [path]).map((text) => (dataset === undefined ? text : `${text}:${dataset}`));
}
