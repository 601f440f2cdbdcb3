import { basename, dirname, extname, join } from 'node:path';
import { SourceError, UsageError } from '../../../core/errors.js';
import type { Affine } from '../../../core/source.js';
import { exists } from '../../../io/folder.js';
import { readText } from '../../../io/text.js';
import { displacement, fromParameters, invert, type Matrix, multiply } from '../../../operators/register/rigid.js';

/** A head is about a sphere of this radius, mm (Jenkinson 1999). */
const SPHERE = 80;

/** Six parameters of every frame that are known exactly, and the point around which errors count. */
export interface Truth {
  readonly path: string;
  readonly motions: readonly Matrix[];
  readonly centre: readonly [number, number, number];
}

/** The motion beside a series: `NAME.truth_rp.txt`, as `make` writes it, or `truth_rp.txt`; null where there is none. */
export function truthBeside(file: string): string | null {
  const name = basename(file).replace(/\.gz$/, '');
  const stem = name.slice(0, name.length - extname(name).length);
  const names = [`${stem}.truth_rp.txt`, 'truth_rp.txt'];
  return names.map((one) => join(dirname(file), one)).find(exists) ?? null;
}

/** Rows of six numbers: x, y, z in mm, pitch, roll, yaw in radians. @throws SourceError */
export function readMotions(path: string): Matrix[] {
  const rows = readText(path)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/[\s,]+/).map(Number));
  if (rows.length > 0 && rows.every((row) => row.length >= 6 && row.slice(0, 6).every(Number.isFinite)))
    return rows.map((row) => fromParameters(row.slice(0, 6)));
  throw new SourceError(
    'bad-motion',
    `${path} holds no motion: every line needs six numbers, x y z in mm and pitch roll yaw in radians.`,
    { path },
  );
}

/** The world point in the middle of the grid. @param frame extents z, y, x */
function centreOf({ matrix }: Affine, frame: readonly number[]): [number, number, number] {
  const [nz = 1, ny = 1, nx = 1] = frame;
  const middle = [(nx - 1) / 2, (ny - 1) / 2, (nz - 1) / 2, 1];
  const row = (r: number): number => middle.reduce((sum, value, i) => sum + value * (matrix[4 * r + i] ?? 0), 0);
  return [row(0), row(1), row(2)];
}

/** The truth about frames `first` to `first + count`. @throws SourceError, UsageError when it tells of fewer */
export function truthOf(
  path: string,
  { affine, frame }: { readonly affine: Affine | undefined; readonly frame: readonly number[] },
  first: number,
  count: number,
): Truth {
  if (affine === undefined)
    throw new UsageError(
      'no-affine',
      `${path} says how frames moved, but the source does not say where its voxels lie.`,
    );
  const motions = readMotions(path).slice(first, first + count);
  if (motions.length < count)
    throw new UsageError(
      'wrong-length',
      `${path} holds the motion of ${first + motions.length} frames, not of ${first + count}.`,
    );
  return { path, motions, centre: centreOf(affine, frame) };
}

/**
 * How far points of a head are from where they should be, relative to the first frame, whatever frames were moved onto: root
 * mean square over frames, in mm.
 *
 * @param found six parameters a frame, one behind the other
 */
export function motionError({ motions, centre }: Truth, found: readonly Matrix[]): number {
  const [first, other] = [found[0], motions[0]];
  if (first === undefined || other === undefined || found.length !== motions.length) return Number.POSITIVE_INFINITY;
  const [back, trueBack] = [invert(first), invert(other)];
  const squares = found.slice(1).map((motion, i) => {
    const truth = motions[i + 1];
    return truth ? displacement(multiply(back, motion), multiply(trueBack, truth), SPHERE, centre) ** 2 : 0;
  });
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / Math.max(1, squares.length));
}

/** Six numbers a frame as transforms. */
export function motionsOf(parameters: ArrayLike<number>): Matrix[] {
  return Array.from({ length: parameters.length / 6 }, (_, i) =>
    fromParameters(Array.from({ length: 6 }, (_, k) => parameters[6 * i + k] ?? Number.NaN)),
  );
}
