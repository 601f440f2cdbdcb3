import { eachEntry, type PixelMap } from './pixel-map.js';

/** The matrix of a map by rows (bins): row b holds the entries from `rowEnd[b - 1]` to `rowEnd[b]`, pixels ascending. */
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
