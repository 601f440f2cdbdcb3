import { SourceError } from '../../core/errors.js';
import { product } from '../../core/stack.js';
import { attributeValue } from './attribute.js';
import { describeDataset, isDataset } from './dataset.js';
import { isGroup, readLinks } from './group.js';
import { descend, followLink, type Located, rootOf } from './links.js';
import type { FilePool } from './pool.js';
import type { Hdf5File } from './superblock.js';

/** Objects looked at before the choice is made among those seen. */
const MAX_OBJECTS = 20000;
const MAX_DEPTH = 24;
const MAX_DEFAULTS = 8;

/** A numeric data set found in a file. `path` is where a user finds it, links included. */
export interface Candidate {
  readonly path: string;
  readonly located: Located;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** The data set to read. */
export interface Choice {
  readonly path: string;
  readonly located: Located;
  /** Further data sets of the same shape. */
  readonly alike: readonly string[];
  /** Files that links of this one lead to and that do not exist. */
  readonly broken: readonly string[];
}

/** All numeric data sets that paths of this file lead to, each object once, groups near the root first. */
export function numericDatasets(
  pool: FilePool,
  file: Hdf5File,
): { readonly found: Candidate[]; readonly broken: readonly string[] } {
  const found: Candidate[] = [];
  const broken = new Set<string>();
  const seen = new Set<string>();
  let objects = 0;
  let level: { readonly path: string; readonly group: Located }[] = [{ path: '', group: rootOf(file) }];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next: typeof level = [];
    for (const { path, group } of level) {
      for (const link of readLinks(group.file, group.messages)) {
        if (++objects > MAX_OBJECTS) return { found, broken: [...broken] };
        try {
          const located = followLink(pool, group, link);
          const key = `${located.address} ${located.file.path}`;
          if (seen.has(key)) continue;
          seen.add(key);
          const here = `${path}/${link.name}`;
          if (isDataset(located.messages)) {
            const described = describeDataset(located.file, located.messages);
            if (described?.type.kind !== 'number' || described.space.kind === 'null') continue;
            const { shape } = described.space;
            found.push({ path: here, located, shape, bytes: product(shape) * described.type.bytes });
          } else if (isGroup(located.messages)) next.push({ path: here, group: located });
        } catch (error) {
          // a dangling link or a damaged neighbour must not keep the rest of the file from being read
          if (!(error instanceof SourceError)) throw error;
          if (typeof error.fields.external === 'string') broken.add(error.fields.external);
        }
      }
    }
    level = next;
  }
  return { found, broken: [...broken] };
}

/** The data set that NeXus attributes `default` and `signal` lead to, or null. */
function nexusDefault(pool: FilePool, file: Hdf5File): { path: string; located: Located } | null {
  let group = rootOf(file);
  let path = '';
  try {
    for (let i = 0; i < MAX_DEFAULTS; i++) {
      const next = attributeValue(group.file, group.messages, 'default');
      if (typeof next !== 'string' || next === '' || next === '.') break;
      group = descend(pool, group, next);
      path = `${path}/${next}`;
      if (isDataset(group.messages)) return { path, located: group };
    }
    const signal = path === '' ? null : attributeValue(group.file, group.messages, 'signal');
    if (typeof signal !== 'string') return null;
    return { path: `${path}/${signal}`, located: descend(pool, group, signal) };
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
}

/**
 * The data set to read when none is named: the NeXus default, else the largest of three or more dimensions, else the
 * largest.
 *
 * @throws SourceError when the file holds no numeric data set
 */
export function chooseDataset(pool: FilePool, file: Hdf5File): Choice {
  const preferred = nexusDefault(pool, file);
  if (preferred !== null) {
    const described = isDataset(preferred.located.messages)
      ? describeDataset(preferred.located.file, preferred.located.messages)
      : null;
    if (described?.type.kind === 'number' && described.space.kind === 'simple')
      return { ...preferred, alike: [], broken: [] };
  }
  const { found: all, broken } = numericDatasets(pool, file);
  const stacks = all.filter(({ shape, bytes }) => shape.length >= 3 && bytes > 0);
  const best = (stacks.length > 0 ? stacks : all).reduce<Candidate | null>(
    (most, candidate) => (most === null || candidate.bytes > most.bytes ? candidate : most),
    null,
  );
  if (best === null) {
    const lost = broken.length > 0 ? ` Its links lead to files that do not exist: ${broken.join(', ')}.` : '';
    throw new SourceError('no-dataset', `${file.path} holds no numeric data set that can be reached.${lost}`, {
      path: file.path,
    });
  }
  const alike = all.filter(
    (other) => other !== best && other.shape.join() === best.shape.join() && best.shape.length > 2,
  );
  return { path: best.path, located: best.located, alike: alike.map(({ path }) => path), broken };
}
