/** Counts of samples, classes x classes: rows are what they are, columns what they were taken for. */
export interface Confusion {
  readonly classes: number;
  readonly counts: Uint32Array;
}

/** Samples of class `truth[i]` that were taken for `guess[i]`; those without a class (-1) do not count. */
export function confusionOf(truth: ArrayLike<number>, guess: ArrayLike<number>, classes: number): Confusion {
  const counts = new Uint32Array(classes * classes);
  for (let i = 0; i < truth.length; i++) {
    const [row = -1, column = -1] = [truth[i], guess[i]];
    if (row >= 0 && column >= 0) counts[row * classes + column] = (counts[row * classes + column] ?? 0) + 1;
  }
  return { classes, counts };
}

/** Samples that were taken for what they are, of all; NaN when there are none. */
export function accuracyOf({ classes, counts }: Confusion): number {
  let right = 0;
  for (let c = 0; c < classes; c++) right += counts[c * classes + c] ?? 0;
  return right / counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Mean over classes of 2 TP / (2 TP + FP + FN), each class with the same weight; a class that neither occurs nor is
 * guessed does not count.
 */
export function macroF1Of({ classes, counts }: Confusion): number {
  let [sum, present] = [0, 0];
  for (let c = 0; c < classes; c++) {
    let [row, column] = [0, 0];
    for (let other = 0; other < classes; other++) {
      row += counts[c * classes + other] ?? 0;
      column += counts[other * classes + c] ?? 0;
    }
    if (row + column === 0) continue;
    sum += (2 * (counts[c * classes + c] ?? 0)) / (row + column);
    present++;
  }
  return sum / present;
}

/** The accuracy of always naming the class that is most frequent in `fitted`, over the samples of `truth`. */
export function majorityAccuracy(fitted: ArrayLike<number>, truth: ArrayLike<number>, classes: number): number {
  const counts = new Uint32Array(classes);
  for (let i = 0; i < fitted.length; i++) {
    const label = fitted[i] ?? -1;
    if (label >= 0) counts[label] = (counts[label] ?? 0) + 1;
  }
  const most = counts.indexOf(Math.max(...counts));
  return accuracyOf(confusionOf(truth, new Int32Array(truth.length).fill(most), classes));
}

/** Column of the largest number in each row of `width`. */
export function largestOf(rows: ArrayLike<number>, width: number): Int32Array {
  const best = new Int32Array(rows.length / width);
  for (let row = 0; row < best.length; row++) {
    for (let column = 1; column < width; column++) {
      const at = row * width;
      if ((rows[at + column] ?? 0) > (rows[at + (best[row] ?? 0)] ?? 0)) best[row] = column;
    }
  }
  return best;
}
