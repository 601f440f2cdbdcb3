import { exists } from '../io/folder.js';
import { isPattern } from '../io/pattern.js';

/** Splits `scan.h5:/entry/data`, or `set.npz:X`, into path and data set. */
export function splitDataset(text: string): { path: string; dataset?: string } {
  const [, archive, member] = /^(.+\.npz):([^/].*)$/i.exec(text) ?? [];
  if (archive !== undefined && member !== undefined) return { path: archive, dataset: member };
  const at = text.indexOf(':/');
  const isUrl = /^[a-z]+:\/\//i.test(text);
  return at > 0 && !isUrl ? { path: text.slice(0, at), dataset: text.slice(at + 1) } : { path: text };
}

/**
 * The files that a source of several is made of: a list, a pattern, or paths with commas between; null for one file,
 * whatever its name looks like.
 */
export function severalOf(source: string | readonly string[]): readonly string[] | null {
  if (typeof source !== 'string') return source;
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
