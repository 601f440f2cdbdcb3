import type { Geometry } from './geometry.js';
import type { Method } from './params.js';
import { transformSize } from './spectrum.js';

/** Times of a product and sum of the direct kernel, and of a point of a plane and a doubling of its size in both transforms. */
const DIRECT = 0.065;
const TRANSFORM = 0.28;

/** About what a frame takes by each method, in nanoseconds of float32. */
export function timesOf(geometry: Geometry): Readonly<Record<'direct' | 'fft', number>> {
  const { outHeight, outWidth, templateHeight, templateWidth } = geometry;
  const [rows, columns] = transformSize(geometry);
  return {
    direct: DIRECT * outHeight * outWidth * templateHeight * templateWidth,
    fft: TRANSFORM * rows * columns * Math.max(1, Math.log2(rows * columns)),
  };
}

/** The method asked for, or the faster one. */
export function methodOf(wanted: Method | 'auto', geometry: Geometry): Method {
  if (wanted !== 'auto') return wanted;
  const { direct, fft } = timesOf(geometry);
  return direct <= fft ? 'direct' : 'fft';
}
