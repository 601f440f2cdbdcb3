import type { Arrays } from '../../../core/operator.js';

/**
 * Adds a realigned frame to the averages over frames and the sums of squared deviations from them (Welford), of each voxel over
 * the frames that show it. Squares are in single precision: what is squared is small already. NaN: the frame does not show it.
 */
export function addFrame(
  frame: Float32Array,
  average: Float64Array,
  squares: Float32Array,
  covered: Uint32Array,
): void {
  for (let i = 0; i < frame.length; i++) {
    const value = frame[i] ?? 0;
    if (Number.isNaN(value)) continue;
    const count = (covered[i] ?? 0) + 1;
    const before = average[i] ?? 0;
    const away = value - before;
    const after = before + away / count;
    covered[i] = count;
    average[i] = after;
    squares[i] = (squares[i] ?? 0) + Math.fround(away * (value - after));
  }
}

/** Averages and squares of two sets of frames as those of both (Chan, Golub and LeVeque 1983). */
export function mergeMoments(into: Partial<Arrays<string>>, from: Partial<Arrays<string>>): void {
  const { average, squares, covered } = into;
  const { average: otherAverage, squares: otherSquares, covered: otherCovered } = from;
  if (!(average instanceof Float64Array && squares instanceof Float32Array && covered instanceof Uint32Array)) return;
  if (!(otherAverage instanceof Float64Array && otherSquares instanceof Float32Array)) return;
  if (!(otherCovered instanceof Uint32Array)) return;
  for (let i = 0; i < average.length; i++) {
    const [n, m] = [covered[i] ?? 0, otherCovered[i] ?? 0];
    if (m === 0) continue;
    const away = (otherAverage[i] ?? 0) - (average[i] ?? 0);
    const moved = (away * m) / (n + m);
    covered[i] = n + m;
    average[i] = (average[i] ?? 0) + moved;
    squares[i] = (squares[i] ?? 0) + (otherSquares[i] ?? 0) + moved * away * n;
  }
}
