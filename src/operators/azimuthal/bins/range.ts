/** pyFAI lets the highest pixel fall into the last bin by widening the range by one float32 step. */
const WIDENED = 1 + 2 ** -23;

/** An axis cut into equal bins: bin k covers `low + k width` to `low + (k + 1) width`. */
export interface BinAxis {
  readonly low: number;
  readonly width: number;
  readonly bins: number;
}

/** Smallest and largest of what is added. */
export class Extent {
  low = Number.POSITIVE_INFINITY;
  high = Number.NEGATIVE_INFINITY;

  add(low: number, high: number): void {
    if (low < this.low) this.low = low;
    if (high > this.high) this.high = high;
  }

  get isEmpty(): boolean {
    return !(this.low <= this.high);
  }
}

/** The radial axis over what was found, which is never below 0, or over the range that was asked for. */
export function radialAxis(extent: Extent, asked: readonly [number, number] | null, bins: number): BinAxis {
  const low = asked ? Math.min(...asked) : Math.max(0, extent.low);
  const high = (asked ? Math.max(...asked) : Math.max(0, extent.high)) * WIDENED;
  return { low, width: (high - low) / bins, bins };
}

/** The azimuthal axis over what was found, within one turn, or over the range that was asked for. Radians. */
export function azimuthalAxis(extent: Extent, asked: readonly [number, number] | null, bins: number): BinAxis {
  const turn = Math.fround(Math.PI);
  const low = asked ? asked[0] : Math.max(-turn, extent.low);
  const high = (asked ? asked[1] : Math.min(turn, extent.high)) * WIDENED;
  return { low, width: (high - low) / bins, bins };
}

/** Bins from `first` to `last` that an interval touches, and the part of it in the first and in the last one. */
export interface Span {
  first: number;
  last: number;
  firstPart: number;
  middlePart: number;
  lastPart: number;
}

export function emptySpan(): Span {
  return { first: 0, last: 0, firstPart: 0, middlePart: 0, lastPart: 0 };
}

/**
 * The bins of an interval, by pyFAI's rules: positions are cut off towards zero, so that up to one bin below the range counts as
 * the first, and what sticks out at either end goes to the bin at that end.
 *
 * @returns false when the interval touches no bin
 */
export function spanOf({ low, width, bins }: BinAxis, from: number, to: number, span: Span): boolean {
  const start = (from - low) / width;
  const stop = (to - low) / width;
  const first = Math.trunc(start);
  const last = Math.trunc(stop);
  if (!(last >= 0 && first < bins)) return false;
  span.first = Math.max(0, first);
  span.last = Math.min(bins - 1, last);
  if (span.first === span.last) {
    span.firstPart = 1;
    return true;
  }
  const inverse = 1 / (stop - start);
  span.firstPart = inverse * (span.first + 1 - start);
  span.lastPart = inverse * (stop - span.last);
  span.middlePart = inverse;
  return true;
}
