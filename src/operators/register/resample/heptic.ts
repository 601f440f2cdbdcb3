import { IN_VIEW } from '../fit/sample.js';
import { type Coefficients, mirrored, PAD } from '../volume.js';
import type { Placing } from './resample.js';
import type { Shear } from './shears.js';
import { viewOfAll } from './view.js';

/** Samples from -3 to 4 that a position between 0 and 1 is interpolated from. */
const TAPS = 8;
const FIRST = -3;

const weights = new Float64Array(TAPS);

/** Lagrange's polynomials of degree 7 at `t`. */
function lagrange(t: number): void {
  for (let n = 0; n < TAPS; n++) {
    let product = 1;
    for (let m = 0; m < TAPS; m++) if (m !== n) product *= (t - (m + FIRST)) / (n - m);
    weights[n] = product;
  }
}

/** Moves the voxels of one line, mirrored at its ends, by `shift`: each becomes what was that much further on. */
function shiftLine(data: Float32Array, start: number, step: number, line: Float64Array, shift: number): void {
  const length = line.length;
  const whole = Math.floor(shift);
  lagrange(shift - whole);
  for (let i = 0; i < length; i++) line[i] = data[start + i * step] ?? 0;
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (let n = 0; n < TAPS; n++) sum += (weights[n] ?? 0) * (line[mirrored(i + whole + n + FIRST, length)] ?? 0);
    data[start + i * step] = sum;
  }
}

/** Shears a volume of voxels in place. */
export function shearVolume({ size, row, plane, data }: Coefficients, { axis, slopes, offset }: Shear): void {
  const steps = [1, row, plane];
  const [one = 0, other = 0] = [0, 1, 2].filter((k) => k !== axis);
  const [n, m] = [size[one] ?? 1, size[other] ?? 1];
  const line = new Float64Array(size[axis] ?? 1);
  const first = PAD * (1 + row + plane);
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < n; i++) {
      const start = first + i * (steps[one] ?? 0) + j * (steps[other] ?? 0);
      const shift = (slopes[one] ?? 0) * i + (slopes[other] ?? 0) * j + offset;
      shiftLine(data, start, steps[axis] ?? 1, line, shift);
    }
  }
}

/** Copies the voxels that all maps of `placing` keep in view. */
export function keepSheared({ size, row, plane, data }: Coefficients, placing: Placing, into: Float32Array): void {
  const [nx, ny, nz] = size;
  const maps = [placing.map, ...placing.except];
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const [first, last] = viewOfAll(size, maps, y, z, IN_VIEW);
      const from = (z + PAD) * plane + (y + PAD) * row + PAD;
      if (first <= last) into.set(data.subarray(from + first, from + last + 1), (z * ny + y) * nx + first);
    }
  }
}
