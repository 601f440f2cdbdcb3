import { describe, expect, it } from 'vitest';
import { findUnit, UNITS } from '../../../dist/operators/azimuthal/geometry/units.js';

describe('radial units', () => {
  it('are found by their names', () => {
    for (const unit of UNITS) expect(findUnit(unit.name)).toBe(unit);
  });

  it.each([
    ['Q_A-1', 'q_A^-1'],
    ['q (Å⁻¹)', 'q_A^-1'],
    ['q_A', 'q_A^-1'],
    ['q_1/nm', 'q_nm^-1'],
    ['q_nm-1', 'q_nm^-1'],
    ['2theta_deg', '2th_deg'],
    ['2θ (degrees)', '2th_deg'],
    ['TTH_RAD', '2th_rad'],
    ['r mm', 'r_mm'],
  ])('%s is %s', (written, name) => {
    expect(findUnit(written).name).toBe(name);
  });

  it.each(['q', '', 'd', 'q_m', '2th', 'r_nm'])('%j is refused with the list', (name) => {
    expect(() => findUnit(name)).toThrow(/There is no radial unit .*2th_deg, 2th_rad, q_nm\^-1/);
  });
});
