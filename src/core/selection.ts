import { UsageError } from './errors.js';
import type { FrameRuns, Source, SourceHandle } from './source.js';
import { formatShape, frameCount, type Stack } from './stack.js';

/** The numbers of a range `start:stop`; negative ones count from the end. @throws UsageError for one outside `0:extent` */
export function parseRange(text: string, extent: number, what: string): [number, number] {
  const match = /^(-?\d+)?:(-?\d+)?$/.exec(text.trim());
  if (!match) throw new UsageError('bad-range', `${what} takes ranges such as 0:100, not '${text}'.`);
  const at = (part: string | undefined, fallback: number) => {
    if (part === undefined || part === '') return fallback;
    const value = Number(part);
    return value < 0 ? extent + value : value;
  };
  const [start, stop] = [at(match[1], 0), at(match[2], extent)];
  if (start < 0 || stop > extent || start >= stop) {
    throw new UsageError('bad-range', `${what} ${text} lies outside 0:${extent} or is empty.`, { start, stop, extent });
  }
  return [start, stop];
}

function selected(base: SourceHandle, stack: Stack, first: number[], length: number[]): SourceHandle {
  const runs: FrameRuns = { first: Float64Array.from(first), length: Float64Array.from(length) };
  return { kind: 'selected', base, stack, runs };
}

/** Frames that a range reaches to at most, as far as its text alone says: 17 for `0:17`, nothing for `3:` and `:-1`. */
export function reachOf(range: string | undefined): { readonly until?: number } {
  const end = /^\d*:(\d+)$/.exec(range?.trim() ?? '')?.[1];
  return end === undefined ? {} : { until: Number(end) };
}

/**
 * A run of frames, `start:stop` in the order they are stored; negative numbers count from the end.
 *
 * @throws UsageError for a range outside the stack
 */
export function selectFrames(base: SourceHandle, range: string): SourceHandle {
  const [start, stop] = parseRange(range, frameCount(base.stack), '--frames');
  const { stack } = base;
  const frameAxes = stack.axes.slice(stack.stackShape.length);
  const only = stack.stackShape.length === 1 ? stack.axes[0] : undefined;
  const axis = only
    ? { ...only, origin: only.origin + start * only.step }
    : { name: 'frame', unit: '', step: 1, origin: start };
  return selected(base, { ...stack, stackShape: [stop - start], axes: [axis, ...frameAxes] }, [start], [stop - start]);
}

/** Frames at some positions, ascending, one after the other. */
export function selectPositions(base: SourceHandle, positions: Uint32Array): SourceHandle {
  const [first, length]: [number[], number[]] = [[], []];
  for (const [i, position] of positions.entries()) {
    const run = length.length - 1;
    if (i > 0 && position === (positions[i - 1] ?? 0) + 1) length[run] = (length[run] ?? 0) + 1;
    else {
      first.push(position);
      length.push(1);
    }
  }
  const { stack } = base;
  const frameAxes = stack.axes.slice(stack.stackShape.length);
  const axes = [{ name: 'frame', unit: '', step: 1, origin: 0 }, ...frameAxes];
  return selected(base, { ...stack, stackShape: [positions.length], axes }, first, length);
}

/**
 * A rectangle of the scan, `y0:y1,x0:x1`, one range per position dimension.
 *
 * @throws UsageError for ranges outside the scan or of the wrong number
 */
export function selectRegion(base: SourceHandle, region: string): SourceHandle {
  const { stack } = base;
  const shape = stack.stackShape;
  const texts = region.split(',');
  if (texts.length !== shape.length) {
    throw new UsageError(
      'bad-range',
      `--roi needs ${shape.length} ranges for a scan of ${formatShape(shape)}, such as ${shape.map((n) => `0:${n}`).join(',')}.`,
    );
  }
  const ranges = texts.map((text, i) => parseRange(text, shape[i] ?? 0, '--roi'));
  const [firsts, lengths]: [number[], number[]] = [[], []];
  const visit = (dimension: number, base0: number): void => {
    const [start, stop] = ranges[dimension] ?? [0, 1];
    const extent = shape[dimension] ?? 1;
    if (dimension === ranges.length - 1) {
      firsts.push(base0 * extent + start);
      lengths.push(stop - start);
      return;
    }
    for (let i = start; i < stop; i++) visit(dimension + 1, base0 * extent + i);
  };
  visit(0, 0);
  const axes = stack.axes.map((axis, i) => {
    const range = ranges[i];
    return range ? { ...axis, origin: axis.origin + range[0] * axis.step } : axis;
  });
  return selected(base, { ...stack, stackShape: ranges.map(([a, b]) => b - a), axes }, firsts, lengths);
}

/** The entries of some frames, as their selection has them. */
function entriesOf(all: Int32Array, { first, length }: FrameRuns): Int32Array {
  const entries = new Int32Array(length.reduce((total, count) => total + count, 0));
  let end = 0;
  for (const [k, start] of first.entries()) {
    entries.set(all.subarray(start, start + (length[k] ?? 0)), end);
    end += length[k] ?? 0;
  }
  return entries;
}

/** A source of which `choose` takes frames, with the classes and groups of these. @param choose one of the functions above */
export function selectSource(source: Source, choose: (base: SourceHandle) => SourceHandle): Source {
  const handle = choose(source.handle);
  if (handle.kind !== 'selected' || handle.base !== source.handle) return { ...source, handle };
  const { labels, groups } = source;
  return {
    ...source,
    handle,
    ...(labels ? { labels: { ...labels, of: entriesOf(labels.of, handle.runs) } } : {}),
    ...(groups ? { groups: entriesOf(groups, handle.runs) } : {}),
  };
}
