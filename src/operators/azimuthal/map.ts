import { SpreadList } from './spread-list.js';

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
  /** Pixels that feed other bins than one or two neighbours, ascending, with the end of each one's entries. */
  readonly spreadPixel: Uint32Array;
  readonly spreadEnd: Uint32Array;
  readonly entryBin: Uint32Array;
  readonly entryWeight: Float32Array;
}

/** What `first` holds for a pixel without bins. */
export function noBin({ bins, weight }: Pick<PixelMap, 'bins' | 'weight'>): number {
  return weight.length > 0 ? 2 * bins : bins;
}

/** Fills a map pixel by pixel, in ascending order. */
export class MapBuilder {
  readonly #pixels: number;
  readonly #bins: number;
  readonly #first: Uint16Array | Uint32Array;
  readonly #weight: Float32Array;
  readonly #spread = new SpreadList();

  /** @param isShared false when every pixel goes whole to one bin */
  constructor(pixels: number, bins: number, isShared: boolean) {
    this.#pixels = pixels;
    this.#bins = bins;
    this.#weight = new Float32Array(isShared ? pixels : 0);
    const none = noBin({ bins, weight: this.#weight });
    this.#first = (none < 65535 ? new Uint16Array(pixels) : new Uint32Array(pixels)).fill(none);
  }

  whole(pixel: number, bin: number): void {
    // All of it is what is left beside a part of nothing in the next bin.
    this.#first[pixel] = this.#weight.length > 0 ? 2 * bin + 1 : bin;
  }

  /** Parts of `bin` and of `bin + 1`, which add up to 1. */
  pair(pixel: number, bin: number, here: number, next: number): void {
    this.#first[pixel] = here <= next ? 2 * bin : 2 * bin + 1;
    this.#weight[pixel] = Math.min(here, next);
  }

  /** One entry of a pixel with several; `close` ends the pixel. */
  entry(bin: number, weight: number): void {
    this.#spread.entry(bin, weight);
  }

  close(pixel: number): void {
    this.#spread.close(pixel);
  }

  done(): PixelMap {
    return {
      pixels: this.#pixels,
      bins: this.#bins,
      first: this.#first,
      weight: this.#weight,
      ...this.#spread.done(),
    };
  }
}

/** Calls `visit` for every pixel and bin that belong together: first the pixels of one or two bins, then the others. */
export function eachEntry(map: PixelMap, visit: (pixel: number, bin: number, weight: number) => void): void {
  const { first, weight, spreadPixel, spreadEnd, entryBin, entryWeight } = map;
  const none = noBin(map);
  for (let p = 0; p < first.length; p++) {
    const place = first[p] ?? none;
    if (place === none) continue;
    if (weight.length === 0) visit(p, place, 1);
    else eachPart(place, weight[p] ?? 0, (bin, part) => visit(p, bin, part));
  }
  for (let k = 0, entry = 0; k < spreadPixel.length; k++) {
    const end = spreadEnd[k] ?? 0;
    for (; entry < end; entry++) visit(spreadPixel[k] ?? 0, entryBin[entry] ?? 0, entryWeight[entry] ?? 0);
  }
}

/** The one or two bins of a shared pixel. */
export function eachPart(place: number, weight: number, visit: (bin: number, part: number) => void): void {
  const bin = place >> 1;
  const isNext = (place & 1) === 1;
  const here = isNext ? 1 - weight : weight;
  if (here > 0) visit(bin, here);
  if (here < 1) visit(bin + 1, isNext ? weight : 1 - weight);
}

/** The same matrix by rows (bins): row b holds the entries from `rowEnd[b - 1]` to `rowEnd[b]`, pixels ascending. */
export interface RowMatrix {
  readonly pixels: number;
  readonly bins: number;
  readonly rowEnd: Uint32Array;
  readonly pixel: Uint32Array;
  readonly weight: Float32Array;
}

export function toRows(map: PixelMap): RowMatrix {
  const { pixels, bins } = map;
  const rowEnd = new Uint32Array(bins);
  eachEntry(map, (_, bin) => {
    rowEnd[bin] = (rowEnd[bin] ?? 0) + 1;
  });
  let total = 0;
  for (let b = 0; b < bins; b++) {
    const count = rowEnd[b] ?? 0;
    rowEnd[b] = total;
    total += count;
  }
  const pixel = new Uint32Array(total);
  const weight = new Float32Array(total);
  eachEntry(map, (p, bin, part) => {
    const at = rowEnd[bin] ?? 0;
    pixel[at] = p;
    weight[at] = part;
    rowEnd[bin] = at + 1;
  });
  return { pixels, bins, rowEnd, pixel, weight };
}
