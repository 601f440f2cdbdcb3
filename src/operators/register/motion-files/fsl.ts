import { apply, fromParameters, fromParts, invert, type Matrix, multiply, toParameters } from '../rigid.js';
import { type MotionFormat, positiveZero, rowsOf } from './format.js';
import { gravityInFsl, inCoordinates, worldToFsl } from './geometry.js';

const TITLE = 'a .par file (FSL)';

/** FSL's turn about y is the other way round than SPM's; x and z are alike. */
const turned = (x: number, y: number, z: number): Matrix => fromParameters([0, 0, 0, x, -y, z]);

/**
 * The .par file of MCFLIRT: turns about x, y, z in radians, then shifts in mm, frame to reference, in the millimetres of FSL,
 * about the reference's centre of gravity.
 */
export const fslFile: MotionFormat = {
  title: TITLE,
  write(corrections, geometry) {
    const to = worldToFsl(geometry);
    const centre = gravityInFsl(geometry);
    const rows = corrections.map((one) => {
      const matrix = inCoordinates(to, one);
      const [, , , x = 0, y = 0, z = 0] = toParameters(matrix);
      const moved = apply(matrix, centre);
      return [x, -y, z, ...moved.map((value, i) => value - (centre[i] ?? 0))];
    });
    return rows.map((row) => `${row.map((value) => positiveZero(value.toFixed(10))).join('  ')}\n`).join('');
  },
  read(text, path, geometry) {
    const back = invert(worldToFsl(geometry));
    const centre = gravityInFsl(geometry);
    return rowsOf(text, path, 6, TITLE).map(([x = 0, y = 0, z = 0, ...shift]) => {
      const turn = turned(x, y, z);
      const moved = apply(turn, centre);
      const at = (k: 0 | 1 | 2) => centre[k] + (shift[k] ?? 0) - moved[k];
      const shifted = multiply(fromParts([1, 0, 0, 0, 1, 0, 0, 0, 1], [at(0), at(1), at(2)]), turn);
      return inCoordinates(back, shifted);
    });
  },
};
