import type { Grid, Triple } from '../grid.js';

/** Powers of 1 / 1.2207...: x, y and z of the additive sequence that fills a cube most evenly (Roberts 2018). */
const STEP: Triple = [0.8191725133961645, 0.6710436067037893, 0.5497004779019703];

/** How the weight rises from the faces of the field of view inwards, in mm. */
export interface Margin {
  /** Where it is one half. */
  readonly middle: number;
  /** From 0 to 1. */
  readonly width: number;
}

/** Of an axis, at most this part is given to the margin at either end. */
const LARGEST_SHARE = 0.1;

/** An axis of fewer voxels gets no margin: it would take a good part of all there is. */
const FEWEST = 8;

function taper(distance: number, { middle, width }: Margin, extent: number): number {
  const most = Math.min(1, (LARGEST_SHARE * extent) / middle);
  const from = most * (middle - width / 2);
  const within = (distance - from) / (most * width);
  return within <= 0 ? 0 : within >= 1 ? 1 : 0.5 - 0.5 * Math.cos(Math.PI * within);
}

/** Positions in voxels with their weights, padded to a multiple of 4 with points of no weight at the origin. */
export interface Points {
  /** Without the padding. */
  readonly many: number;
  readonly count: number;
  /** x, then y, then z. */
  readonly positions: Float32Array;
  readonly weight: Float32Array;
}

/** Points of a list that is filled from the start. */
function packed(many: number, [x, y, z, weight]: readonly Float32Array[]): Points {
  const count = Math.ceil(many / 4) * 4;
  const positions = new Float32Array(3 * count);
  for (const [k, from] of [x, y, z].entries()) if (from) positions.set(from.subarray(0, many), k * count);
  const padded = new Float32Array(count);
  if (weight) padded.set(weight.subarray(0, many));
  return { many, count, positions, weight: padded };
}

function cellsOf({ size, voxel }: Grid, spacing: number): number[] {
  return size.map((extent, k) => Math.max(1, Math.round(((extent - 1) * (voxel[k] ?? 1)) / spacing)));
}

/** Points that `makePoints` makes at most. */
export function mostPoints(grid: Grid, spacing: number): number {
  const [cx = 1, cy = 1, cz = 1] = cellsOf(grid, spacing);
  return cx * cy * (grid.isFlat ? grid.size[2] : cz) + 4;
}

/** The points for which `weightOf` is above 0, with that weight. */
export function filtered({ many, count, positions }: Points, weightOf: (n: number) => number): Points {
  const lists = [0, 1, 2, 3].map(() => new Float32Array(many));
  let kept = 0;
  for (let n = 0; n < many; n++) {
    const weight = weightOf(n);
    if (!(weight > 0)) continue;
    for (const [k, list] of lists.entries()) list[kept] = k < 3 ? (positions[k * count + n] ?? 0) : weight;
    kept++;
  }
  return packed(kept, lists);
}

/**
 * One point in every cell of about `spacing` mm, at all sub-voxel positions: an additive sequence, the same each time, moves it within
 * its cell. No weight near the faces, where content comes and goes with the motion.
 */
export function makePoints(grid: Grid, spacing: number, margin: Margin): Points {
  const { size, voxel, isFlat: flat } = grid;
  const cells = cellsOf(grid, spacing);
  const [cx = 1, cy = 1, cz = 1] = cells;
  const [a, b, c] = STEP;
  const place = (axis: 0 | 1 | 2, cell: number, phase: number) =>
    ((cell + ((0.5 + phase) % 1)) * (size[axis] - 1)) / (cells[axis] ?? 1);
  const rise = (k: 0 | 1 | 2, at: number) =>
    margin.middle > 0 && size[k] >= FEWEST
      ? taper(Math.min(at, size[k] - 1 - at) * voxel[k], margin, (size[k] - 1) * voxel[k])
      : 1;
  const layers = flat ? size[2] : cz;
  const lists = [0, 1, 2, 3].map(() => new Float32Array(layers * cy * cx));
  const [xs, ys, zs, weights] = lists;
  let many = 0;
  for (let k = 0; k < layers; k++) {
    for (let j = 0; j < cy; j++) {
      for (let i = 0; i < cx; i++) {
        const x = place(0, i, a * i + b * j + c * k);
        const y = place(1, j, b * i + c * j + a * k);
        const z = flat ? k : place(2, k, c * i + a * j + b * k);
        const weight = rise(0, x) * rise(1, y) * (flat ? 1 : rise(2, z));
        if (weight < 0.01 || !xs || !ys || !zs || !weights) continue;
        xs[many] = x;
        ys[many] = y;
        zs[many] = z;
        weights[many++] = weight;
      }
    }
  }
  return packed(many, lists);
}
