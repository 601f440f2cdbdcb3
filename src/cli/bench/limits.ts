import type { Configuration, Series } from './record.js';

/** Rates measured in the same run that no row can exceed for long, in bytes per second. */
export interface Floors {
  /** Stored bytes, one reader past the page cache; null when not measured. */
  readonly disk: number | null;
  /** The same of the second copy, when that lies on another disk. */
  readonly secondDisk: number | null;
  /** Stored bytes from the page cache: one reader, and one per core. */
  readonly cached: { readonly one: number | null; readonly all: number | null };
  /** Decoded bytes of one thread; null without a codec. */
  readonly decode: number | null;
  /** Decoded bytes of one thread, frames in the processor's cache. */
  readonly arithmetic: number | null;
}

export type LimitName = 'disk' | 'memory' | 'decode' | 'arithmetic';

/** The rate one resource alone would allow, in decoded bytes per second. */
export interface Ceiling {
  readonly name: LimitName;
  readonly rate: number;
}

/** What the floors are applied to. */
export interface Conditions {
  readonly cores: number;
  /** Decoded bytes per stored byte. */
  readonly ratio: number;
  /** The file comes from the disk: cold, direct, or larger than the page cache. */
  readonly fromDisk: boolean;
}

/** The floors among the measured series of a group: the best run of each, because a limit is what can be reached. */
export function floorsOf(series: readonly Series[], cores: number): Floors {
  const rate = (id: string): number | null => {
    const runs = series.find(({ configuration }) => configuration.id === id)?.runs ?? [];
    return runs.length === 0 ? null : Math.max(...runs.map(({ bytes, seconds }) => bytes / seconds));
  };
  const one = rate('floor-cached-1');
  const arithmetic = rate('floor-arithmetic-1');
  const all = cores > 1 ? rate(`floor-cached-${cores}`) : one;
  return {
    disk: rate('floor-direct-1'),
    secondDisk: rate('floor-direct-replica'),
    cached: { one, all },
    decode: rate('floor-decode-1'),
    arithmetic,
  };
}

/** Workers that can really run at once. */
function lanesOf(configuration: Configuration, cores: number): number {
  return Math.min(cores, configuration.workers * configuration.threads);
}

/** One ceiling per resource a configuration uses, for the cores it can use. */
export function ceilingsOf(configuration: Configuration, floors: Floors, conditions: Conditions): Ceiling[] {
  const lanes = lanesOf(configuration, conditions.cores);
  const { kind } = configuration.engine;
  const ceilings: Ceiling[] = [];
  const reads = kind !== 'resident';
  const { one, all } = floors.cached;
  if (reads && conditions.fromDisk && floors.disk !== null) {
    const second = configuration.files === 2 ? (floors.secondDisk ?? 0) : 0;
    ceilings.push({ name: 'disk', rate: (floors.disk + second) * conditions.ratio });
  }
  if (reads && !conditions.fromDisk && one !== null) {
    const many = all ?? one;
    const rate = lanes === 1 ? one : Math.max(one, (many * lanes) / conditions.cores);
    ceilings.push({ name: 'memory', rate: rate * conditions.ratio });
  }
  if (reads && floors.decode !== null) ceilings.push({ name: 'decode', rate: floors.decode * lanes });
  if (floors.arithmetic !== null) ceilings.push({ name: 'arithmetic', rate: floors.arithmetic * lanes });
  return ceilings;
}

/** What bounds a row, and how near it came. */
export interface Verdict {
  /** The resource the ideal run would spend most time on; null when nothing was measured to tell. */
  readonly limiter: LimitName | null;
  /** The rate that all resources together allow, in decoded bytes per second. */
  readonly ceiling: number | null;
  /** Measured rate over `ceiling`. */
  readonly reached: number | null;
}

/**
 * A worker reads, decodes and computes one after the other, so the times of these add up; the disk works beside them, so
 * the slower of disk and cores sets the pace.
 */
export function judge(rate: number, ceilings: readonly Ceiling[]): Verdict {
  const first = ceilings[0];
  if (!first) return { limiter: null, ceiling: null, reached: null };
  const disk = ceilings.find(({ name }) => name === 'disk');
  const onCores = ceilings.filter(({ name }) => name !== 'disk');
  const cores = 1 / onCores.reduce((seconds, ceiling) => seconds + 1 / ceiling.rate, 0);
  const ceiling = Math.min(disk?.rate ?? Number.POSITIVE_INFINITY, cores);
  const slowest = onCores.reduce((low, one) => (one.rate < low.rate ? one : low), onCores[0] ?? first);
  const limiter = disk && disk.rate <= cores ? 'disk' : slowest.name;
  return { limiter, ceiling, reached: rate / ceiling };
}

/** Below this share of what the floors allow, something else held the row back. */
const FAR = 0.6;
/** Above this share the memory keeps up with the arithmetic. */
const NEAR = 0.9;

/** The verdict as a phrase. */
export function describeVerdict({ limiter, reached }: Verdict, isResident = false): string {
  if (limiter === null || reached === null) return '';
  // Frames that lie in memory wait for nothing but arithmetic and the way from memory to the processor.
  if (isResident && reached < NEAR) return `memory, ${Math.round(100 * reached)} % of the pace in cache`;
  const share = `${Math.round(100 * reached)} % of floors`;
  return reached >= FAR ? `${limiter}, ${share}` : `overhead or other load, ${share}`;
}
