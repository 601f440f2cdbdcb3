/**
 * Cosine and sine of 2 pi k / n, each to its last bit or nearly so: the angle is taken below 45 degrees in whole numbers first, so
 * that what is 0, 1 or equal by symmetry is so exactly.
 *
 * @param k 0 <= k < n
 */
export function turn(k: number, n: number): readonly [number, number] {
  const quarter = Math.floor((4 * k) / n);
  const rest = 4 * k - quarter * n;
  const isSteep = 2 * rest > n;
  const angle = ((isSteep ? n - rest : rest) * (Math.PI / 2)) / n;
  const [c, s] = isSteep ? [Math.sin(angle), Math.cos(angle)] : [Math.cos(angle), Math.sin(angle)];
  if (quarter === 0) return [c, s];
  if (quarter === 1) return [-s, c];
  return quarter === 2 ? [-c, -s] : [s, -c];
}
