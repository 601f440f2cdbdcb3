import { UsageError } from '../../../core/errors.js';
import { angleAbove, angleOf } from './angle.js';
import { type Precision, pixelCentres, pixelCorners, type SampleFrame } from './frame.js';
import type { Poni } from './poni.js';
import type { RadialSpace } from './units.js';

/** What to work out for every row, apart from the radial values of the centres. */
export interface Wants {
  readonly delta: boolean;
  readonly chi: boolean;
  readonly dchi: boolean;
  readonly corners: boolean;
}

/**
 * One row of pixels: radial values in radians, nm^-1 or metres, azimuths in radians within -pi to pi. Arrays that were not asked
 * for hold nothing of use. All are reused: they are valid until the visit returns.
 */
export interface GeometryRow {
  readonly row: number;
  /** Radial values of the centres. */
  readonly centre: Float64Array;
  /** Largest distance of a corner from the centre, in radial value. */
  readonly delta: Float64Array;
  /** Azimuths of the centres. */
  readonly chi: Float64Array;
  /** Largest distance of a corner from the centre, in azimuth, the short way round. */
  readonly dchi: Float64Array;
  /** Radial values of the corners before and after the row, one more than pixels: pixel j lies between j and j + 1. */
  readonly upper: Float64Array;
  readonly lower: Float64Array;
  /** Azimuths of the same corners. */
  readonly upperChi: Float64Array;
  readonly lowerChi: Float64Array;
}

/** Where the pixels of a detector lie in (radius, azimuth), one row at a time. */
export interface Geometry {
  /** The centres of the pixels in space. */
  readonly centres: SampleFrame;
  /** Rows in order. `visit` gets the same arrays each time. */
  eachRow(wants: Wants, visit: (row: GeometryRow) => void): void;
}

/** Fills one row of radial values or azimuths. */
type RowFill = (row: number, out: Float64Array) => void;

const TURN = 2 * Math.PI;

function distances({ rows, columns, shift1, shift2 }: SampleFrame): RowFill {
  return (row, out) => {
    const [row1, row2] = [rows.t1[row] ?? 0, rows.t2[row] ?? 0];
    for (let j = 0; j < out.length; j++) {
      const t1 = row1 + (columns.t1[j] ?? 0) + shift1;
      const t2 = row2 + (columns.t2[j] ?? 0) + shift2;
      out[j] = Math.sqrt(t1 * t1 + t2 * t2);
    }
  };
}

function scatteringAngles({ rows, columns, shift1, shift2, shift3 }: SampleFrame): RowFill {
  return (row, out) => {
    const [row1, row2, row3] = [rows.t1[row] ?? 0, rows.t2[row] ?? 0, rows.t3[row] ?? 0];
    for (let j = 0; j < out.length; j++) {
      const t1 = row1 + (columns.t1[j] ?? 0) + shift1;
      const t2 = row2 + (columns.t2[j] ?? 0) + shift2;
      const t3 = row3 + (columns.t3[j] ?? 0) + shift3;
      out[j] = angleAbove(Math.sqrt(t1 * t1 + t2 * t2), t3);
    }
  };
}

/**
 * `scale * sin(2theta / 2)` without an angle: with R the distance from the sample it is `r / sqrt(2 R (R + t3))`, which keeps its
 * digits near the beam, and `sqrt((R - t3) / 2 R)` behind the sample.
 */
function momentumTransfers({ rows, columns, shift1, shift2, shift3 }: SampleFrame, scale: number): RowFill {
  return (row, out) => {
    const [row1, row2, row3] = [rows.t1[row] ?? 0, rows.t2[row] ?? 0, rows.t3[row] ?? 0];
    for (let j = 0; j < out.length; j++) {
      const t1 = row1 + (columns.t1[j] ?? 0) + shift1;
      const t2 = row2 + (columns.t2[j] ?? 0) + shift2;
      const t3 = row3 + (columns.t3[j] ?? 0) + shift3;
      const square = t1 * t1 + t2 * t2;
      const far = Math.sqrt(square + t3 * t3);
      out[j] = scale * Math.sqrt(t3 > 0 ? square / (2 * far * (far + t3)) : (far - t3) / (2 * far));
    }
  };
}

function radialValues(frame: SampleFrame, { wavelength }: Poni, space: RadialSpace): RowFill {
  if (space === 'r') return distances(frame);
  if (space === '2th') return scatteringAngles(frame);
  if (wavelength === null) {
    throw new UsageError(
      'no-wavelength',
      'The geometry has no wavelength, which q needs. Give --wavelength in metres, or choose the unit 2th_deg or r_mm.',
    );
  }
  return momentumTransfers(frame, (4e-9 * Math.PI) / wavelength);
}

function azimuths({ rows, columns, shift1, shift2, sign1, sign2 }: SampleFrame): RowFill {
  return (row, out) => {
    const [row1, row2] = [rows.t1[row] ?? 0, rows.t2[row] ?? 0];
    for (let j = 0; j < out.length; j++) {
      const t1 = sign1 * (row1 + (columns.t1[j] ?? 0) + shift1);
      const t2 = sign2 * (row2 + (columns.t2[j] ?? 0) + shift2);
      out[j] = angleOf(t1, t2);
    }
  };
}

/** The same values rounded to float32. */
function rounded(fill: RowFill): RowFill {
  return (row, out) => {
    fill(row, out);
    for (let j = 0; j < out.length; j++) out[j] = Math.fround(out[j] ?? 0);
  };
}

function largestDistance(centre: Float64Array, upper: Float64Array, lower: Float64Array, out: Float64Array): void {
  let [low, high] = [Math.min(upper[0] ?? 0, lower[0] ?? 0), Math.max(upper[0] ?? 0, lower[0] ?? 0)];
  for (let j = 0; j < out.length; j++) {
    const [above, below] = [upper[j + 1] ?? 0, lower[j + 1] ?? 0];
    const nextLow = Math.min(above, below);
    const nextHigh = Math.max(above, below);
    const value = centre[j] ?? 0;
    out[j] = Math.max(value - Math.min(low, nextLow), Math.max(high, nextHigh) - value);
    low = nextLow;
    high = nextHigh;
  }
}

/** Angle between two directions, the short way round; corners rounded to float32 may lie just beyond pi. */
function shortWay(a: number, b: number): number {
  const apart = Math.abs(a - b);
  return apart < TURN ? Math.min(apart, TURN - apart) : apart - TURN;
}

function largestTurn(centre: Float64Array, upper: Float64Array, lower: Float64Array, out: Float64Array): void {
  for (let j = 0; j < out.length; j++) {
    const value = centre[j] ?? 0;
    const left = Math.max(shortWay(upper[j] ?? 0, value), shortWay(lower[j] ?? 0, value));
    const right = Math.max(shortWay(upper[j + 1] ?? 0, value), shortWay(lower[j + 1] ?? 0, value));
    out[j] = Math.max(left, right);
  }
}

/**
 * The geometry of a detector of rows x columns pixels as an iterator over rows; every corner is worked out once, and no more than
 * two rows of them are kept.
 *
 * @param space what radial values are: radians, nm^-1 or metres
 * @throws UsageError when q is asked for without a wavelength
 */
export function makeGeometry(
  poni: Poni,
  shape: readonly [number, number],
  space: RadialSpace,
  precision: Precision,
): Geometry {
  const [rows, columns] = shape;
  const centres = pixelCentres(poni, shape, precision);
  const corners = pixelCorners(poni, shape);
  const stored = precision === 'exact' ? (fill: RowFill) => fill : rounded;
  const fillCentre = radialValues(centres, poni, space);
  const fillChi = azimuths(centres);
  const fillCorners = stored(radialValues(corners, poni, space));
  const fillCornerChi = stored(azimuths(corners));
  return {
    centres,
    eachRow(wants, visit) {
      const row = () => new Float64Array(columns);
      const cornerRow = () => new Float64Array(columns + 1);
      const [centre, delta, chi, dchi] = [row(), row(), row(), row()];
      let [upper, lower, upperChi, lowerChi] = [cornerRow(), cornerRow(), cornerRow(), cornerRow()];
      const hasCorners = wants.delta || wants.corners;
      const hasCornerChi = wants.dchi || wants.corners;
      if (hasCorners) fillCorners(0, lower);
      if (hasCornerChi) fillCornerChi(0, lowerChi);
      for (let i = 0; i < rows; i++) {
        [upper, lower] = [lower, upper];
        [upperChi, lowerChi] = [lowerChi, upperChi];
        fillCentre(i, centre);
        if (hasCorners) fillCorners(i + 1, lower);
        if (wants.delta) largestDistance(centre, upper, lower, delta);
        if (wants.chi || wants.dchi) fillChi(i, chi);
        if (hasCornerChi) fillCornerChi(i + 1, lowerChi);
        if (wants.dchi) largestTurn(chi, upperChi, lowerChi, dchi);
        visit({ row: i, centre, delta, chi, dchi, upper, lower, upperChi, lowerChi });
      }
    },
  };
}
