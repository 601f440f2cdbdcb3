/**
 * For every pixel the bins it feeds and the part of it that each gets: a sparse matrix by columns (pixels), in the form that is
 * fastest to walk in pixel order. The parts of a pixel that lies in the range add up to 1.
 */
export interface PixelMap {
  readonly pixels: number;
  readonly bins: number;
  /**
   * Where every pixel goes. Whole pixels: the bin. Shared ones: 2 x the first of two bins, and 1 more when `weight` is the part of
   * the second. `noBin` of the map when it feeds none, or stands in the spread list.
   */
  readonly first: Uint16Array | Uint32Array;
  /** The smaller part of every pixel, so that its digits count from its own first one; of length 0 when all are whole. */
  readonly weight: Float32Array;
  /**
   * Pixels of three and more neighbouring bins, [levels, pixels]: level k holds the part that lies beyond bin k of the pixel's own,
   * counted from 0; what bin k holds is what level k - 1 says less that. Of length 0 where few pixels need it.
   */
  readonly onward: Float32Array;
  /** Pixels that feed other bins, ascending, with the end of each one's entries. */
  readonly spreadPixel: Uint32Array;
  readonly spreadEnd: Uint32Array;
  readonly entryBin: Uint32Array;
  readonly entryWeight: Float32Array;
}

/** What `first` holds for a pixel without bins. */
export function noBin({ bins, weight }: Pick<PixelMap, 'bins' | 'weight'>): number {
  return weight.length > 0 ? 2 * bins : bins;
}

/** Calls `visit` for every pixel and bin that belong together: first the pixels of one or two bins, then the others. */
export function eachEntry(map: PixelMap, visit: (pixel: number, bin: number, weight: number) => void): void {
  const { first, weight, spreadPixel, spreadEnd, entryBin, entryWeight } = map;
  const none = noBin(map);
  for (let p = 0; p < first.length; p++) {
    const place = first[p] ?? none;
    if (place === none) continue;
    if (weight.length === 0) visit(p, place, 1);
    else eachPart(map, p, (bin, part) => visit(p, bin, part));
  }
  for (let k = 0, entry = 0; k < spreadPixel.length; k++) {
    const end = spreadEnd[k] ?? 0;
    for (; entry < end; entry++) visit(spreadPixel[k] ?? 0, entryBin[entry] ?? 0, entryWeight[entry] ?? 0);
  }
}

/** The bins of a shared pixel that has any and stands in no list. */
export function eachPart(
  { first, weight, onward, pixels }: PixelMap,
  pixel: number,
  visit: (bin: number, part: number) => void,
): void {
  const place = first[pixel] ?? 0;
  const small = weight[pixel] ?? 0;
  const isNext = (place & 1) === 1;
  let bin = place >> 1;
  const here = isNext ? 1 - small : small;
  if (here > 0) visit(bin, here);
  let held = isNext ? small : 1 - small;
  for (let level = pixel; held > 0; level += pixels) {
    const beyond = onward[level] ?? 0;
    visit(++bin, held - beyond);
    held = beyond;
  }
}
