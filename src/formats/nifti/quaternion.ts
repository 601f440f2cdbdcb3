/** Rows of a 3 x 3 rotation, one behind the other. */
type Rotation = readonly [number, number, number, number, number, number, number, number, number];

/** How far columns may be from orthogonal and still count as a rotation: what float32 leaves of one. */
const SLACK = 1e-4;

/** The rotation of a unit quaternion whose first number follows from the three that NIfTI keeps. */
export function rotationOf([b = 0, c = 0, d = 0]: readonly number[]): Rotation {
  const rest = 1 - (b * b + c * c + d * d);
  // A half turn leaves nothing for the first number; rounding may leave less than nothing.
  const scale = rest < 1e-7 ? 1 / Math.hypot(b, c, d) : 1;
  const a = rest < 1e-7 ? 0 : Math.sqrt(rest);
  const [x, y, z] = [b * scale, c * scale, d * scale];
  return [
    a * a + x * x - y * y - z * z,
    2 * (x * y - a * z),
    2 * (x * z + a * y),
    2 * (x * y + a * z),
    a * a + y * y - x * x - z * z,
    2 * (y * z - a * x),
    2 * (x * z - a * y),
    2 * (y * z + a * x),
    a * a + z * z - x * x - y * y,
  ];
}

/** A matrix without shear as NIfTI's qform keeps it. */
export interface Qform {
  readonly quaternion: readonly [number, number, number];
  /** -1 for a left-handed grid, whose third column is turned round. */
  readonly handedness: 1 | -1;
}

/** Three quaternion numbers of a rotation, its first number not negative (Shepperd's method: the largest is taken first). */
function quaternionOf(r: Rotation): [number, number, number] {
  const [r11, r12, r13, r21, r22, r23, r31, r32, r33] = r;
  const squares = [1 + r11 + r22 + r33, 1 + r11 - r22 - r33, 1 - r11 + r22 - r33, 1 - r11 - r22 + r33];
  const largest = squares.indexOf(Math.max(...squares));
  const four = 2 * Math.sqrt(squares[largest] ?? 1);
  const own = four / 4;
  const all = [
    [own, (r32 - r23) / four, (r13 - r31) / four, (r21 - r12) / four],
    [(r32 - r23) / four, own, (r12 + r21) / four, (r13 + r31) / four],
    [(r13 - r31) / four, (r12 + r21) / four, own, (r23 + r32) / four],
    [(r21 - r12) / four, (r13 + r31) / four, (r23 + r32) / four, own],
  ][largest] ?? [1, 0, 0, 0];
  const sign = (all[0] ?? 1) < 0 ? -1 : 1;
  return [sign * (all[1] ?? 0), sign * (all[2] ?? 0), sign * (all[3] ?? 0)];
}

/**
 * The qform of the columns of a 3 x 4 matrix divided by their lengths; null when they are not at right angles, which a
 * qform cannot say.
 */
export function qformOf(matrix: readonly number[], sizes: readonly number[]): Qform | null {
  const at = (row: number, column: number): number => (matrix[4 * row + column] ?? 0) / (sizes[column] ?? 1);
  const column = (c: number): number[] => [at(0, c), at(1, c), at(2, c)];
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, i) => sum + v * (b[i] ?? 0), 0);
  const [x, y, z] = [column(0), column(1), column(2)];
  if ([dot(x, y), dot(y, z), dot(z, x)].some((product) => !(Math.abs(product) < SLACK))) return null;
  const cross = [
    (x[1] ?? 0) * (y[2] ?? 0) - (x[2] ?? 0) * (y[1] ?? 0),
    (x[2] ?? 0) * (y[0] ?? 0) - (x[0] ?? 0) * (y[2] ?? 0),
    (x[0] ?? 0) * (y[1] ?? 0) - (x[1] ?? 0) * (y[0] ?? 0),
  ];
  const handedness = dot(cross, z) < 0 ? -1 : 1;
  const h = handedness;
  const rotation: Rotation = [
    at(0, 0),
    at(0, 1),
    h * at(0, 2),
    at(1, 0),
    at(1, 1),
    h * at(1, 2),
    at(2, 0),
    at(2, 1),
    h * at(2, 2),
  ];
  return { quaternion: quaternionOf(rotation), handedness };
}
