import type { NumericArray } from '../../../core/dtype.js';
import type { ImagesPart, PageImage } from '../../../core/page.js';
import type { Grid } from '../grid.js';

/** Slices of a mosaic, at most, and how many stand in one row. */
const MOST_SLICES = 12;
const SLICES_ACROSS = 4;
/** A picture has no room for more pixels: every second, third, ... of larger images is shown. */
const MOST_ACROSS = 640;

/** Frames that before and after are compared by, at most. */
const MOST_FRAMES = 20;

/** Slices of a volume in rows, from the first at the top left, or a single image: which voxel each pixel shows. */
export interface Mosaic {
  readonly width: number;
  readonly height: number;
  /** Of each pixel; -1 where there is none. */
  readonly voxels: Int32Array;
  /** Height of a pixel over its width. */
  readonly aspect: number;
}

/** Volumes have their y axis upwards, images their first row at the top. */
export function mosaicOf({ size: [nx, ny, nz], voxel }: Grid, isVolume: boolean): Mosaic {
  const slices = Math.min(nz, MOST_SLICES);
  const columns = Math.ceil(slices / Math.ceil(slices / SLICES_ACROSS));
  const every = Math.max(1, Math.ceil((columns * nx) / MOST_ACROSS), Math.ceil(ny / MOST_ACROSS));
  const [w, h] = [Math.ceil(nx / every), Math.ceil(ny / every)];
  const [width, height] = [columns * w, Math.ceil(slices / columns) * h];
  const voxels = new Int32Array(width * height).fill(-1);
  for (let n = 0; n < slices; n++) {
    const z = Math.floor(((n + 0.5) * nz) / slices);
    const corner = Math.floor(n / columns) * h * width + (n % columns) * w;
    for (let row = 0; row < h; row++) {
      const y = (isVolume ? h - 1 - row : row) * every;
      for (let column = 0; column < w; column++)
        voxels[corner + row * width + column] = (z * ny + Math.min(ny - 1, y)) * nx + Math.min(nx - 1, column * every);
    }
  }
  return { width, height, voxels, aspect: voxel[1] / voxel[0] };
}

/** The pixels of a mosaic of an image; 0 where a pixel shows no voxel. */
export function pixelsOf({ voxels }: Mosaic, image: NumericArray): Float32Array {
  const pixels = new Float32Array(voxels.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = image[voxels[i] ?? -1] ?? 0;
  return pixels;
}

export function panelOf(
  mosaic: Mosaic,
  label: string,
  data: NumericArray,
  limits: readonly [number, number],
): PageImage {
  const { width, height, aspect } = mosaic;
  return { label, width, height, aspect, data, limits };
}

/** 0 to what two in a hundred of the values above 0 exceed. */
export function brightness(values: readonly NumericArray[]): [number, number] {
  const sorted = Float64Array.from(values.flatMap((one) => Array.from(one.filter((value) => value > 0)))).sort();
  return [0, sorted[Math.floor(0.98 * (sorted.length - 1))] ?? 1];
}

/** Adds up frames, and tells their mean and standard deviation over the frames that show a pixel. */
class Moments {
  readonly #counts: Uint32Array;
  readonly #mean: Float64Array;
  readonly #squares: Float64Array;

  constructor(length: number) {
    this.#counts = new Uint32Array(length);
    this.#mean = new Float64Array(length);
    this.#squares = new Float64Array(length);
  }

  /** Welford's update. @param mayHide 1 where a value of 0 or NaN means that this frame does not show the pixel */
  add(values: Float32Array, mayHide: Uint8Array): void {
    const [counts, mean, squares] = [this.#counts, this.#mean, this.#squares];
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      if (mayHide[i] === 1 && !value) continue;
      const count = (counts[i] ?? 0) + 1;
      const before = value - (mean[i] ?? 0);
      const now = (mean[i] ?? 0) + before / count;
      counts[i] = count;
      mean[i] = now;
      squares[i] = (squares[i] ?? 0) + before * (value - now);
    }
  }

  get mean(): Float64Array {
    return this.#mean;
  }

  get deviation(): Float64Array {
    return this.#squares.map((sum, i) => Math.sqrt(Math.max(0, sum) / Math.max(1, (this.#counts[i] ?? 0) - 1)));
  }
}

/** Frames spread evenly over the series, the first and the last among them. */
export function spreadFrames(frames: number): number[] {
  const count = Math.min(frames, MOST_FRAMES);
  return Array.from({ length: count }, (_, k) => Math.round((k * (frames - 1)) / Math.max(1, count - 1)));
}

export interface BeforeAfter {
  readonly mosaic: Mosaic;
  readonly frames: number;
  /** Frames that show each voxel. */
  readonly covered: NumericArray;
  before(frame: number): Promise<NumericArray>;
  after(frame: number): NumericArray;
}

/** The same frames as they were read and realigned: their mean, and how much they differ. */
export async function compareImages({ mosaic, frames, covered, before, after }: BeforeAfter): Promise<ImagesPart[]> {
  const chosen = spreadFrames(frames);
  const [was, is] = [new Moments(mosaic.voxels.length), new Moments(mosaic.voxels.length)];
  const isSeen = mosaic.voxels.map((voxel) => (covered[voxel] === frames ? 1 : 0));
  const always = new Uint8Array(isSeen.length);
  const mayHide = Uint8Array.from(isSeen, (seen) => 1 - seen);
  for (const frame of chosen) {
    was.add(pixelsOf(mosaic, await before(frame)), always);
    is.add(pixelsOf(mosaic, after(frame)), mayHide);
  }
  const shown =
    chosen.length === frames ? `all ${frames} frames` : `${chosen.length} of ${frames} frames, evenly spread`;
  const pair = (title: string, images: readonly [NumericArray, NumericArray], note: string): ImagesPart => {
    const limits = brightness(images);
    return {
      kind: 'images',
      title,
      images: [panelOf(mosaic, 'before', images[0], limits), panelOf(mosaic, 'after', images[1], limits)],
      note,
    };
  };
  const inView = (values: Float64Array) => values.map((value, i) => (isSeen[i] ? value : 0));
  return [
    pair(
      'Mean before and after registration',
      [was.mean, is.mean],
      `Of ${shown}, after registration of those that show a voxel. Sharper edges are better.`,
    ),
    pair(
      'Standard deviation over frames before and after registration',
      [inView(was.deviation), inView(is.deviation)],
      `Of ${shown}, where every realigned frame shows the voxel. Edges that stay bright are motion that is left.`,
    ),
  ];
}
