/** A 4 x 4 transform of points, row-major: the last row is 0 0 0 1. */
export type Matrix = readonly number[];

/** A pivot this much smaller than the largest entry counts as zero. */
const SINGULAR = 1e-10;

export const IDENTITY: Matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

const at = (matrix: Matrix, row: number, column: number) => matrix[4 * row + column] ?? 0;

/** First `b`, then `a`. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  return IDENTITY.map((_, i) => {
    const [row, column] = [i >> 2, i & 3];
    let sum = 0;
    for (let k = 0; k < 4; k++) sum += at(a, row, k) * at(b, k, column);
    return sum;
  });
}

/** Where a transform takes a point. */
export function apply(matrix: Matrix, [x, y, z]: readonly [number, number, number]): [number, number, number] {
  const row = (r: number) => at(matrix, r, 0) * x + at(matrix, r, 1) * y + at(matrix, r, 2) * z + at(matrix, r, 3);
  return [row(0), row(1), row(2)];
}

/** The transform with these nine numbers, row-major, as its linear part. */
export function fromParts(linear: readonly number[], [x, y, z]: readonly [number, number, number]): Matrix {
  const l = (i: number) => linear[i] ?? 0;
  return [l(0), l(1), l(2), x, l(3), l(4), l(5), y, l(6), l(7), l(8), z, 0, 0, 0, 1];
}

function cofactors(m: Matrix): number[] {
  const minor = (r: number, c: number) => {
    const [r1, r2, c1, c2] = [(r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3];
    return at(m, r1, c1) * at(m, r2, c2) - at(m, r1, c2) * at(m, r2, c1);
  };
  return [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => minor(column, row)));
}

/**
 * The inverse; where the linear part is nearly singular its Moore-Penrose pseudo-inverse, by Tikhonov's limit
 * (M'M + e I)^-1 M' with e far below what counts.
 */
export function invert(matrix: Matrix): Matrix {
  const size = Math.max(...[0, 1, 2, 4, 5, 6, 8, 9, 10].map((i) => Math.abs(matrix[i] ?? 0)));
  const adjugate = cofactors(matrix);
  const det =
    at(matrix, 0, 0) * (adjugate[0] ?? 0) +
    at(matrix, 0, 1) * (adjugate[3] ?? 0) +
    at(matrix, 0, 2) * (adjugate[6] ?? 0);
  const isSingular = Math.abs(det) <= SINGULAR * size ** 3;
  const linear = isSingular ? pseudoInverse(matrix, size) : adjugate.map((value) => value / det);
  const back = fromParts(linear, [0, 0, 0]);
  const [x, y, z] = apply(back, [at(matrix, 0, 3), at(matrix, 1, 3), at(matrix, 2, 3)]);
  return fromParts(linear, [-x, -y, -z]);
}

function pseudoInverse(matrix: Matrix, size: number): number[] {
  const flat = [0, 1, 2].flatMap((r) => [0, 1, 2].map((c) => at(matrix, c, r)));
  if (size === 0) return flat;
  const transposed = fromParts(flat, [0, 0, 0]);
  const linear = fromParts(
    [0, 1, 2].flatMap((r) => [0, 1, 2].map((c) => at(matrix, r, c))),
    [0, 0, 0],
  );
  const square = multiply(transposed, linear).map((value, i) =>
    i % 5 === 0 && i < 15 ? value + 1e-9 * size * size : value,
  );
  const adjugate = cofactors(square);
  const det =
    at(square, 0, 0) * (adjugate[0] ?? 0) +
    at(square, 0, 1) * (adjugate[3] ?? 0) +
    at(square, 0, 2) * (adjugate[6] ?? 0);
  const inverse = multiply(
    fromParts(
      adjugate.map((value) => value / det),
      [0, 0, 0],
    ),
    transposed,
  );
  return [0, 1, 2].flatMap((r) => [0, 1, 2].map((c) => at(inverse, r, c)));
}

/**
 * Translation in mm, then pitch, roll and yaw in radians, to a transform: Tr(x, y, z) Rx Ry Rz with
 * Rx = [1 0 0; 0 c s; 0 -s c], Ry = [c 0 s; 0 1 0; -s 0 c], Rz = [c s 0; -s c 0; 0 0 1], the convention of SPM.
 */
export function fromParameters([x = 0, y = 0, z = 0, pitch = 0, roll = 0, yaw = 0]: ArrayLike<number> &
  Iterable<number>): Matrix {
  const [ca, sa, cb, sb, cc, sc] = [
    Math.cos(pitch),
    Math.sin(pitch),
    Math.cos(roll),
    Math.sin(roll),
    Math.cos(yaw),
    Math.sin(yaw),
  ];
  const about = (linear: readonly number[]) => fromParts(linear, [0, 0, 0]);
  const turn = multiply(
    multiply(about([1, 0, 0, 0, ca, sa, 0, -sa, ca]), about([cb, 0, sb, 0, 1, 0, -sb, 0, cb])),
    about([cc, sc, 0, -sc, cc, 0, 0, 0, 1]),
  );
  return multiply(fromParts([1, 0, 0, 0, 1, 0, 0, 0, 1], [x, y, z]), turn);
}

/** The six parameters of a rigid transform; the inverse of `fromParameters` for rolls below a quarter turn. */
export function toParameters(matrix: Matrix): number[] {
  const roll = Math.asin(Math.max(-1, Math.min(1, at(matrix, 0, 2))));
  return [
    at(matrix, 0, 3),
    at(matrix, 1, 3),
    at(matrix, 2, 3),
    Math.atan2(at(matrix, 1, 2), at(matrix, 2, 2)),
    roll,
    Math.atan2(at(matrix, 0, 1), at(matrix, 0, 0)),
    // Adding 0 turns a negative zero into a plain one.
  ].map((value) => value + 0);
}

/** A shift and a right-handed turn about an axis through the origin, its length the angle (Rodrigues' formula). */
export function fromStep([tx = 0, ty = 0, tz = 0, rx = 0, ry = 0, rz = 0]: ArrayLike<number> &
  Iterable<number>): Matrix {
  const angle = Math.hypot(rx, ry, rz);
  const sin = angle > 1e-12 ? Math.sin(angle) / angle : 1;
  const versine = angle > 1e-6 ? (1 - Math.cos(angle)) / (angle * angle) : 0.5;
  const cos = Math.cos(angle);
  const linear = [
    cos + versine * rx * rx,
    versine * rx * ry - sin * rz,
    versine * rx * rz + sin * ry,
    versine * ry * rx + sin * rz,
    cos + versine * ry * ry,
    versine * ry * rz - sin * rx,
    versine * rz * rx - sin * ry,
    versine * rz * ry + sin * rx,
    cos + versine * rz * rz,
  ];
  return fromParts(linear, [tx, ty, tz]);
}

/**
 * Root mean square displacement, in mm, that separates two transforms within a sphere about `centre`: the square root of
 * R^2/5 trace(M'M) + |t + M centre|^2 for the difference [M t] (Jenkinson, FMRIB technical report TR99MJ1).
 */
export function displacement(a: Matrix, b: Matrix, radius: number, centre: readonly [number, number, number]): number {
  const difference = a.map((value, i) => value - (b[i] ?? 0));
  let trace = 0;
  for (const i of [0, 1, 2, 4, 5, 6, 8, 9, 10]) trace += (difference[i] ?? 0) ** 2;
  const [x, y, z] = apply(difference, centre);
  return Math.sqrt((radius * radius * trace) / 5 + x * x + y * y + z * z);
}

/** Determinant of the linear part. */
export function determinant(matrix: Matrix): number {
  const adjugate = cofactors(matrix);
  return [0, 1, 2].reduce((sum, k) => sum + at(matrix, 0, k) * (adjugate[3 * k] ?? 0), 0);
}
