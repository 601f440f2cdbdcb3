import type { Grid, Triple } from '../grid.js';
import { type Coefficients, PAD } from '../volume.js';
import { transform, type Waves } from './fft.js';

/** Cells along an axis of an image, and of a volume, at most: coarser ones are binned. */
const MOST = { image: 256, volume: 32 } as const;

/** Part of an axis, at either end, over which the window rises. */
const RISE = 0.125;

/** How frames are binned for their spectra. */
export interface Bins {
  /** Voxels of a cell along x, y and z. */
  readonly voxels: Triple;
  /** Cells that the frame fills. */
  readonly cells: Triple;
  /** Cells with those of zeros behind: powers of two. */
  readonly size: Triple;
}

export function binsOf({ size, isFlat }: Grid): Bins {
  const most = isFlat ? MOST.image : MOST.volume;
  const along = (k: 0 | 1 | 2) => (isFlat && k === 2 ? size[2] : Math.ceil(size[k] / most));
  const voxels: Triple = [along(0), along(1), along(2)];
  const fill = (k: 0 | 1 | 2) => Math.max(1, Math.floor(size[k] / voxels[k]));
  const cells: Triple = [fill(0), fill(1), fill(2)];
  const power = (n: number) => 2 ** Math.ceil(Math.log2(n));
  return { voxels, cells, size: [power(cells[0]), power(cells[1]), power(cells[2])] };
}

/** Real parts, then imaginary parts. */
export function spectrumLength({ size }: Bins): number {
  return 2 * size[0] * size[1] * size[2];
}

export function asWaves({ size }: Bins, numbers: Float32Array): Waves {
  const many = size[0] * size[1] * size[2];
  return { size, re: numbers.subarray(0, many), im: numbers.subarray(many, 2 * many) };
}

function windowAt(cell: number, cells: number): number {
  if (cells < 4) return 1;
  const from = Math.min(cell + 0.5, cells - cell - 0.5) / (RISE * cells);
  return from >= 1 ? 1 : 0.5 - 0.5 * Math.cos(Math.PI * from);
}

/** Sums of the voxels of every cell. */
function fillCells({ data, row, plane }: Coefficients, { voxels, cells, size }: Bins, re: Float32Array): void {
  for (let z = 0; z < cells[2] * voxels[2]; z++) {
    for (let y = 0; y < cells[1] * voxels[1]; y++) {
      const to = (Math.floor(z / voxels[2]) * size[1] + Math.floor(y / voxels[1])) * size[0];
      const from = (z + PAD) * plane + (y + PAD) * row + PAD;
      for (let x = 0; x < cells[0] * voxels[0]; x++) {
        const cell = to + Math.floor(x / voxels[0]);
        re[cell] = (re[cell] ?? 0) + (data[from + x] ?? 0);
      }
    }
  }
}

/**
 * The spectrum of a binned frame, its mean taken off, under a window that falls to zero at the faces.
 *
 * @param coefficients of the smoothed frame: nearly the frame itself
 */
export function makeSpectrum(coefficients: Coefficients, bins: Bins, numbers: Float32Array): Waves {
  const waves = asWaves(bins, numbers);
  const { cells, size } = bins;
  waves.re.fill(0);
  waves.im.fill(0);
  fillCells(coefficients, bins, waves.re);
  const total = waves.re.reduce((sum, value) => sum + value, 0);
  const mean = total / (cells[0] * cells[1] * cells[2]);
  for (let z = 0; z < cells[2]; z++) {
    for (let y = 0; y < cells[1]; y++) {
      const across = windowAt(z, cells[2]) * windowAt(y, cells[1]);
      for (let x = 0; x < cells[0]; x++) {
        const at = (z * size[1] + y) * size[0] + x;
        waves.re[at] = across * windowAt(x, cells[0]) * ((waves.re[at] ?? 0) - mean);
      }
    }
  }
  transform(waves, -1);
  return waves;
}
