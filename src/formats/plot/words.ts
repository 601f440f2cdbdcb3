import { type Axis, plainAxis } from '../../core/stack.js';
import { superscript } from './ticks.js';

const NAMES: Readonly<Record<string, string>> = { '2th': '2θ', '2theta': '2θ', chi: 'χ' };
const UNITS: Readonly<Record<string, string>> = {
  deg: '°',
  degrees: '°',
  um: 'µm',
  A: 'Å',
  '1/nm': 'nm⁻¹',
  '1/A': 'Å⁻¹',
  '1/Å': 'Å⁻¹',
  'A^-1': 'Å⁻¹',
};

/** A unit as it is printed: `nm⁻¹` for `nm^-1`. */
export function printedUnit(unit: string): string {
  return UNITS[unit] ?? unit.replaceAll(/\^(-?\d+)/g, (_, power: string) => superscript(power));
}

/** `2θ (°)`, or with a power of ten, `intensity (10³ counts)`. */
export function titleOf(name: string, unit: string, exponent = 0): string {
  const power = exponent === 0 ? '' : `10${superscript(exponent)}`;
  const inside = [power, printedUnit(unit)].filter((part) => part !== '').join(' ');
  return inside === '' ? (NAMES[name] ?? name) : `${NAMES[name] ?? name} (${inside})`;
}

/** The axis of frames when nobody named it: `frame`. */
export function frameAxis(axis: Axis | undefined): Axis {
  if (!axis) return { ...plainAxis(0), name: 'frame' };
  return /^axis\d+$/.test(axis.name) ? { ...axis, name: 'frame' } : axis;
}
