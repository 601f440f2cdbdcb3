import { SourceError } from '../../core/errors.js';
import { type Attribute, readAttributes as attributesOf } from './attribute.js';
import { isDataset, readDataset } from './dataset.js';
import { describeDatatype } from './datatype.js';
import { describeFilter } from './fallback.js';
import { isGroup, type Link, readLinks } from './group.js';
import { followLink, joinPath, type Located, locate, rootOf } from './links.js';
import type { FilePool } from './pool.js';
import { withFile } from './session.js';

/** An entry of a file's tree, as `info --tree` shows it. */
export interface Hdf5Node {
  readonly name: string;
  readonly path: string;
  readonly kind: 'group' | 'dataset' | 'datatype' | 'unreadable';
  /** Where a soft or external link leads (`/path`, `file:/path`); empty for what lies right here. */
  readonly target: string;
  /** Why nothing can be shown: a dangling link, a damaged object, a group already shown elsewhere, a limit. */
  readonly remark: string;
  readonly attributes: readonly Attribute[];
  readonly shape?: readonly number[];
  /** `uint16`, `float32 (big-endian)`, `string`, `compound`. */
  readonly type?: string;
  readonly layout?: 'compact' | 'contiguous' | 'chunked' | 'virtual';
  readonly chunkShape?: readonly number[];
  readonly filters?: readonly string[];
  readonly children: readonly Hdf5Node[];
}

/** Limits of one listing. */
export interface TreeLimits {
  readonly depth: number;
  readonly objects: number;
}

interface Walk {
  readonly pool: FilePool;
  readonly limits: TreeLimits;
  readonly shown: Set<string>;
  objects: number;
}

function targetOf(link: Link | null): string {
  if (link?.kind === 'soft') return link.target;
  return link?.kind === 'external' ? `${link.file}:${link.target}` : '';
}

function describe(walk: Walk, located: Located, name: string, path: string, target: string, depth: number): Hdf5Node {
  const { file, messages } = located;
  const attributes = attributesOf(file, messages);
  const base = { name, path, target, remark: '', attributes, children: [] };
  if (isDataset(messages)) {
    const { space, type, layout, pipeline } = readDataset(file, path, messages);
    const node = {
      ...base,
      kind: 'dataset',
      shape: space.shape,
      type: describeDatatype(type),
      layout: layout.kind,
    } as const;
    if (layout.kind !== 'chunked') return node;
    return { ...node, chunkShape: layout.chunkShape, filters: pipeline.map(describeFilter) };
  }
  const root = located.address === file.root;
  if (!isGroup(messages) && !root) return { ...base, kind: 'datatype' };
  const key = `${located.address} ${file.path}`;
  if (walk.shown.has(key)) return { ...base, kind: 'group', remark: 'shown before' };
  walk.shown.add(key);
  if (depth >= walk.limits.depth) return { ...base, kind: 'group', remark: 'deeper levels are not shown' };
  const children: Hdf5Node[] = [];
  const links = readLinks(file, messages);
  for (const link of links) {
    if (walk.objects >= walk.limits.objects) {
      return { ...base, kind: 'group', children, remark: `${links.length - children.length} more are not shown` };
    }
    walk.objects++;
    children.push(describeLink(walk, located, link, path, depth + 1));
  }
  return { ...base, kind: 'group', children };
}

function describeLink(walk: Walk, group: Located, link: Link, parent: string, depth: number): Hdf5Node {
  const path = joinPath(parent, link.name);
  const target = targetOf(link);
  try {
    return describe(walk, followLink(walk.pool, group, link), link.name, path, target, depth);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { name: link.name, path, kind: 'unreadable', target, remark: error.message, attributes: [], children: [] };
  }
}

/**
 * Lists the groups and data sets of a file with their attributes. Links that lead nowhere are listed with the reason.
 *
 * @throws SourceError when the file itself cannot be opened
 */
export function listHdf5(path: string, limits: TreeLimits = { depth: 32, objects: 10000 }): Hdf5Node {
  return withFile(path, (pool, file) =>
    describe({ pool, limits, shown: new Set(), objects: 0 }, rootOf(file), '/', '/', '', 0),
  );
}

/** Attributes of the group or data set at `objectPath`. @throws SourceError when there is none */
export function readAttributes(path: string, objectPath: string): readonly Attribute[] {
  return withFile(path, (pool, file) => {
    const located = locate(pool, file, objectPath);
    return attributesOf(located.file, located.messages);
  });
}
