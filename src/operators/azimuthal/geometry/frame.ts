import type { Poni } from './poni.js';

/** Geometry in float64 throughout, or with pixel centres and corners rounded to float32 as in pyFAI up to 2025.03. */
export type Precision = 'exact' | 'pyfai';

/** What the points of one axis of the detector add to the coordinates of the sample frame, in metres. */
interface Terms {
  /** Distance along the axis from the point of normal incidence. */
  readonly position: Float64Array;
  readonly t1: Float64Array;
  readonly t2: Float64Array;
  readonly t3: Float64Array;
}

/**
 * Points of the detector in the sample frame, t1 up, t2 across, t3 along the beam:
 * `t1 = sign1 * (rows.t1[i] + columns.t1[j] + shift1)`, t2 alike, `t3 = rows.t3[i] + columns.t3[j] + shift3`.
 * Sums in this order give the bits of the published formula; near the beam it cancels, so that another order would show.
 */
export interface SampleFrame {
  /** From the sample to the detector, along its normal. */
  readonly distance: number;
  readonly rows: Terms;
  readonly columns: Terms;
  readonly shift1: number;
  readonly shift2: number;
  readonly shift3: number;
  readonly sign1: 1 | -1;
  readonly sign2: 1 | -1;
}

function termsOf(position: Float64Array, of: (value: number) => readonly [number, number, number]): Terms {
  const [t1, t2, t3] = [0, 1, 2].map((k) => position.map((value) => of(value)[k] ?? 0));
  return { position, t1: t1 ?? position, t2: t2 ?? position, t3: t3 ?? position };
}

/** Rotation by rot1, rot2, rot3 in pyFAI's sense, and the reversals of the detector's orientation. */
function frameOf(poni: Poni, y: Float64Array, x: Float64Array): SampleFrame {
  const { distance, rot1, rot2, rot3, orientation } = poni;
  const [s1, s2, s3] = [Math.sin(rot1), Math.sin(rot2), Math.sin(rot3)];
  const [c1, c2, c3] = [Math.cos(rot1), Math.cos(rot2), Math.cos(rot3)];
  const across1 = c3 * s1 * s2 - c1 * s3;
  const across2 = c1 * c3 + s1 * s2 * s3;
  return {
    distance,
    rows: termsOf(y, (value) => [value * c2 * c3, value * c2 * s3, value * s2]),
    columns: termsOf(x, (value) => [value * across1, value * across2, -(value * c2 * s1)]),
    shift1: -(distance * (c1 * c3 * s2 + s1 * s3)),
    shift2: -(distance * (-(c3 * s1) + c1 * s2 * s3)),
    shift3: distance * c1 * c2,
    sign1: orientation <= 2 ? -1 : 1,
    sign2: orientation === 1 || orientation === 4 ? -1 : 1,
  };
}

/** Index of image row or column k on the detector, whose first pixel may lie at the other end. */
const reversedRows = ({ orientation }: Poni) => orientation <= 2;
const reversedColumns = ({ orientation }: Poni) => orientation === 1 || orientation === 4;

function centres(count: number, pixel: number, origin: number, isReversed: boolean, precision: Precision) {
  return Float64Array.from({ length: count }, (_, k) => {
    const index = (isReversed ? count - 1 - k : k) + 0.5;
    if (precision === 'exact') return index * pixel - origin;
    return Math.fround(Math.fround(Math.fround(pixel) * Math.fround(index)) - Math.fround(origin));
  });
}

function edges(count: number, pixel: number, origin: number, isReversed: boolean): Float64Array {
  return Float64Array.from({ length: count + 1 }, (_, k) => (isReversed ? count - k : k) * pixel - origin);
}

/** The centres of the pixels of an image of rows x columns. */
export function pixelCentres(poni: Poni, [rows, columns]: readonly [number, number], precision: Precision) {
  return frameOf(
    poni,
    centres(rows, poni.pixel1, poni.poni1, reversedRows(poni), precision),
    centres(columns, poni.pixel2, poni.poni2, reversedColumns(poni), precision),
  );
}

/** The corners of the pixels: one more than there are pixels along both axes. Always in float64. */
export function pixelCorners(poni: Poni, [rows, columns]: readonly [number, number]): SampleFrame {
  return frameOf(
    poni,
    edges(rows, poni.pixel1, poni.poni1, reversedRows(poni)),
    edges(columns, poni.pixel2, poni.poni2, reversedColumns(poni)),
  );
}
