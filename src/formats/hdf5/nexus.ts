import { SourceError } from '../../core/errors.js';
import { attributeValue } from './attribute.js';
import { isDataset } from './dataset.js';
import { isGroup, type Link } from './group.js';
import { descend, followLink, type Located, linksByName, rootOf } from './links.js';
import type { FilePool } from './pool.js';
import type { Hdf5File } from './superblock.js';

const MAX_DEFAULTS = 8;

/** An object with the path a user finds it at, links included. */
export interface Place {
  readonly path: string;
  readonly located: Located;
}

/** Text of an attribute, also where it is an array of one. */
export function textAttribute(located: Located, name: string): string | null {
  const value = attributeValue(located.file, located.messages, name);
  const text = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return typeof text === 'string' && text !== '' ? text : null;
}

/** True for a group of this NeXus class. */
export function hasClass(located: Located, name: string): boolean {
  return textAttribute(located, 'NX_class') === name;
}

/** What a link of a group leads to; null when there is none, it dangles or is damaged. */
export function childOf(pool: FilePool, group: Located, name: string): Located | null {
  if (!isGroup(group.messages)) return null;
  try {
    const link = linksByName(group).get(name);
    return link === undefined ? null : followLink(pool, group, link);
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
}

/** Where the attributes `default` lead from the root: a data set, or the group to plot; null when there are none. */
export function defaultPlace(pool: FilePool, file: Hdf5File): Place | null {
  let here: Place = { path: '', located: rootOf(file) };
  try {
    for (let i = 0; i < MAX_DEFAULTS; i++) {
      const next = textAttribute(here.located, 'default');
      if (next === null || next === '.') break;
      const path = next.startsWith('/') ? next : `${here.path}/${next}`;
      const from = next.startsWith('/') ? rootOf(here.located.file) : here.located;
      here = { path, located: descend(pool, from, next) };
      if (isDataset(here.located.messages)) return here;
    }
    return here.path === '' ? null : here;
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
}

/** True when an older file marks this data set as the one to plot: its own attribute `signal` is 1. */
export function isMarkedSignal(located: Located): boolean {
  const value = attributeValue(located.file, located.messages, 'signal');
  const mark = Array.isArray(value) ? value[0] : value;
  return mark === 1 || mark === '1';
}

/** Name of the data set to plot in a group: its attribute `signal`, else the data set that is marked; or null. */
export function signalOf(pool: FilePool, group: Located, links: readonly Link[]): string | null {
  const named = textAttribute(group, 'signal');
  if (named !== null) return named;
  if (!hasClass(group, 'NXdata')) return null;
  for (const link of links) {
    const child = childOf(pool, group, link.name);
    if (child !== null && isDataset(child.messages) && isMarkedSignal(child)) return link.name;
  }
  return null;
}
