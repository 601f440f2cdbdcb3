import { Onward } from './onward.js';
import { noBin, type PixelMap } from './pixel-map.js';
import { SpreadList } from './spread-list.js';

/** Fills a map pixel by pixel, in ascending order. */
export class MapBuilder {
  readonly #pixels: number;
  readonly #bins: number;
  readonly #first: Uint16Array | Uint32Array;
  readonly #weight: Float32Array;
  readonly #spread = new SpreadList();
  readonly #onward: Onward;

  /** @param isShared false when every pixel goes whole to one bin */
  constructor(pixels: number, bins: number, isShared: boolean) {
    this.#pixels = pixels;
    this.#bins = bins;
    this.#weight = new Float32Array(isShared ? pixels : 0);
    const none = noBin({ bins, weight: this.#weight });
    this.#onward = new Onward(pixels);
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

  /** The first `count` of `parts` are those of `bin` and the bins after it: three at least, which add up to 1. */
  run(pixel: number, bin: number, parts: Float64Array, count: number): void {
    if (!this.#onward.take(pixel, parts, count)) {
      for (let k = 0; k < count; k++) this.entry(bin + k, parts[k] ?? 0);
      this.close(pixel);
      return;
    }
    this.#first[pixel] = 2 * bin;
    this.#weight[pixel] = parts[0] ?? 0;
  }

  /** One entry of a pixel with several; `close` ends the pixel. */
  entry(bin: number, weight: number): void {
    this.#spread.entry(bin, weight);
  }

  close(pixel: number): void {
    this.#spread.close(pixel);
  }

  done(): PixelMap {
    const map = {
      pixels: this.#pixels,
      bins: this.#bins,
      first: this.#first,
      weight: this.#weight,
      onward: new Float32Array(0),
      ...this.#spread.done(),
    };
    return this.#onward.finish(map);
  }
}
