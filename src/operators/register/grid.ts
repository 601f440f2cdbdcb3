import { UsageError } from '../../core/errors.js';
import { formatShape, type Stack } from '../../core/stack.js';
import { apply, fromParts, IDENTITY, invert, type Matrix, multiply } from './rigid.js';

/** Three numbers along x (the fastest dimension), y and z. */
export type Triple = readonly [number, number, number];

/** The orders of three axes. */
export const ORDERS: readonly Triple[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/**
 * Where the voxels of a frame lie. Motion is estimated in `local` millimetres: along the voxel axes, from the centre of
 * the field of view, where translations and rotations hardly depend on each other.
 */
export interface Grid {
  readonly size: Triple;
  /** Edges of a voxel in mm. */
  readonly voxel: Triple;
  readonly voxelToWorld: Matrix;
  /** Of lengths: mm where a voxel has a size in mm, else what the axes say, or voxels. */
  readonly unit: string;
  /** Where that transform comes from, for those who read the results. */
  readonly origin: string;
  readonly localToWorld: Matrix;
  readonly voxelToLocal: Matrix;
  /** An image, or one or two slices: nothing can be seen along z. */
  readonly isFlat: boolean;
  /** Which of x y z pitch roll yaw are looked for: of what is flat x, y and yaw alone; without turns x, y and z. */
  readonly free: readonly number[];
}

const column = (m: Matrix, k: number): [number, number, number] => [m[k] ?? 0, m[4 + k] ?? 0, m[8 + k] ?? 0];
const dot = (a: Triple, b: Triple) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const scaled = (a: Triple, s: number): [number, number, number] => [a[0] * s, a[1] * s, a[2] * s];
const minus = (a: Triple, b: Triple): [number, number, number] => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

/** Directions of the voxel axes made perpendicular, first axis first (Gram-Schmidt), as columns. */
function directions(affine: Matrix): readonly [Triple, Triple, Triple] {
  const unit = (a: Triple) => scaled(a, 1 / Math.sqrt(dot(a, a)));
  const x = unit(column(affine, 0));
  const along = column(affine, 1);
  const y = unit(minus(along, scaled(x, dot(along, x))));
  const up = column(affine, 2);
  const rest = minus(minus(up, scaled(x, dot(up, x))), scaled(y, dot(up, y)));
  return [x, y, unit(rest)];
}

function isSingular(affine: Matrix): boolean {
  const axes = [0, 1, 2].map((k) => column(affine, k));
  const lengths = axes.map((axis) => Math.sqrt(dot(axis, axis)));
  if (affine.some((value) => !Number.isFinite(value)) || lengths.some((length) => !(length > 0))) return true;
  return !directions(affine).every((axis, k) => Math.abs(dot(axis, axes[k] ?? axis)) > 1e-3 * (lengths[k] ?? 0));
}

function sizeOf({ frameShape }: Stack): Triple {
  const [nx = 1, ny = 1, nz = 1] = [...frameShape].reverse();
  if (frameShape.length < 2 || frameShape.length > 3) {
    throw new UsageError(
      'frame-rank',
      `register needs volumes or images, but a frame here is ${formatShape(frameShape)}. Choose --frame-rank 3 or 2.`,
    );
  }
  if (nx < 4 || ny < 4) {
    throw new UsageError(
      'frame-size',
      `register needs at least 4 voxels along x and y, but a frame here is ${formatShape(frameShape)}.`,
    );
  }
  return [nx, ny, nz];
}

/** Lengths of a voxel's edges, and their unit. */
interface Sizes {
  readonly edges: Triple;
  readonly unit: string;
}

/** What `--voxel` says, else the axes where they agree on a unit; else a voxel is the unit of length. */
function sizesOf({ axes, frameShape, stackShape }: Stack, given: readonly number[] | undefined): Sizes {
  const usable = (edge: number) => Number.isFinite(edge) && edge > 0;
  if (given !== undefined) {
    const [x = 1, y = 1, z = 1] = given.map(Math.abs);
    if ([x, y, z].every(usable)) return { edges: [x, y, z], unit: 'mm' };
    throw new UsageError('bad-value', `--voxel takes three sizes above 0, not ${given.join(',')}.`);
  }
  const own = axes.slice(stackShape.length).reverse();
  const [first, ...rest] = own;
  const isKnown = own.length === frameShape.length && own.every(({ step }) => usable(Math.abs(step)));
  if (first === undefined || !isKnown || rest.some(({ unit }) => unit !== first.unit)) {
    return { edges: [1, 1, 1], unit: 'voxels' };
  }
  const [x = 1, y = 1, z = Math.sqrt(x * y)] = own.map(({ step }) => Math.abs(step));
  return { edges: [x, y, z], unit: first.unit || (x === 1 && y === 1 && z === 1 ? 'voxels' : 'units of the axes') };
}

/** The unit of lengths of a stack whose source does not place its voxels. */
export function unitOf(stack: Stack, affine?: readonly number[], voxel?: readonly number[]): string {
  return affine === undefined ? sizesOf(stack, voxel).unit : 'mm';
}

/** @throws UsageError when the transform of `--affine` flattens the frames */
export function checkAffine(affine: readonly number[]): void {
  if (affine.length !== 12 && affine.length !== 16) {
    throw new UsageError('bad-value', `--affine takes 12 numbers, three rows of four, not ${affine.length}.`);
  }
  if (isSingular([...affine.slice(0, 12), 0, 0, 0, 1])) {
    throw new UsageError(
      'bad-value',
      'The transform of --affine is singular: it takes different voxels to the same place. Correct it, or give --voxel.',
    );
  }
}

/**
 * The grid of a stack's frames.
 *
 * @param affine the first three rows, or all four, of the transform from voxels (x fastest, from 0) to world mm; absent or
 *   singular: `voxel`, or the steps of the axes, with the origin of the world in the centre of the field of view
 * @param turns false: frames shift alone
 */
export function makeGrid(stack: Stack, affine?: readonly number[], voxel?: readonly number[], turns = true): Grid {
  const size = sizeOf(stack);
  const middle: Triple = [(size[0] - 1) / 2, (size[1] - 1) / 2, (size[2] - 1) / 2];
  const { edges, unit } = sizesOf(stack, voxel);
  const [vx, vy, vz] = edges;
  const plain = fromParts([vx, 0, 0, 0, vy, 0, 0, 0, vz], [-vx * middle[0], -vy * middle[1], -vz * middle[2]]);
  const given = affine === undefined ? plain : [...affine.slice(0, 12), 0, 0, 0, 1];
  const hasWorld = affine !== undefined && !isSingular(given);
  if (hasWorld && voxel !== undefined) {
    throw new UsageError(
      'bad-value',
      'The source, or --affine, says where its voxels lie: leave --voxel out, or give --affine instead.',
    );
  }
  const voxelToWorld = hasWorld ? given : plain;
  const sizes = `voxels of ${edges.slice(0, stack.frameShape.length).join(' x ')} ${unit}, world origin in the centre of the frame`;
  const origin = hasWorld ? 'the affine' : affine === undefined ? sizes : `${sizes}: the affine is singular`;
  const [x, y, z] = directions(voxelToWorld);
  const localToWorld = fromParts(
    [x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]],
    apply(voxelToWorld, [...middle]),
  );
  const isFlat = size[2] < 3;
  const seen = isFlat ? [0, 1, 5] : [0, 1, 2, 3, 4, 5];
  const edge = (k: number) => Math.sqrt(dot(column(voxelToWorld, k), column(voxelToWorld, k)));
  return {
    size,
    voxel: [edge(0), edge(1), edge(2)],
    voxelToWorld,
    unit: hasWorld ? 'mm' : unit,
    origin,
    localToWorld,
    voxelToLocal: multiply(invert(localToWorld), voxelToWorld),
    isFlat,
    free: seen.filter((column) => turns || column < 3),
  };
}

/** A motion in local mm as a map of voxels. */
export function asVoxelMap(grid: Grid, motion: Matrix): Matrix {
  return multiply(invert(grid.voxelToLocal), multiply(motion, grid.voxelToLocal));
}

/** A motion in local mm as one of world mm; what only shifts does so exactly. */
export function asWorldMap(grid: Grid, motion: Matrix): Matrix {
  if (motion.every((value, i) => i % 4 === 3 || value === IDENTITY[i])) {
    const { localToWorld } = grid;
    const [x, y, z] = apply(localToWorld, [motion[3] ?? 0, motion[7] ?? 0, motion[11] ?? 0]);
    const at = (i: number) => localToWorld[i] ?? 0;
    return fromParts([1, 0, 0, 0, 1, 0, 0, 0, 1], [x - at(3), y - at(7), z - at(11)]);
  }
  return multiply(grid.localToWorld, multiply(motion, invert(grid.localToWorld)));
}

/** The correction, in world mm, of a motion in local mm. */
export function correctionOf(grid: Grid, motion: Matrix): Matrix {
  return invert(asWorldMap(grid, motion));
}

/** The motion, in local mm, that a correction in world mm undoes. */
export function motionOf({ localToWorld }: Grid, correction: Matrix): Matrix {
  return multiply(invert(localToWorld), multiply(invert(correction), localToWorld));
}
