/**
 * The value that would stand at `rank` if `values` were sorted (Hoare's selection, with the middle of three as pivot). Reorders
 * `values`, so that the next rank is found sooner.
 */
export function rankedValue(values: Float64Array, rank: number): number {
  const at = (k: number) => values[k] ?? 0;
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const [a, b, c] = [at(low), at((low + high) >> 1), at(high)];
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let [i, j] = [low, high];
    while (i <= j) {
      while (at(i) < pivot) i++;
      while (at(j) > pivot) j--;
      if (i > j) break;
      const kept = at(i);
      values[i++] = at(j);
      values[j--] = kept;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else return pivot;
  }
  return at(rank);
}
