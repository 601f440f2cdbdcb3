import type { NumericArray } from '../../../core/dtype.js';
import type { Team } from '../../../core/operator.js';
import { eachPart, noBin, type PixelMap } from '../bins/pixel-map.js';
import type { RowMatrix } from '../bins/row-matrix.js';
import { bandsOf, lowerBound, shareOf } from './bands.js';
import { type FrameSums, MISS_STRIDE, SUM_STRIDE } from './frame-sums.js';
import type { Integration, Steps } from './state.js';

/** Makes the sums of one frame; members of a team take bands of pixels, or runs of bins, and share what they found. */
export type Summation = (steps: Steps, at: number, team: Team) => FrameSums;

/** Float64 numbers of scratch that `scatterSums` keeps. */
export function scatterScratch(pixels: number, bins: number): number {
  const bands = bandsOf(pixels, bins).length - 1;
  return (bands + 1) * bins * (SUM_STRIDE + MISS_STRIDE) + 2 * MISS_STRIDE * (bands + 1);
}

type Take = (length: number) => Float64Array;

/** Bands of pixels, each with sums of its own, added up in order. `take` gives zeroed scratch arrays. */
export function scatterSums({ check }: Integration, map: PixelMap, take: Take): Summation {
  const { pixels, bins, spreadPixel } = map;
  const edges = bandsOf(pixels, bins);
  const bands = edges.length - 1;
  const spreadEdges = edges.map((pixel) => lowerBound(spreadPixel, pixel));
  // Two bins more than there are: what belongs to none lands there.
  const missSize = check ? (bins + 2) * MISS_STRIDE : 0;
  const bandSums = take(bands * bins * SUM_STRIDE);
  const bandMissed = take(bands * missSize);
  const sumsOf = Array.from({ length: bands }, (_, k) =>
    bandSums.subarray(k * bins * SUM_STRIDE, (k + 1) * bins * SUM_STRIDE),
  );
  const missedOf = Array.from({ length: bands }, (_, k) => bandMissed.subarray(k * missSize, (k + 1) * missSize));
  const sums = bands === 1 ? bandSums : take(bins * SUM_STRIDE);
  const missed = bands === 1 ? bandMissed : take(missSize);
  return (steps, at, team) => {
    bandSums.fill(0);
    bandMissed.fill(0);
    const [firstBand, lastBand] = shareOf(bands, team.rank, team.size);
    for (let k = firstBand; k < lastBand; k++) {
      const [into, lost] = [sumsOf[k], missedOf[k]];
      if (!into || !lost) continue;
      steps.scatter(at, edges[k] ?? 0, edges[k + 1] ?? 0, into, lost);
      steps.spread(at, spreadEdges[k] ?? 0, spreadEdges[k + 1] ?? 0, into, lost);
    }
    team.sum(bandSums);
    if (check) team.sum(bandMissed);
    if (bands > 1) {
      addUp(bandSums, sums);
      addUp(bandMissed, missed);
    }
    return { sums, missed: check ? missed : null };
  };
}

function addUp(parts: Float64Array, total: Float64Array): void {
  total.fill(0);
  const length = total.length;
  for (let from = 0; from < parts.length; from += length) {
    for (let i = 0; i < length; i++) total[i] = (total[i] ?? 0) + (parts[from + i] ?? 0);
  }
}

/** The sparse matrix product: bin after bin. */
export function rowSums({ check }: Integration, { bins, rowEnd }: RowMatrix, take: Take): Summation {
  const sums = take(bins * SUM_STRIDE);
  const missed = take(check ? (bins + 2) * MISS_STRIDE : 0);
  return (steps, at, team) => {
    sums.fill(0);
    missed.fill(0);
    const [from, to] = rowShare(rowEnd, team);
    steps.gather(at, from, to, sums, missed);
    team.sum(sums);
    if (check) team.sum(missed);
    return { sums, missed: check ? missed : null };
  };
}

/** Rows with about the same number of entries for every member. */
export function rowShare(rowEnd: Uint32Array, { rank, size }: Team): readonly [number, number] {
  const entries = rowEnd.at(-1) ?? 0;
  const edge = (member: number) =>
    member === size ? rowEnd.length : lowerBound(rowEnd, Math.ceil((entries * member) / size));
  return [edge(rank), edge(rank + 1)];
}

/** True for what is no number, NaN and infinities, and for what the integration was told to leave out. */
export function isInvalid(value: number, { low, high }: Integration): boolean {
  return !(value < low || value > high) || !Number.isFinite(value);
}

/** The steps in plain TypeScript, over the elements of one tile. */
export function referenceSteps(
  state: Integration,
  data: NumericArray,
  map: PixelMap | null,
  rows: RowMatrix | null,
): Steps {
  const { check, norm, dark, variance } = state;

  function add(at: number, pixel: number, bin: number, weight: number, sums: Float64Array, missed: Float64Array): void {
    const value = data[at + pixel] ?? 0;
    if (check && isInvalid(value, state)) {
      const lost = bin * MISS_STRIDE;
      const scaled = weight * (norm[pixel] ?? 0);
      missed[lost] = (missed[lost] ?? 0) + weight;
      missed[lost + 1] = (missed[lost + 1] ?? 0) + scaled;
      missed[lost + 2] = (missed[lost + 2] ?? 0) + weight * (dark[pixel] ?? 0);
      return;
    }
    const to = bin * SUM_STRIDE;
    sums[to] = (sums[to] ?? 0) + weight * value;
    if (variance) sums[to + 1] = (sums[to + 1] ?? 0) + weight * weight * Math.max(value, 1);
  }

  return {
    scatter(at, from, to, sums, missed) {
      if (!map) return;
      const { first, weight } = map;
      const none = noBin(map);
      for (let p = from; p < to; p++) {
        const place = first[p] ?? none;
        if (place === none) continue;
        if (weight.length === 0) add(at, p, place, 1, sums, missed);
        else eachPart(map, p, (bin, part) => add(at, p, bin, part, sums, missed));
      }
    },
    spread(at, from, to, sums, missed) {
      if (!map) return;
      const { spreadPixel, spreadEnd, entryBin, entryWeight } = map;
      let entry = from === 0 ? 0 : (spreadEnd[from - 1] ?? 0);
      for (let k = from; k < to; k++) {
        for (; entry < (spreadEnd[k] ?? 0); entry++)
          add(at, spreadPixel[k] ?? 0, entryBin[entry] ?? 0, entryWeight[entry] ?? 0, sums, missed);
      }
    },
    gather(at, from, to, sums, missed) {
      if (!rows) return;
      const { rowEnd, pixel, weight } = rows;
      let entry = from === 0 ? 0 : (rowEnd[from - 1] ?? 0);
      for (let bin = from; bin < to; bin++) {
        for (; entry < (rowEnd[bin] ?? 0); entry++) add(at, pixel[entry] ?? 0, bin, weight[entry] ?? 0, sums, missed);
      }
    },
  };
}
