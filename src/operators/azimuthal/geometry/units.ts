import { UsageError } from '../../../core/errors.js';
import { nearest } from '../../../core/nearest.js';

/** What the radial axis measures: scattering angle (rad), momentum transfer (nm^-1) or distance on the detector (m). */
export type RadialSpace = '2th' | 'q' | 'r';

/** A radial unit: values of its space, in rad, nm^-1 or m, times `scale`. */
export interface RadialUnit {
  readonly name: string;
  readonly space: RadialSpace;
  readonly scale: number;
  /** Name of the axis in results. */
  readonly axis: string;
  /** Unit of the axis in results. */
  readonly unit: string;
  /** For titles, without the unit. */
  readonly label: string;
}

const DEGREES = 180 / Math.PI;

/** The radial units, by the names pyFAI uses. */
export const UNITS: readonly RadialUnit[] = [
  { name: '2th_deg', space: '2th', scale: DEGREES, axis: '2theta', unit: 'degrees', label: '2θ' },
  { name: '2th_rad', space: '2th', scale: 1, axis: '2theta', unit: 'rad', label: '2θ' },
  { name: 'q_nm^-1', space: 'q', scale: 1, axis: 'q', unit: 'nm^-1', label: 'q' },
  { name: 'q_A^-1', space: 'q', scale: 0.1, axis: 'q', unit: 'angstrom^-1', label: 'q' },
  { name: 'r_mm', space: 'r', scale: 1000, axis: 'radius', unit: 'mm', label: 'radius' },
  { name: 'r_m', space: 'r', scale: 1, axis: 'radius', unit: 'm', label: 'radius' },
];

/** Other ways to write the same: case, blanks and signs between the letters, Greek and angstrom letters do not matter. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('å', 'a')
    .replaceAll('⁻¹', '-1')
    .replace(/^(2theta|2θ|tth|twotheta)/, '2th')
    .replace(/1\/(nm|a)/, '$1-1')
    .replace(/[^a-z0-9]/g, '')
    .replace(/^q(nm|a|angstrom|ang)1?$/, (_, length: string) => (length === 'nm' ? 'qnm1' : 'qa1'))
    .replace(/degrees?$/, 'deg');
}

/**
 * The radial unit of a name such as `q_nm^-1`, also written `q_nm-1` or `Q (1/nm)`.
 *
 * @throws UsageError for an unknown one, with the nearest
 */
export function findUnit(name: string): RadialUnit {
  const wanted = plain(name);
  const found = UNITS.find((unit) => plain(unit.name) === wanted);
  if (found) return found;
  const names = UNITS.map((unit) => unit.name);
  const guess = nearest(name, names);
  throw new UsageError(
    'unknown-unit',
    `There is no radial unit '${name}'. Use ${names.join(', ')}.${guess ? ` Did you mean ${guess}?` : ''}`,
    { unit: name },
  );
}
