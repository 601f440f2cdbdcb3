import { SourceError } from '../../../core/errors.js';
import { fromParameters, type Matrix, toParameters } from '../rigid.js';
import type { Geometry } from './geometry.js';

/** How a program writes the motion of a series. Corrections take a world point of a frame to the reference, in mm. */
export interface MotionFormat {
  /** What the file is called in messages. */
  readonly title: string;
  write(corrections: readonly Matrix[], geometry: Geometry): string;
  /** @throws SourceError that names the row and the column */
  read(text: string, path: string, geometry: Geometry): Matrix[];
}

/** Digits of a rotation that single precision, or six digits of text, may lose. */
const SLACK = 2e-3;

/**
 * The rigid transform that a matrix is, but for its last digits.
 *
 * @throws SourceError when it scales, shears or mirrors
 */
export function asRigid(matrix: Matrix, where: string, path: string): Matrix {
  const rigid = fromParameters(toParameters(matrix));
  const isRigid = matrix.every((value, i) => i % 4 === 3 || Math.abs(value - (rigid[i] ?? 0)) < SLACK);
  if (isRigid) return rigid;
  throw new SourceError('not-rigid', `${where} is no rigid transform: it scales, shears or mirrors.`, { path });
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

/** The numbers of one row. @param where what the row is called, such as `a.par, row 3` */
export function numbersOf(row: string, where: string, path: string): number[] {
  const cells = row.split(/[\s,]+/).filter((cell) => cell !== '');
  return cells.map((cell, i) => {
    const value = NUMBER.test(cell) ? Number(cell) : Number.NaN;
    if (Number.isFinite(value)) return value;
    const shown = cell.length > 20 ? `${cell.slice(0, 20)}...` : cell;
    throw new SourceError('bad-motion', `${where}, column ${i + 1} is '${shown}', not a number.`, { path });
  });
}

/** The lines that hold something, without comments (# or %). */
export function linesOf(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('%'));
}

/** Rows of so many numbers. @throws SourceError */
export function rowsOf(text: string, path: string, columns: number, title: string): number[][] {
  return linesOf(text).map((line, i) => {
    const where = `${path}: row ${i + 1}`;
    const row = numbersOf(line, where, path);
    if (row.length === columns) return row;
    throw new SourceError('bad-motion', `${where} has ${row.length} columns, but ${title} has ${columns}.`, { path });
  });
}

/** Without the sign of what is nothing. */
export const positiveZero = (text: string): string =>
  /[1-9]/.test(text.replace(/e.*$/, '')) ? text : text.replace('-', '');
