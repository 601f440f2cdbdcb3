import { noBin, type PixelMap } from './pixel-map.js';
import { SpreadList } from './spread-list.js';

/** Bins beyond the second that levels are kept for. */
const LEVELS = 6;

/** A level costs a pass over all pixels; with fewer than this part of them in need of it a list is cheaper. */
const WORTH = 0.1;

/** Collects the parts of pixels beyond their second bin, level by level. */
export class Onward {
  readonly #pixels: number;
  readonly #levels: Float32Array[] = [];
  /** Pixels that reach each level. */
  readonly #counts: number[] = [];

  constructor(pixels: number) {
    this.#pixels = pixels;
  }

  /** False for a pixel of more bins than there are levels for. */
  take(pixel: number, parts: Float64Array, count: number): boolean {
    if (count - 2 > LEVELS) return false;
    let beyond = 0;
    for (let level = count - 2; level >= 1; level--) {
      beyond += parts[level + 1] ?? 0;
      while (this.#levels.length < level) {
        this.#levels.push(new Float32Array(this.#pixels));
        this.#counts.push(0);
      }
      const array = this.#levels[level - 1];
      if (array) array[pixel] = beyond;
      this.#counts[level - 1] = (this.#counts[level - 1] ?? 0) + 1;
    }
    return true;
  }

  /** The map with the levels that are worth it; pixels that need the others move to its list. */
  finish(map: PixelMap): PixelMap {
    const worth = this.#counts.findIndex((count) => count < WORTH * this.#pixels);
    const kept = worth < 0 ? this.#levels.length : worth;
    const first = this.#levels[kept];
    const moved = first ? this.#moveToList(map, first) : map;
    const onward = new Float32Array(kept * this.#pixels);
    this.#levels.length = kept;
    for (let level = kept - 1; level >= 0; level--) onward.set(this.#levels.pop() ?? [], level * this.#pixels);
    return { ...moved, onward };
  }

  #moveToList(map: PixelMap, dropped: Float32Array): PixelMap {
    const { first, weight, spreadPixel, spreadEnd, entryBin, entryWeight } = map;
    const list = new SpreadList();
    const none = noBin(map);
    let [known, entry] = [0, 0];
    for (let p = 0; p < first.length; p++) {
      if (spreadPixel[known] === p) {
        for (; entry < (spreadEnd[known] ?? 0); entry++) list.entry(entryBin[entry] ?? 0, entryWeight[entry] ?? 0);
        list.close(p);
        known++;
      } else if ((dropped[p] ?? 0) > 0) {
        let bin = (first[p] ?? 0) >> 1;
        list.entry(bin, weight[p] ?? 0);
        let held = 1 - (weight[p] ?? 0);
        for (const level of this.#levels) {
          const beyond = level[p] ?? 0;
          if (held > 0) list.entry(++bin, held - beyond);
          held = beyond;
          level[p] = 0;
        }
        if (held > 0) list.entry(++bin, held);
        list.close(p);
        first[p] = none;
        weight[p] = 0;
      }
    }
    return { ...map, ...list.done() };
  }
}
