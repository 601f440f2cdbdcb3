import { ORDERS, type Triple } from '../grid.js';
import { IDENTITY, type Matrix, multiply } from '../rigid.js';

/** A shear takes a point along `axis` by `slopes` times its position (0 for the axis itself) plus `offset`, in voxels. */
export interface Shear {
  readonly axis: number;
  readonly slopes: Triple;
  readonly offset: number;
}

/** Larger slopes spread neighbours too far apart to interpolate between them. */
const STEEPEST = 1;

/** The product of the shears may miss the map by this, in voxels per voxel. */
const CLOSE = 1e-6;

/** Nothing over nothing is nothing: a turn that is not there needs no shear. */
const ratio = (a: number, b: number) => (Math.abs(a) < 1e-12 ? 0 : a / b);

export function asMatrix({ axis, slopes, offset }: Shear): Matrix {
  const matrix = [...IDENTITY];
  for (const [k, slope] of slopes.entries()) matrix[4 * axis + k] = slope + (k === axis ? 1 : 0);
  matrix[4 * axis + 3] = offset;
  return matrix;
}

/** The first shear of a product is that of the first factor: data go through it first. */
const productOf = (shears: readonly Shear[]) => shears.map(asMatrix).reduce(multiply, IDENTITY);

function along(axis: number, at: readonly (readonly [number, number])[], offset: number): Shear {
  const slopes: [number, number, number] = [0, 0, 0];
  for (const [k, slope] of at) slopes[k] = slope;
  return { axis, slopes, offset };
}

/**
 * The factors of a map of determinant 1 along axes i, j, k and i again. With B = A S4^-1 = S1 S2 S3, row k of B is that of S3, so
 * that its diagonal element is 1; row j and the determinant of B give the rest.
 */
function decompose(map: Matrix, [i, j, k]: Triple): readonly Shear[] {
  const a = (row: number, column: number) => map[4 * row + column] ?? 0;
  const toK = ratio(a(k, k) - 1, a(k, i));
  const j2k = a(j, k) - toK * a(j, i);
  const toJ = ratio(1 + j2k * a(k, j) - a(j, j), j2k * a(k, i) - a(j, i));
  const k2i = a(k, i);
  const k2j = a(k, j) - toJ * a(k, i);
  const j2i = a(j, i) - j2k * k2i;
  const last = a(i, k) - toK * a(i, i);
  const i2j = a(i, j) - toJ * a(i, i) - k2j * last;
  const i2k = last - i2j * j2k;
  // The shift, from the last row to the first.
  const ok = a(k, 3);
  const oj = a(j, 3) - j2k * ok;
  const oi = a(i, 3) - i2j * oj - (i2k + j2k * i2j) * ok;
  return [
    along(
      i,
      [
        [j, i2j],
        [k, i2k],
      ],
      oi,
    ),
    along(
      j,
      [
        [i, j2i],
        [k, j2k],
      ],
      oj,
    ),
    along(
      k,
      [
        [i, k2i],
        [j, k2j],
      ],
      ok,
    ),
    along(
      i,
      [
        [j, toJ],
        [k, toK],
      ],
      0,
    ),
  ];
}

const steepest = (shears: readonly Shear[]) =>
  shears.reduce((most, { slopes }) => Math.max(most, ...slopes.map(Math.abs)), 0);

/** Shears about a centre as shears about voxel 0. */
function about({ axis, slopes, offset }: Shear, centre: Triple): Shear {
  return { axis, slopes, offset: offset - slopes.reduce((sum, slope, k) => sum + slope * (centre[k] ?? 0), 0) };
}

/**
 * A map of voxels as at most four shears along one axis each (Cox and Jesmanowicz 1999), in the order of axes whose largest
 * slope is the smallest. A frame goes through the first one first. Null when there are none as far as they can be told: for turns of
 * more than about 45 degrees, or maps that do not keep volumes.
 */
export function shearsOf(map: Matrix, size: Triple): readonly Shear[] | null {
  const centre: Triple = [(size[0] - 1) / 2, (size[1] - 1) / 2, (size[2] - 1) / 2];
  const shifted = (sign: number): Matrix =>
    IDENTITY.map((value, n) => (n % 4 === 3 && n < 12 ? sign * (centre[n >> 2] ?? 0) : value));
  const centred = multiply(shifted(-1), multiply(map, shifted(1)));
  const ways = ORDERS.map((order) => decompose(centred, order)).filter((shears) => {
    const product = productOf(shears);
    return (
      steepest(shears) <= STEEPEST &&
      product.every((value, n) => Math.abs(value - (centred[n] ?? 0)) <= CLOSE * (n % 4 === 3 ? 1000 : 1))
    );
  });
  // Orders that are as good but for rounding must not take turns.
  const best = ways.reduce<readonly Shear[] | null>(
    (one, other) => (one && steepest(other) > 0.99 * steepest(one) ? one : other),
    null,
  );
  if (!best) return null;
  return best
    .map((shear) => about(shear, centre))
    .filter(({ slopes, offset }) => offset !== 0 || slopes.some((slope) => slope !== 0));
}

/** The slopes along the two other axes, in their order. */
export function shearSteps({ axis, slopes }: Shear): readonly [number, number] {
  const [one = 0, other = 0] = slopes.filter((_, k) => k !== axis);
  return [one, other];
}

/** Where a voxel is on its way through the shears: after the last, after the last two, and so on but for all of them. */
export function waysOf(shears: readonly Shear[]): readonly Matrix[] {
  return shears.slice(1).map((_, n) => productOf(shears.slice(n + 1)));
}
