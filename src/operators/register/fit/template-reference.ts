import type { NumericArray } from '../../../core/dtype.js';
import type { Grid } from '../grid.js';
import { invert } from '../rigid.js';
import { splineSlopes, splineWeights } from '../spline.js';
import { asCoefficients, type Coefficients, coefficientCount, PAD } from '../volume.js';
import { CONSTANT, type Level, pairCount, pairOf } from './columns.js';
import type { Points } from './points.js';
import { smooth } from './smooth.js';
import type { TemplateSteps } from './template.js';

interface Gradient {
  value: number;
  x: number;
  y: number;
  z: number;
}

const taps = new Float64Array(12);
const slopes = new Float64Array(12);

function firstTap({ row, plane, size: [nx, ny, nz] }: Coefficients, x: number, y: number, z: number): number {
  const [i, j, k] = [Math.min(Math.floor(x), nx - 1), Math.min(Math.floor(y), ny - 1), Math.min(Math.floor(z), nz - 1)];
  splineWeights(x - i, taps, 0);
  splineWeights(y - j, taps, 4);
  splineWeights(z - k, taps, 8);
  splineSlopes(x - i, slopes, 0);
  splineSlopes(y - j, slopes, 4);
  splineSlopes(z - k, slopes, 8);
  return (k + PAD - 1) * plane + (j + PAD - 1) * row + i + PAD - 1;
}

/** Value of the spline and its slopes along the voxel axes. */
function gradientAt(coefficients: Coefficients, x: number, y: number, z: number): Gradient {
  const { data, row, plane } = coefficients;
  const first = firstTap(coefficients, x, y, z);
  const sum = { value: 0, x: 0, y: 0, z: 0 };
  for (let c = 0; c < 4; c++) {
    for (let b = 0; b < 4; b++) {
      const at = first + c * plane + b * row;
      let line = 0;
      let along = 0;
      for (let a = 0; a < 4; a++) {
        const value = data[at + a] ?? 0;
        line += (taps[a] ?? 0) * value;
        along += (slopes[a] ?? 0) * value;
      }
      const wy = taps[4 + b] ?? 0;
      const wz = taps[8 + c] ?? 0;
      sum.value += line * wy * wz;
      sum.x += along * wy * wz;
      sum.y += line * (slopes[4 + b] ?? 0) * wz;
      sum.z += line * wy * (slopes[8 + c] ?? 0);
    }
  }
  return sum;
}

function columnsAt(grid: Grid, coefficients: Coefficients, points: Points, width: number): Float32Array {
  const { many, count, positions, weight } = points;
  const columns = new Float32Array(width * count);
  const m = grid.voxelToLocal;
  const back = invert(m);
  const place = (row: number, x: number, y: number, z: number) =>
    (m[row] ?? 0) * x + (m[row + 1] ?? 0) * y + (m[row + 2] ?? 0) * z + (m[row + 3] ?? 0);
  const along = (k: number, { x, y, z }: Gradient) =>
    x * (back[k] ?? 0) + y * (back[4 + k] ?? 0) + z * (back[8 + k] ?? 0);
  for (let n = 0; n < many; n++) {
    const [x, y, z] = [positions[n] ?? 0, positions[count + n] ?? 0, positions[2 * count + n] ?? 0];
    const slope = gradientAt(coefficients, x, y, z);
    const [gx, gy, gz] = [along(0, slope), along(1, slope), along(2, slope)];
    const [dx, dy, dz] = [place(0, x, y, z), place(4, x, y, z), place(8, x, y, z)];
    const { value } = slope;
    const turns = [dy * gz - dz * gy, dz * gx - dx * gz, dx * gy - dy * gx];
    const all = [gx, gy, gz, ...turns, value, 1, dx * value, dy * value, dz * value];
    for (let j = 0; j < width; j++) columns[j * count + n] = (weight[n] ?? 0) * (all[j] ?? 0);
  }
  return columns;
}

function pairSums({ width, columns, count }: Omit<Level, 'pairs' | 'noise'>): Float64Array {
  const pairs = new Float64Array(pairCount(width));
  for (let n = 0; n < count; n++) {
    const weight = columns[CONSTANT * count + n] ?? 0;
    if (weight === 0) continue;
    for (let j = 0; j < width; j++) {
      const left = (columns[j * count + n] ?? 0) / weight;
      for (let k = 0; k <= j; k++) {
        const pair = pairOf(j, k);
        pairs[pair] = (pairs[pair] ?? 0) + left * (columns[k * count + n] ?? 0);
      }
    }
  }
  return pairs;
}

/** What every voxel gives to the sum of a column, with points spread over their eight neighbours. */
function spreadOf(
  { count, points, columns }: Omit<Level, 'pairs' | 'noise'>,
  [nx, ny, nz]: Grid['size'],
  column: number,
): Float64Array {
  const spread = new Float64Array(nx * ny * nz);
  for (let n = 0; n < count; n++) {
    const [x, y, z] = [points[n] ?? 0, points[count + n] ?? 0, points[2 * count + n] ?? 0];
    const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
    for (let corner = 0; corner < 8; corner++) {
      const [a, b, c] = [corner & 1, (corner >> 1) & 1, corner >> 2];
      const share = (a ? x - i : 1 - x + i) * (b ? y - j : 1 - y + j) * (c ? z - k : 1 - z + k);
      if (share === 0) continue;
      const at = ((k + c) * ny + j + b) * nx + i + a;
      spread[at] = (spread[at] ?? 0) + share * (columns[column * count + n] ?? 0);
    }
  }
  return spread;
}

function innerProduct(a: Coefficients, b: Coefficients): number {
  const [nx, ny, nz] = a.size;
  let sum = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const from = (z + PAD) * a.plane + (y + PAD) * a.row + PAD;
      for (let x = from; x < from + nx; x++) sum += (a.data[x] ?? 0) * (b.data[x] ?? 0);
    }
  }
  return sum;
}

/** The steps in plain TypeScript. */
export function referenceTemplate(image: NumericArray, grid: Grid): TemplateSteps {
  const make = () => asCoefficients(grid.size, new Float32Array(coefficientCount(grid.size)));
  const coefficients = make();
  return {
    smooth(filters) {
      smooth(image, 0, filters, coefficients);
      return coefficients;
    },
    columns: (points, width) => columnsAt(grid, coefficients, points, width),
    pairs: pairSums,
    noise(level, filters) {
      const fitted = Array.from({ length: level.width }, (_, j) => j).filter((j) => j !== CONSTANT);
      const volumes = fitted.map((j) => {
        const target = make();
        // The filters are symmetric: their own transposes, but for the faces, where no weight is.
        smooth(spreadOf(level, grid.size, j), 0, filters, target);
        return target;
      });
      const noise = new Float64Array(pairCount(level.width));
      for (const [i, left] of volumes.entries()) {
        for (const [l, right] of volumes.slice(0, i + 1).entries())
          noise[pairOf(fitted[i] ?? 0, fitted[l] ?? 0)] = innerProduct(left, right);
      }
      return noise;
    },
  };
}
