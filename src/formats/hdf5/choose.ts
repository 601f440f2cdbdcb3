import { SourceError } from '../../core/errors.js';
import { product } from '../../core/stack.js';
import { describeDataset, isDataset } from './dataset.js';
import { isGroup, type Link, readLinks } from './group.js';
import { followLink, type Located, rootOf } from './links.js';
import { findNumbered, followNumbered, isNumberedData, linksOf, numberedLinks } from './master.js';
import { lacksSources } from './missing.js';
import { childOf, defaultPlace, type Place, signalOf } from './nexus.js';
import type { FilePool } from './pool.js';
import type { Hdf5File } from './superblock.js';

/** Objects looked at before the choice is made among those seen. */
const MAX_OBJECTS = 20000;
const MAX_DEPTH = 24;

/** Data sets that describe a detector; as large as its frames, but never what is looked for. */
const AUXILIARY =
  /mask|flat_?field|^dark|background|trimbit|countrate|efficiency|weights?$|errors?$|uncertaint|bad_pixel/i;

/** A numeric data set found in a file. `path` is where a user finds it, links included. */
export interface Candidate {
  readonly path: string;
  readonly located: Located;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Its group says that it is what to plot. */
  readonly isSignal: boolean;
}

/** The data set to read. */
export interface Choice {
  /** Of the data set, or of the group that holds `parts`. */
  readonly path: string;
  /** The data set, the first one of `parts`. */
  readonly located: Located;
  /** Data sets that follow each other and are read as one; empty for a single one. */
  readonly parts: readonly Place[];
  /** Further data sets of the same shape. */
  readonly alike: readonly string[];
  /** Files that links of this one lead to and that do not exist. */
  readonly broken: readonly string[];
  readonly notes: readonly string[];
}

const single = ({ path, located }: Place): Choice => ({ path, located, parts: [], alike: [], broken: [], notes: [] });

/** All numeric data sets that paths of this file lead to, each object once, groups near the root first. */
export function numericDatasets(
  pool: FilePool,
  file: Hdf5File,
): { readonly found: Candidate[]; readonly broken: readonly string[] } {
  const found: Candidate[] = [];
  const broken = new Set<string>();
  const seen = new Map<string, number | null>();
  let objects = 0;
  let level: { readonly path: string; readonly group: Located }[] = [{ path: '', group: rootOf(file) }];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next: typeof level = [];
    for (const { path, group } of level) {
      const links = depth === 0 ? readLinks(group.file, group.messages) : linksOf(group);
      const signal = signalOf(pool, group, links);
      for (const link of links) {
        if (++objects > MAX_OBJECTS) return { found, broken: [...broken] };
        try {
          const located = followLink(pool, group, link);
          const key = `${located.address} ${located.file.path}`;
          const here = `${path}/${link.name}`;
          const isSignal = link.name === signal;
          const known = seen.get(key);
          const before = typeof known === 'number' ? found[known] : undefined;
          if (isSignal && before && !before.isSignal && typeof known === 'number')
            found[known] = { ...before, path: here, isSignal };
          if (known !== undefined) continue;
          seen.set(key, null);
          if (isDataset(located.messages)) {
            const described = describeDataset(located.file, located.messages);
            if (described?.type.kind !== 'number' || described.space.kind === 'null') continue;
            const { shape } = described.space;
            const bytes = product(shape) * described.type.bytes;
            seen.set(key, found.push({ path: here, located, shape, bytes, isSignal }) - 1);
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

/** Dimensions of a numeric data set with elements; 0 for everything else. */
function rankOf({ file, messages }: Located): number {
  const described = isDataset(messages) ? describeDataset(file, messages) : null;
  if (described?.type.kind !== 'number' || described.space.kind !== 'simple') return 0;
  return product(described.space.shape) > 0 ? described.space.shape.length : 0;
}

/**
 * What to read of a group: its NeXus signal, or the numbered data sets `data_000001`, ... that follow each other, or a
 * stack called `data` beside them; null when it has none of these.
 *
 * @throws SourceError naming numbered data sets that are missing, unless gaps are allowed
 */
export function chooseIn(pool: FilePool, group: Place, allowGaps: boolean): Choice | null {
  const { file, messages } = group.located;
  const links: readonly Link[] = readLinks(file, messages);
  const signal = signalOf(pool, group.located, links);
  const numbered = numberedLinks(links).length > 0;
  const wanted = signal === null || isNumberedData(signal) ? (numbered ? 'data' : null) : signal;
  const found = wanted === null ? null : childOf(pool, group.located, wanted);
  const holds = found !== null && rankOf(found) >= (numbered ? 3 : 1) && !(numbered && lacksSources(pool, found));
  if (found !== null && holds) return single({ path: `${group.path}/${wanted}`, located: found });
  if (!numbered) return null;
  const { parts, notes } = followNumbered(pool, group, allowGaps);
  const [first] = parts;
  if (first === undefined) return null;
  return parts.length === 1
    ? { ...single(first), notes }
    : { ...single({ path: group.path || '/', located: first.located }), parts, notes };
}

/** What the NeXus attributes lead to, of any rank; null when there are none, or they lead nowhere. */
function chooseDefault(pool: FilePool, file: Hdf5File, allowGaps: boolean): Choice | null {
  const start = defaultPlace(pool, file);
  if (start === null) return null;
  const { messages } = start.located;
  if (isDataset(messages)) return rankOf(start.located) > 0 ? single(start) : null;
  return isGroup(messages) ? chooseIn(pool, start, allowGaps) : null;
}

/** The best of those found: a stack before an image before a line, a signal before others, then the largest. */
function best(all: readonly Candidate[]): Candidate | null {
  const rankScore = ({ shape, bytes }: Candidate): number => (bytes === 0 ? 0 : Math.min(shape.length, 3));
  const name = ({ path }: Candidate): string => path.slice(path.lastIndexOf('/') + 1);
  const score = (one: Candidate): readonly number[] => {
    const own = AUXILIARY.test(name(one)) ? 0 : 1;
    return [rankScore(one) > 1 ? own : 0, rankScore(one), one.isSignal ? 1 : 0, own, one.bytes];
  };
  const isBetter = (a: readonly number[], b: readonly number[]): boolean => {
    const at = a.findIndex((value, i) => value !== b[i]);
    return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
  };
  return all.reduce<Candidate | null>(
    (most, candidate) => (most === null || isBetter(score(candidate), score(most)) ? candidate : most),
    null,
  );
}

/**
 * The data set to read when none is named: where the NeXus attributes `default` and `signal` lead, unless it is a line;
 * else numbered data sets; else the largest signal of three or more dimensions, the largest such data set, the largest
 * image.
 *
 * @throws SourceError when the file holds no numeric data set, or parts of a series are missing
 */
export function chooseDataset(pool: FilePool, file: Hdf5File, allowGaps = false): Choice {
  const preferred = chooseDefault(pool, file, allowGaps);
  if (preferred !== null && rankOf(preferred.located) > 1) return preferred;
  const group = findNumbered(pool, file);
  const joined = group === null ? null : chooseIn(pool, group, allowGaps);
  if (joined !== null) return joined;
  const { found, broken } = numericDatasets(pool, file);
  const most = best(found);
  if (preferred !== null && (most === null || most.shape.length < 2)) return preferred;
  if (most === null) {
    const lost = broken.length > 0 ? ` Its links lead to files that do not exist: ${broken.join(', ')}.` : '';
    throw new SourceError('no-dataset', `${file.path} holds no numeric data set that can be reached.${lost}`, {
      path: file.path,
    });
  }
  const alike = found.filter(
    (other) => other !== most && other.shape.join() === most.shape.join() && most.shape.length > 2,
  );
  return { ...single(most), alike: alike.map(({ path }) => path), broken };
}
