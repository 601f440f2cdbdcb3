import { eachEntry, noBin, type PixelMap } from '../bins/pixel-map.js';
import type { StaticSums } from './frame-sums.js';

/** Sums over the bins of what is the same for all frames. Pixels are added in the order that frames are added in. */
export function staticSums(map: PixelMap, norm: Float32Array, dark: Float32Array | null): StaticSums {
  const { bins } = map;
  const sums = {
    count: new Float64Array(bins),
    norm: new Float64Array(bins),
    dark: new Float64Array(dark ? bins : 0),
  };
  eachEntry(map, (pixel, bin, weight) => {
    const scaled = weight * (norm[pixel] ?? 0);
    sums.count[bin] = (sums.count[bin] ?? 0) + weight;
    sums.norm[bin] = (sums.norm[bin] ?? 0) + scaled;
    if (dark) sums.dark[bin] = (sums.dark[bin] ?? 0) + weight * (dark[pixel] ?? 0);
  });
  return sums;
}

/**
 * Takes pixels whose normalisation is 0 or no number, or whose dark current is none, out of a map; they have widened the range, as
 * they do in pyFAI.
 */
export function dropInvalid(map: PixelMap, norm: Float32Array, dark: Float32Array | null): void {
  const { pixels, first, onward, spreadPixel, spreadEnd, entryWeight } = map;
  const none = noBin(map);
  for (let p = 0; p < norm.length; p++) {
    const factor = norm[p] ?? 0;
    const current = dark?.[p] ?? 0;
    if (factor !== 0 && Number.isFinite(factor) && Number.isFinite(current)) continue;
    if (dark) dark[p] = 0;
    first[p] = none;
    for (let at = p; at < onward.length; at += pixels) onward[at] = 0;
    norm[p] = 0;
  }
  for (let k = 0, entry = 0; k < spreadPixel.length; k++) {
    const end = spreadEnd[k] ?? 0;
    if (norm[spreadPixel[k] ?? 0] === 0) entryWeight.fill(0, entry, end);
    entry = end;
  }
}

/** Pixels of the fullest bin. */
export function longestRow(rowEnd: Uint32Array): number {
  let longest = 0;
  for (let b = 0; b < rowEnd.length; b++)
    longest = Math.max(longest, (rowEnd[b] ?? 0) - (b === 0 ? 0 : (rowEnd[b - 1] ?? 0)));
  return longest;
}
