import { UsageError } from '../core/errors.js';
import type { Source, SourceHandle } from '../core/source.js';
import { frameCount } from '../core/stack.js';
import type { Split } from './options.js';
import { rank } from './order.js';

export type PartName = 'train' | 'validation' | 'test';

/** Positions in the stack of the samples of each part, ascending; samples between two blocks of time are in none. */
export type Parts = Readonly<Record<PartName, Uint32Array>>;

const PARTS = ['train', 'validation', 'test'] as const;

function sharesOf({ train, validation = 0 }: Split): readonly number[] {
  const sum = train + validation;
  if (!(train > 0 && validation >= 0 && sum <= 1 + 1e-9)) {
    throw new UsageError(
      'bad-split',
      `A split takes parts of 1, such as train 0.7 and validation 0.15, not ${train} and ${validation}.`,
      { train, validation },
    );
  }
  const test = sum >= 1 - 1e-9 ? 0 : 1 - sum;
  return [train, validation, test];
}

/** Ends of the three parts among items of some sizes: as near to the shares as whole items allow, none wished for empty where it can be. */
function cut(sizes: readonly number[], shares: readonly number[]): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const ends: number[] = [];
  const wished = shares.filter((share) => share > 0).length;
  let [end, done, wanted, had] = [0, 0, 0, 0];
  for (const share of shares) {
    wanted += share * total;
    const first = end;
    const left = wished - had - (share > 0 ? 1 : 0);
    const least = share > 0 && sizes.length >= wished ? first + 1 : first;
    while (end < sizes.length && (end < least || done + (sizes[end] ?? 0) / 2 <= wanted)) {
      // Leaves an item for each part that is still to come.
      if (end >= least && sizes.length - end <= left) break;
      done += sizes[end] ?? 0;
      end++;
    }
    if (share > 0) had++;
    ends.push(end);
  }
  return ends;
}

function collect(partOf: (position: number) => number, count: number): Parts {
  const lists: number[][] = PARTS.map(() => []);
  for (let position = 0; position < count; position++) lists[partOf(position)]?.push(position);
  const [train, validation, test] = lists.map((list) => Uint32Array.from(list));
  return {
    train: train ?? new Uint32Array(0),
    validation: validation ?? new Uint32Array(0),
    test: test ?? new Uint32Array(0),
  };
}

function byGroup(groups: Int32Array, split: Split): Parts {
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const seed = split.seed ?? 0;
  const dealt = [...sizes].sort(([a], [b]) => rank(seed, a) - rank(seed, b) || a - b);
  const ends = cut(
    dealt.map(([, size]) => size),
    sharesOf(split),
  );
  const partOf = new Map(dealt.map(([group], i) => [group, ends.findIndex((end) => i < end)]));
  return collect((position) => partOf.get(groups[position] ?? 0) ?? -1, groups.length);
}

/** First point of a sample and the first behind it, on a line on which samples that share points overlap. */
function spanOf(handle: SourceHandle, position: number): readonly [number, number] {
  if (handle.kind === 'selected') {
    const { first, length } = handle.runs;
    let left = position;
    for (let k = 0; k < length.length; k++) {
      if (left < (length[k] ?? 0)) return spanOf(handle.base, (first[k] ?? 0) + left);
      left -= length[k] ?? 0;
    }
  }
  if (handle.kind !== 'windows') return [position, position + 1];
  const start = handle.first[position] ?? 0;
  return [start, start + (handle.stack.frameShape[1] ?? 1)];
}

/** Cuts the time of every recording alike; the first samples of a block that share points with the block before are left out. */
function byTime({ handle, groups }: Source, count: number, split: Split): Parts {
  const recordings = new Map<number, number[]>();
  for (let position = 0; position < count; position++) {
    const group = groups?.[position] ?? 0;
    const members = recordings.get(group);
    if (members) members.push(position);
    else recordings.set(group, [position]);
  }
  const shares = sharesOf(split);
  const parts = new Int8Array(count).fill(-1);
  for (const members of recordings.values()) {
    const spans = new Map(members.map((position) => [position, spanOf(handle, position)]));
    const start = (position: number): number => spans.get(position)?.[0] ?? position;
    const ordered = members.sort((a, b) => start(a) - start(b));
    const ends = cut(
      ordered.map(() => 1),
      shares,
    );
    let [block, reached, before] = [0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const [i, position] of ordered.entries()) {
      const part = ends.findIndex((end) => i < end);
      if (part !== block) [block, before] = [part, reached];
      if (start(position) < before) continue;
      parts[position] = part;
      reached = Math.max(reached, spans.get(position)?.[1] ?? 0);
    }
  }
  return collect((position) => parts[position] ?? -1, count);
}

/**
 * Divides the samples of a source so that no part holds a point, or a recording, of another.
 *
 * @throws UsageError for shares that are none, for groups where the source has none, and for a source without samples
 */
export function splitSamples(source: Source, split: Split): Parts {
  const count = frameCount(source.handle.stack);
  if (split.by === 'time') return byTime(source, count, split);
  if (split.by !== 'group')
    throw new UsageError('bad-split', `A split is by group or time, not by ${String(split.by)}.`);
  if (source.groups?.length !== count) {
    throw new UsageError(
      'no-groups',
      `${source.location} does not say which samples belong together. Split by time, or open it as time series with recordings.`,
    );
  }
  return byGroup(source.groups, split);
}
