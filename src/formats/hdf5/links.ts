import { SourceError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { UNDEFINED } from './cursor.js';
import { isGroup, type Link, readLinks } from './group.js';
import { type Message, readHeader } from './header.js';
import type { FilePool } from './pool.js';
import type { Hdf5File } from './superblock.js';

/** An object with the file it really lies in and its path there. */
export interface Located {
  readonly file: Hdf5File;
  readonly path: string;
  readonly address: number;
  readonly messages: readonly Message[];
}

/** Soft and external links followed on the way to one object before they count as a cycle. */
const MAX_HOPS = 64;

/** What is left of the links that may be followed; shared along the way, or paths of links could fan out. */
interface Hops {
  left: number;
}

/** Groups whose links are kept while a file is open: a group of thousands is looked into again and again. */
const MAX_KEPT = 32;

const keptLinks = new WeakMap<Hdf5File, Map<number, ReadonlyMap<string, Link>>>();

/** Links of a group by name. @throws SourceError when the group is damaged */
export function linksByName({ file, address, messages }: Located): ReadonlyMap<string, Link> {
  const kept = keptLinks.get(file) ?? new Map<number, ReadonlyMap<string, Link>>();
  keptLinks.set(file, kept);
  const links = kept.get(address) ?? new Map(readLinks(file, messages).map((link) => [link.name, link]));
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(address, links);
  return links;
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

export function joinPath(group: string, name: string): string {
  return group === '/' ? `/${name}` : `${group}/${name}`;
}

export function rootOf(file: Hdf5File): Located {
  return { file, path: '/', address: file.root, messages: readHeader(file, file.root) };
}

function notFound(file: Hdf5File, wanted: string, group: Located, name: string): SourceError {
  const names = isGroup(group.messages) ? readLinks(file, group.messages).map((link) => link.name) : [];
  const close = nearest(name, names);
  const listed = close === null ? names : [close, ...names.filter((other) => other !== close)];
  const shown = listed.slice(0, 12).join(', ') + (listed.length > 12 ? `, and ${listed.length - 12} more` : '');
  const there = names.length === 0 ? `${group.path} holds nothing` : `${group.path} holds: ${shown}`;
  const hint = close === null ? '' : ` Did you mean ${joinPath(group.path, close)}?`;
  return new SourceError('no-such-dataset', `${file.path} has no ${wanted}.${hint} ${there}.`, {
    path: file.path,
    dataset: wanted,
  });
}

/** Object a link of `group` leads to. @throws SourceError when the link dangles or runs in a circle */
export function followLink(pool: FilePool, group: Located, link: Link, hops: Hops = { left: MAX_HOPS }): Located {
  const path = joinPath(group.path, link.name);
  const { file } = group;
  if (link.kind !== 'hard' && hops.left-- <= 0) {
    throw new SourceError('link-cycle', `${path} in ${file.path} is a link that leads back to itself.`, {
      path: file.path,
    });
  }
  switch (link.kind) {
    case 'hard':
      if (link.address === UNDEFINED) break;
      return { file, path, address: link.address, messages: readHeader(file, link.address) };
    case 'soft': {
      const from = link.target.startsWith('/') ? rootOf(file) : group;
      return descend(pool, from, link.target, hops);
    }
    case 'external': {
      const other = pool.follow(file, link.file);
      if (other !== null) return descend(pool, rootOf(other), link.target, hops);
      throw new SourceError(
        'external-missing',
        `${path} in ${file.path} is an external link to ${link.file}, which does not exist. Put that file beside ${file.path}.`,
        { path: file.path, dataset: path, external: link.file },
      );
    }
    case 'user':
      break;
  }
  throw new SourceError('dangling', `${path} in ${file.path} is a link that leads nowhere.`, { path: file.path });
}

/** Object at `path`, seen from `start`. @throws SourceError listing what exists when there is none */
export function descend(pool: FilePool, start: Located, path: string, hops: Hops = { left: MAX_HOPS }): Located {
  let here = start;
  for (const name of split(path)) {
    const link = isGroup(here.messages) ? linksByName(here).get(name) : undefined;
    if (link === undefined) throw notFound(here.file, path, here, name);
    here = followLink(pool, here, link, hops);
  }
  return here;
}

/** Object at an absolute path of a file. @throws SourceError listing what exists when there is none */
export function locate(pool: FilePool, file: Hdf5File, path: string): Located {
  return descend(pool, rootOf(file), path);
}
