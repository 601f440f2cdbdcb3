import { apply, fromParameters, type Matrix } from '../../../dist/operators/register/rigid.js';

/** Centres, in mm from the middle of the volume, widths and heights of Gaussian blobs. */
const BLOBS = [
  [0, 0, 0, 14, 800],
  [12, -8, 5, 6, 500],
  [-14, 6, -7, 5, 700],
  [3, 16, 8, 7, -300],
  [-6, -15, -4, 6, 400],
  [10, 9, -9, 5, 600],
] as const;

/** An image that is known everywhere: a sum of Gaussians. */
export function brightness(x: number, y: number, z: number): number {
  let sum = 0;
  for (const [cx, cy, cz, width, height] of BLOBS) {
    sum += height * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2) / (2 * width * width));
  }
  return sum;
}

/** Roughly normal numbers of unit variance, the same each time for a seed: sums of twelve uniform ones. */
export function noise(seed: number): () => number {
  let state = (seed * 2654435761) % 2147483647 || 1;
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) {
      state = (state * 48271) % 2147483647;
      sum += state / 2147483647;
    }
    return sum;
  };
}

/** Frames (z, y, x) of that image: a voxel of frame i shows the point where the correction of frame i takes it. */
export function blobFrames(
  [nz, ny, nx]: readonly [number, number, number],
  voxel: number,
  corrections: readonly (readonly number[])[],
): Float32Array {
  const frames = new Float32Array(corrections.length * nz * ny * nx);
  let at = 0;
  for (const [i, six] of corrections.entries()) {
    const correction: Matrix = fromParameters(six);
    const gain = 1 + 0.02 * i;
    for (let z = 0; z < nz; z++) {
      for (let y = 0; y < ny; y++) {
        for (let x = 0; x < nx; x++) {
          const [u, v, w] = apply(correction, [
            (x - (nx - 1) / 2) * voxel,
            (y - (ny - 1) / 2) * voxel,
            (z - (nz - 1) / 2) * voxel,
          ]);
          frames[at++] = gain * brightness(u, v, w);
        }
      }
    }
  }
  return frames;
}
