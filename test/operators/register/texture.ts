import { apply, fromParameters } from '../../../dist/operators/register/rigid.js';
import { noise } from './blobs.js';

/** What frames are made with. */
export interface Texture {
  readonly shape: readonly [ny: number, nx: number];
  /** Edge of a pixel in the unit of the corrections. */
  readonly pixel?: number;
  /** Of independent noise, against a contrast of about 25. */
  readonly sigma?: number;
}

/** Pixels between the places of blobs: one each, somewhere near. */
const APART = 8;

/** A number from 0 to 1 that belongs to a place. */
function scattered(i: number, j: number, k: number): number {
  const value = Math.sin(127.1 * i + 311.7 * j + 74.7 * k) * 43758.5453;
  return value - Math.floor(value);
}

/** An image without end that is known everywhere: Gaussian blobs, none like another. */
function brightness(x: number, y: number): number {
  const [i, j] = [Math.floor(x / APART), Math.floor(y / APART)];
  let sum = 200;
  for (let b = j - 2; b <= j + 2; b++) {
    for (let a = i - 2; a <= i + 2; a++) {
      const [u, v] = [(a + scattered(a, b, 0)) * APART, (b + scattered(a, b, 1)) * APART];
      const width = 1.8 + 1.2 * scattered(a, b, 2);
      const height = 140 * (scattered(a, b, 3) - 0.4);
      sum += height * Math.exp(-((x - u) ** 2 + (y - v) ** 2) / (2 * width * width));
    }
  }
  return sum;
}

/** Images (y, x): a pixel of frame i shows the point where the correction of frame i takes it. */
export function textureFrames(
  { shape: [ny, nx], pixel = 1, sigma = 0 }: Texture,
  corrections: readonly (readonly number[])[],
): Float32Array {
  const next = noise(11);
  const frames = new Float32Array(corrections.length * ny * nx);
  let at = 0;
  for (const six of corrections) {
    const correction = fromParameters(six);
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++) {
        const [u, v] = apply(correction, [(x - (nx - 1) / 2) * pixel, (y - (ny - 1) / 2) * pixel, 0]);
        const value = brightness(u / pixel, v / pixel);
        frames[at++] = sigma > 0 ? value + sigma * next() : value;
      }
    }
  }
  return frames;
}
