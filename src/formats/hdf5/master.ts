import { SourceError } from '../../core/errors.js';
import type { SourceHandle } from '../../core/source.js';
import { joinStored, type StoredPart } from '../join.js';
import { gapsIn, listGap, naturalOrder } from '../numbering.js';
import { isGroup, type Link, readLinks } from './group.js';
import { followLink, type Located, rootOf } from './links.js';
import type { Place } from './nexus.js';
import { directoryOf, type FilePool } from './pool.js';
import type { Hdf5File } from './superblock.js';

/** Groups looked at in search of numbered data sets, and how deep they lie (`/entry/data`). */
const MAX_GROUPS = 256;
const MAX_DEPTH = 2;
const SHOWN_FILES = 5;

/** `data_000001`, `data_000002`, ...: how DECTRIS masters name the data sets that follow each other. */
export function isNumberedData(name: string): boolean {
  return /^data_\d+$/.test(name);
}

/** Links to numbered data sets of a group, in numeric order. */
export function numberedLinks(links: readonly Link[]): readonly Link[] {
  return links.filter(({ name }) => isNumberedData(name)).sort((a, b) => naturalOrder(a.name, b.name));
}

/** Links of a group; none when it is damaged, which must not keep the rest of the file from being read. */
export function linksOf({ file, messages }: Located): readonly Link[] {
  try {
    return readLinks(file, messages);
  } catch (error) {
    if (error instanceof SourceError) return [];
    throw error;
  }
}

/** The group nearest to the root that holds links to numbered data sets, or null. Only this file is searched. */
export function findNumbered(pool: FilePool, file: Hdf5File): Place | null {
  let level: Place[] = [{ path: '', located: rootOf(file) }];
  let groups = 0;
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const next: Place[] = [];
    for (const place of level) {
      if (++groups > MAX_GROUPS) return null;
      const links = linksOf(place.located);
      if (numberedLinks(links).length > 0) return place;
      if (depth === MAX_DEPTH) continue;
      for (const link of links) {
        if (link.kind !== 'hard') continue;
        try {
          const located = followLink(pool, place.located, link);
          if (isGroup(located.messages)) next.push({ path: `${place.path}/${link.name}`, located });
        } catch (error) {
          if (!(error instanceof SourceError)) throw error;
        }
      }
    }
    level = next;
  }
  return null;
}

function missingParts(path: string, files: readonly string[]): SourceError {
  const names = files.slice(0, SHOWN_FILES).join(', ');
  const more = files.length > SHOWN_FILES ? ` and ${files.length - SHOWN_FILES} more` : '';
  const [are, them] = files.length === 1 ? ['is', 'it'] : ['are', 'them'];
  return new SourceError(
    'parts-missing',
    `${path} leads to ${names}${more}, which ${are} missing: expected in ${directoryOf(path)}. ` +
      `Copy ${them} there, or read what there is with --allow-gaps.`,
    { path, missing: files.join(', ') },
  );
}

/** The numbered data sets of a group, and what is known to be missing between them. */
export interface Numbered {
  readonly parts: readonly Place[];
  readonly notes: readonly string[];
}

/**
 * Follows the links to numbered data sets of a group.
 *
 * @throws SourceError naming the files (or numbers) that are missing, unless gaps are allowed and something is left
 */
export function followNumbered(pool: FilePool, group: Place, allowGaps: boolean): Numbered {
  const { file } = group.located;
  const links = numberedLinks(readLinks(file, group.located.messages));
  const gaps = gapsIn(links.map(({ name }) => name)).map(listGap);
  if (gaps.length > 0 && !allowGaps) {
    throw new SourceError(
      'parts-missing',
      `${group.path} in ${file.path} lacks ${gaps.join(', ')}. Read what there is with --allow-gaps.`,
      { path: file.path, missing: gaps.join(', ') },
    );
  }
  const missing: string[] = [];
  const parts: Place[] = [];
  for (const link of links) {
    try {
      parts.push({ path: `${group.path}/${link.name}`, located: followLink(pool, group.located, link) });
    } catch (error) {
      if (!(error instanceof SourceError && error.code === 'external-missing')) throw error;
      missing.push(String(error.fields.external));
    }
  }
  if (missing.length > 0 && (!allowGaps || parts.length === 0)) throw missingParts(file.path, missing);
  const lost = [...gaps, ...missing];
  return {
    parts,
    notes: lost.length > 0 ? [`Missing parts, left out: ${lost.slice(0, SHOWN_FILES).join(', ')}.`] : [],
  };
}

/** One source over the numbered data sets. @throws SourceError naming two that differ, or one only the library reads */
export function joinNumbered(
  parts: readonly { readonly located: Located; readonly handle: SourceHandle }[],
): SourceHandle {
  const stored = parts.map(({ located, handle }): StoredPart => {
    const name = `${located.path} in ${located.file.path}`;
    if (handle.kind === 'stored') return { name, stack: handle.stack, storage: handle.storage };
    throw new SourceError(
      'not-stored',
      `${name} is stored in a way that only the HDF5 library reads, so it cannot be joined with others. Name it with --dataset.`,
      { path: located.file.path, dataset: located.path },
    );
  });
  return joinStored(stored);
}
