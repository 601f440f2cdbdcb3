import { apply, fromParts, fromStep, invert, type Matrix, multiply } from '../rigid.js';
import { asRigid, type MotionFormat, positiveZero, rowsOf } from './format.js';
import { centreInAfni, inCoordinates, worldToAfni } from './geometry.js';

const DEGREE = Math.PI / 180;
const PARAMETERS = 'a .1D file (AFNI)';
const MATRICES = 'a .aff12.1D file (AFNI)';

/** Turns about S, then L, then P, right-handed, in radians. */
function turned(roll: number, pitch: number, yaw: number): Matrix {
  const about = (x: number, y: number, z: number) => fromStep([0, 0, 0, x, y, z]);
  return multiply(about(0, yaw, 0), multiply(about(pitch, 0, 0), about(0, 0, roll)));
}

/** Roll, pitch and yaw of such a matrix, in radians. */
function turnsOf(m: Matrix): readonly [number, number, number] {
  const pitch = Math.asin(Math.max(-1, Math.min(1, -(m[6] ?? 0))));
  return [Math.atan2(m[4] ?? 0, m[5] ?? 0), pitch, Math.atan2(m[2] ?? 0, m[10] ?? 0)];
}

/**
 * What 3dvolreg -1Dfile writes: roll, pitch, yaw in degrees, about S, L and P, then shifts towards S, L and P in mm, input to
 * base, about the centre of the grid.
 */
export const afniFile: MotionFormat = {
  title: PARAMETERS,
  write(corrections, { grid }) {
    const to = worldToAfni(grid);
    const centre = centreInAfni(grid);
    const rows = corrections.map((one) => {
      const matrix = inCoordinates(to, one);
      const [left, posterior, superior] = apply(matrix, centre);
      const shifts = [superior - centre[2], left - centre[0], posterior - centre[1]];
      return [...turnsOf(matrix).map((angle) => angle / DEGREE), ...shifts];
    });
    const lines = rows.map((row) => row.map((value) => positiveZero(value.toFixed(7)).padStart(12)).join(' '));
    const note = '# roll pitch yaw (degrees, about S L P), dS dL dP (mm): input to base, about the centre of the grid';
    return `${[note, ...lines].join('\n')}\n`;
  },
  read(text, path, { grid }) {
    const back = invert(worldToAfni(grid));
    const centre = centreInAfni(grid);
    return rowsOf(text, path, 6, PARAMETERS).map(([roll = 0, pitch = 0, yaw = 0, dS = 0, dL = 0, dP = 0], i) => {
      const turn = turned(roll * DEGREE, pitch * DEGREE, yaw * DEGREE);
      const [left, posterior, superior] = apply(turn, centre);
      const shift = [centre[0] + dL - left, centre[1] + dP - posterior, centre[2] + dS - superior] as const;
      const matrix = multiply(fromParts([1, 0, 0, 0, 1, 0, 0, 0, 1], shift), turn);
      return asRigid(inCoordinates(back, matrix), `${path}: row ${i + 1}`, path);
    });
  },
};

/** What 3dvolreg -1Dmatrix_save writes: three rows of four numbers, base to input, in AFNI's DICOM coordinates. */
export const afniMatrices: MotionFormat = {
  title: MATRICES,
  write(corrections, { grid }) {
    const to = worldToAfni(grid);
    const rows = corrections.map((one) => inCoordinates(to, invert(one)).slice(0, 12));
    const lines = rows.map((row) => row.map((value) => positiveZero(value.toFixed(9)).padStart(15)).join(' '));
    return `${['# three rows of four numbers, base to input, in DICOM (LPS) mm', ...lines].join('\n')}\n`;
  },
  read(text, path, { grid }) {
    const back = invert(worldToAfni(grid));
    return rowsOf(text, path, 12, MATRICES).map((row, i) =>
      invert(asRigid(inCoordinates(back, [...row, 0, 0, 0, 1]), `${path}: row ${i + 1}`, path)),
    );
  },
};
