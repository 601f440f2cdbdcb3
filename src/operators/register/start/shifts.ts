import type { Grid, Triple } from '../grid.js';
import { fromStep, type Matrix } from '../rigid.js';
import { transform, type Waves } from './fft.js';
import type { Bins } from './spectrum.js';

/** The best shifts that are tried. */
const PEAKS = 5;

/** Around a peak, cells that belong to it. */
const NEAR = 2;

/** Of the field of view, the part that a shifted frame must still show. */
const LEAST_SHARED = 0.2;

/** Waves this much weaker than the mean count less: there is mostly noise in them. */
const FLOOR = 0.1;

/**
 * The frame's spectrum becomes its phase correlation with the reference (Kuglin and Hines 1975): all waves that are strong
 * count alike.
 */
function correlate(frame: Waves, reference: Waves): Float32Array {
  const { re, im } = frame;
  let strength = 0;
  for (let i = 0; i < re.length; i++) {
    const [a, b, c, d] = [re[i] ?? 0, im[i] ?? 0, reference.re[i] ?? 0, reference.im[i] ?? 0];
    const [u, v] = [a * c + b * d, b * c - a * d];
    re[i] = u;
    im[i] = v;
    strength += Math.hypot(u, v);
  }
  const floor = (FLOOR * strength) / re.length;
  for (let i = 0; i < re.length; i++) {
    const size = Math.hypot(re[i] ?? 0, im[i] ?? 0) + floor;
    re[i] = size > 0 ? (re[i] ?? 0) / size : 0;
    im[i] = size > 0 ? (im[i] ?? 0) / size : 0;
  }
  transform(frame, 1);
  return re;
}

/** How far beside a cell the peak of the parabola through it and its neighbours lies. */
function beside(low: number, middle: number, high: number): number {
  const bend = low - 2 * middle + high;
  return bend < 0 ? Math.max(-0.5, Math.min(0.5, (0.5 * (low - high)) / bend)) : 0;
}

/** The highest peaks, one after the other, in cells; what surrounds one is cleared. */
function peaksOf(map: Float32Array, [nx, ny, nz]: Triple): Triple[] {
  const wrapped = (value: number, n: number) => ((value % n) + n) % n;
  const index = (x: number, y: number, z: number) => (wrapped(z, nz) * ny + wrapped(y, ny)) * nx + wrapped(x, nx);
  const at = (x: number, y: number, z: number) => map[index(x, y, z)] ?? 0;
  const peaks: Triple[] = [];
  for (let found = 0; found < PEAKS; found++) {
    let best = 0;
    for (let i = 1; i < map.length; i++) if ((map[i] ?? 0) > (map[best] ?? 0)) best = i;
    const middle = map[best] ?? 0;
    if (!(middle > 0)) break;
    const [x, y, z] = [best % nx, Math.floor(best / nx) % ny, Math.floor(best / nx / ny)];
    peaks.push([
      x + (nx > 2 ? beside(at(x - 1, y, z), middle, at(x + 1, y, z)) : 0),
      y + (ny > 2 ? beside(at(x, y - 1, z), middle, at(x, y + 1, z)) : 0),
      z + (nz > 2 ? beside(at(x, y, z - 1), middle, at(x, y, z + 1)) : 0),
    ]);
    for (let c = -NEAR; c <= NEAR; c++) {
      for (let b = -NEAR; b <= NEAR; b++) for (let a = -NEAR; a <= NEAR; a++) map[index(x + a, y + b, z + c)] = 0;
    }
  }
  return peaks;
}

/**
 * Shifts that may have brought the reference to the frame, as motions in local mm: the peaks of the phase correlation, and each as the
 * shift the other way round the grid, where enough of the frame is left.
 *
 * @param frame its spectrum; overwritten
 */
export function likelyShifts({ voxel }: Grid, { voxels, cells, size }: Bins, frame: Waves, reference: Waves): Matrix[] {
  const starts: Matrix[] = [];
  for (const peak of peaksOf(correlate(frame, reference), size)) {
    for (let way = 0; way < 8; way++) {
      const shift = peak.map((value, k) => value - ((way >> k) & 1 ? (size[k] ?? 1) : 0));
      const shared = shift.reduce((part, value, k) => part * Math.max(0, 1 - Math.abs(value) / (cells[k] ?? 1)), 1);
      if (shared < LEAST_SHARED) continue;
      starts.push(fromStep([...shift.map((value, k) => value * (voxels[k] ?? 1) * (voxel[k] ?? 1)), 0, 0, 0]));
    }
  }
  return starts;
}
