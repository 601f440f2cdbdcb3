import type { NumericArray } from '../../../core/dtype.js';
import type { PrepareContext } from '../../../core/operator.js';
import { type Grid, ORDERS, type Triple } from '../grid.js';
import type { RegisterParams } from '../params.js';
import { gridOf } from '../prepared.js';
import { loadImage, referenceFrame } from '../reference.js';
import { apply, fromParts, invert, type Matrix, multiply } from '../rigid.js';

/** What the coordinates of other programs hang on, beside the world. */
export interface Geometry {
  readonly grid: Grid;
  /** Centre of gravity of the reference, in voxels. */
  readonly gravity: Triple;
  /** Whether FSL counts x from the other side: the source says where its voxels lie, and the axes are right-handed. */
  readonly flipped: boolean;
}

/** Turns right, anterior, superior into left, posterior, superior and back. */
export const LPS: Matrix = [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/** The same transform in other coordinates, to which `to` takes. */
export function inCoordinates(to: Matrix, transform: Matrix): Matrix {
  return multiply(to, multiply(transform, invert(to)));
}

/**
 * World mm to the millimetres of FSL: voxel numbers times voxel sizes, with x from the last voxel where the affine has a
 * positive determinant.
 */
export function worldToFsl({ grid, flipped }: Geometry): Matrix {
  return multiply(voxelToFsl(grid, flipped), invert(grid.voxelToWorld));
}

function voxelToFsl({ size, voxel: [x, y, z] }: Grid, flipped: boolean): Matrix {
  const last = (size[0] - 1) * x;
  return fromParts([flipped ? -x : x, 0, 0, 0, y, 0, 0, 0, z], [flipped ? last : 0, 0, 0]);
}

/** Where FSL turns about. */
export function gravityInFsl({ grid, flipped, gravity }: Geometry): Triple {
  return apply(voxelToFsl(grid, flipped), gravity);
}

/**
 * Voxels to the coordinates AFNI works in, left, posterior, superior: each axis of the grid lies along the nearest of these,
 * and the first voxel where the affine puts it. Of grids that are not oblique these are the DICOM coordinates.
 */
function voxelToCardinal({ voxelToWorld, voxel }: Grid): Matrix {
  const matrix = multiply(LPS, voxelToWorld);
  const part = (row: number, axis: number) => (matrix[4 * row + axis] ?? 0) / (voxel[axis] ?? 1);
  const along = ([a, b, c]: Triple) => Math.abs(part(a, 0)) + Math.abs(part(b, 1)) + Math.abs(part(c, 2));
  const rows = ORDERS.reduce((best, order) => (along(order) > along(best) ? order : best));
  const linear = new Array<number>(9).fill(0);
  for (const [axis, row] of rows.entries()) {
    linear[3 * row + axis] = (part(row, axis) < 0 ? -1 : 1) * (voxel[axis] ?? 1);
  }
  return fromParts(linear, [matrix[3] ?? 0, matrix[7] ?? 0, matrix[11] ?? 0]);
}

/** World mm to the coordinates AFNI works in. */
export function worldToAfni(grid: Grid): Matrix {
  return multiply(voxelToCardinal(grid), invert(grid.voxelToWorld));
}

/** Where AFNI turns about: the centre of the grid. */
export function centreInAfni(grid: Grid): Triple {
  const [nx, ny, nz] = grid.size;
  return apply(voxelToCardinal(grid), [(nx - 1) / 2, (ny - 1) / 2, (nz - 1) / 2]);
}

/** Centre of gravity, in voxels, of what an image has above its least value, as FSL takes it. */
export function gravityOf(image: NumericArray, [nx, ny]: Triple): Triple {
  let least = Number.POSITIVE_INFINITY;
  for (const value of image) if (Number.isFinite(value) && value < least) least = value;
  let [total, x, y, z] = [0, 0, 0, 0];
  for (let i = 0; i < image.length; i++) {
    const weight = (image[i] ?? 0) - least;
    if (!Number.isFinite(weight)) continue;
    const row = Math.floor(i / nx);
    total += weight;
    x += weight * (i - row * nx);
    y += weight * (row % ny);
    z += weight * Math.floor(row / ny);
  }
  const by = total > 0 ? total : 1;
  return [x / by, y / by, z / by];
}

/** @throws UsageError, SourceError when there is no such reference */
export async function geometryOf(context: PrepareContext<RegisterParams>): Promise<Geometry> {
  const { stack, values, affine } = context;
  const grid = gridOf(stack, values, affine?.matrix);
  const image =
    (await loadImage(context, 'reference-image', values.referenceImage)) ??
    (await context.read(referenceFrame(values, stack), 1));
  const isPlaced = values.affine !== undefined || (affine !== undefined && affine.from !== 'voxel sizes');
  return { grid, gravity: gravityOf(image, grid.size), flipped: isPlaced && isRightHanded(grid.voxelToWorld) };
}

function isRightHanded(m: Matrix): boolean {
  const [a = 0, b = 0, c = 0, , d = 0, e = 0, f = 0, , g = 0, h = 0, i = 0] = m;
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) > 0;
}
