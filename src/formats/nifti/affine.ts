import type { Affine } from '../../core/source.js';
import { columnLengths, DIFFERENT, matrixDifference } from '../placement.js';
import type { NiftiHeader } from './header.js';
import { rotationOf } from './quaternion.js';

/** Columns this close to one plane, against the product of their lengths, place no volume. */
const SINGULAR = 1e-6;

const WORLDS = ['nothing', 'the scanner', 'another image', 'Talairach space', 'MNI space', 'a template'];

function determinant(m: readonly number[]): number {
  const [a = 0, b = 0, c = 0, , d = 0, e = 0, f = 0, , g = 0, h = 0, i = 0] = m;
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}

/** False for a matrix with numbers missing, or that squeezes the volume flat. */
function isUsable(matrix: readonly number[]): boolean {
  if (!matrix.every(Number.isFinite)) return false;
  const [x, y, z] = columnLengths(matrix);
  return Math.abs(determinant(matrix)) > SINGULAR * x * y * z;
}

function qformMatrix({ quaternion, qoffset, pixdim }: NiftiHeader, sizes: readonly number[]): number[] {
  const rotation = rotationOf(quaternion);
  const handedness = (pixdim[0] ?? 1) < 0 ? -1 : 1;
  const scales = [sizes[0] ?? 1, sizes[1] ?? 1, handedness * (sizes[2] ?? 1)];
  return [0, 1, 2].flatMap((row) => [
    ...scales.map((scale, column) => (rotation[3 * row + column] ?? 0) * scale),
    qoffset[row] ?? 0,
  ]);
}

/**
 * How far the elements of a qform may be from what was meant. The first number of its quaternion is left out, and near a
 * half turn, which left-handed grids often have, float32 says little of it.
 */
function qformSlack({ version, quaternion }: NiftiHeader, sizes: readonly number[]): number {
  if (version === 2) return DIFFERENT;
  const lost = 1.5e-7;
  const first = Math.sqrt(Math.max(0, 1 - quaternion.reduce((sum, value) => sum + value * value, 0)));
  return DIFFERENT + 2 * Math.max(...sizes) * Math.min(Math.sqrt(lost), lost / (2 * first));
}

/**
 * Where the voxels of a file lie: its sform, else its qform, else its voxel sizes from the corner (methods 3, 2 and 1 of the
 * NIfTI-1 standard).
 *
 * @param sizes of a voxel, millimetres
 * @param unit millimetres of the unit the file counts in
 */
export function affineOf(header: NiftiHeader, sizes: readonly number[], unit: number): Affine {
  const { sformCode, qformCode } = header;
  const inMillimetres = (matrix: readonly number[]): number[] => matrix.map((value) => value * unit);
  const own = sizes.map((size) => size / unit);
  const [sform, qform] = [inMillimetres(header.sform), inMillimetres(qformMatrix(header, own))];
  const notes: string[] = [];
  const usable = { sform: sformCode > 0 && isUsable(sform), qform: qformCode > 0 && isUsable(qform) };
  if (sformCode > 0 && !usable.sform) notes.push('the sform is singular');
  if (qformCode > 0 && !usable.qform) notes.push('the qform has no usable numbers');
  if (usable.sform && usable.qform) {
    const difference = matrixDifference(sform, qform);
    if (difference > qformSlack(header, sizes))
      notes.push(`sform and qform differ by up to ${difference.toPrecision(3)}: the sform is used`);
  }
  const said = (text: readonly string[]): { note?: string } => (text.length === 0 ? {} : { note: text.join('; ') });
  if (usable.sform) return { matrix: sform, code: sformCode, from: 'sform', ...said(notes) };
  if (usable.qform) return { matrix: qform, code: qformCode, from: 'qform', ...said(notes) };
  const [x = 1, y = 1, z = 1] = sizes;
  if (notes.length === 0) notes.push('the file does not place its voxels');
  notes.push('only the voxel sizes are used');
  return { matrix: [x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0], code: 0, from: 'voxel sizes', ...said(notes) };
}

const WAYS = [
  ['L', 'R'],
  ['P', 'A'],
  ['I', 'S'],
] as const;

/** The nearest directions of the patient that x, y and z run to, such as `RAS`; each direction is given away once. */
function orientationOf(matrix: readonly number[]): string {
  const sizes = columnLengths(matrix);
  const entries = [0, 1, 2].flatMap((row) =>
    [0, 1, 2].map((column) => ({ row, column, value: (matrix[4 * row + column] ?? 0) / (sizes[column] ?? 1) })),
  );
  entries.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const letters: string[] = ['', '', ''];
  const taken = new Set<number>();
  for (const { row, column, value } of entries) {
    if (letters[column] !== '' || taken.has(row)) continue;
    letters[column] = WAYS[row]?.[value < 0 ? 0 : 1] ?? '';
    taken.add(row);
  }
  return letters.join('');
}

/** Degrees between the grid and the axes of the world, the largest of the three. */
function tiltOf(matrix: readonly number[]): number {
  const sizes = columnLengths(matrix);
  const angles = [0, 1, 2].map((column) => {
    const along = [0, 1, 2].map((row) => Math.abs(matrix[4 * row + column] ?? 0) / (sizes[column] ?? 1));
    return (Math.acos(Math.min(1, Math.max(...along))) * 180) / Math.PI;
  });
  return Math.max(...angles);
}

/** One line for `info`: which matrix, relative to what, the way its axes run, handedness and tilt. */
export function describeAffine({ matrix, code, from, note }: Affine): string {
  const tilt = tiltOf(matrix);
  const parts = [
    `placed by its ${from}${from === 'voxel sizes' ? '' : ` in ${WORLDS[code] ?? `space ${code}`}`}`,
    `x, y, z run to ${orientationOf(matrix).split('').join(', ')}`,
    determinant(matrix) < 0 ? 'left-handed' : 'right-handed',
    ...(tilt > 0.1 ? [`oblique by ${tilt.toFixed(1)} degrees`] : []),
    ...(note === undefined ? [] : [note]),
  ];
  return parts.join('; ');
}
