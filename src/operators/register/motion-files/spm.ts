import { fromParameters, toParameters } from '../rigid.js';
import { type MotionFormat, positiveZero, rowsOf } from './format.js';

const TITLE = 'an rp_*.txt file (SPM)';

/** As C prints %16.7e. */
function exponential(value: number): string {
  const [digits = '', exponent = ''] = positiveZero(value.toExponential(7)).split('e');
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`.padStart(16);
}

/** The rp file of SPM: x, y, z in mm, pitch, roll, yaw in radians, frame to reference, about the world origin. */
export const spmFile: MotionFormat = {
  title: TITLE,
  write: (corrections) => corrections.map((one) => `${toParameters(one).map(exponential).join('')}\n`).join(''),
  read: (text, path) => rowsOf(text, path, 6, TITLE).map((six) => fromParameters(six)),
};
